/**
 * Brings the product catalog in line with the supplier's API.
 * @inputs { supplier: string, pages: number }
 */
export async function process(inputs, ctx) {
  const mapping = await ctx.task(mapFields, { supplier: inputs.supplier });
  const imported = await ctx.task(importPages, { supplier: inputs.supplier, pages: inputs.pages, mapping });
  const check = await ctx.task(checkCatalog, { products: imported.products });
  return { products: imported.products, differences: check.differences };
}

const mapFields = {
  id: 'map-fields',
  build: (args, task) => ({
    kind: 'agent',
    title: "Map the supplier's fields",
    labels: ['agent', 'catalog'],
    agent: {
      name: 'integration-engineer',
      prompt: { role: 'integration engineer', task: 'Map the fields.', context: args },
    },
    io: {
      inputJsonPath: `tasks/${task.effectId}/input.json`,
      outputJsonPath: `tasks/${task.effectId}/result.json`,
    },
  }),
};

const importPages = {
  id: 'import-pages',
  build: (args) => ({
    kind: 'node',
    title: `Import ${args.pages} pages of products`,
    labels: ['node', 'catalog'],
    node: { entry: 'scripts/import-catalog.mjs', args: ['--supplier', args.supplier], timeoutMs: 600_000 },
  }),
};

const checkCatalog = {
  id: 'check-catalog',
  build: () => ({
    kind: 'shell',
    title: 'Compare the catalog with the export',
    labels: ['shell', 'catalog'],
    shell: { command: 'npm', args: ['run', '--silent', 'catalog:diff'], timeout: 120_000 },
  }),
};
