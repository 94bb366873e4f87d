/**
 * Reviews every module at the same time, services and clients each as a group of their own.
 * @inputs { services: string[], clients: string[] }
 */
export async function process(inputs, ctx) {
  const review = (module) => ctx.task(reviewModule, { module });
  const [services, clients] = await ctx.parallel.all([
    () => ctx.parallel.map(inputs.services, review),
    () => ctx.parallel.map(inputs.clients, review),
  ]);
  const reviews = [...services, ...clients];
  const summary = await ctx.task(summarize, { findings: reviews.flatMap((one) => one.findings) });
  return { reviewed: reviews.length, summary: summary.text };
}

const reviewModule = {
  id: 'review-module',
  build: (args, task) => ({
    kind: 'agent',
    title: `Review ${args.module}`,
    labels: ['agent', 'review', args.module],
    agent: {
      name: 'code-reviewer',
      prompt: {
        role: 'code reviewer',
        task: `Review src/${args.module} for errors that tests do not find.`,
        context: args,
        instructions: ['Report at most five findings.', 'Give file and line for each.'],
        outputFormat: 'JSON with confidence and findings',
      },
    },
    io: {
      inputJsonPath: `tasks/${task.effectId}/input.json`,
      outputJsonPath: `tasks/${task.effectId}/result.json`,
    },
  }),
};

const summarize = {
  id: 'summarize',
  build: (args) => ({
    kind: 'agent',
    title: 'Summarize the findings',
    labels: ['agent'],
    agent: {
      name: 'code-reviewer',
      prompt: { role: 'lead reviewer', task: 'Order the findings by risk.', context: args },
    },
  }),
};
