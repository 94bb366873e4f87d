/**
 * Prepares a release. Release notes and the open security finding are signed off at the same time.
 * @inputs { version: string }
 */
export async function process(inputs, ctx) {
  const [notes, scan] = await ctx.parallel.all([
    () => ctx.task(writeNotes, { version: inputs.version }),
    () => ctx.task(scanDependencies, { version: inputs.version }),
  ]);

  const [wording, security] = await ctx.parallel.all([
    () => ctx.breakpoint(notesQuestion(inputs.version, notes), { label: 'release.notes', tags: ['docs'] }),
    () =>
      ctx.breakpoint(securityQuestion(scan), {
        label: 'release.security',
        expert: 'security',
        tags: ['approval-gate'],
      }),
  ]);

  return {
    version: inputs.version,
    released: Boolean(wording.approved && security.approved),
    notes: wording.option ?? wording.response ?? null,
    security: security.option ?? security.response ?? null,
  };
}

const notesQuestion = (version, notes) => ({
  title: `Release notes for ${version}`,
  question: `The notes for **${version}** cover ${notes.pullRequests} pull requests. Are they fit to publish?

> ${notes.headline}

They call the change of the paging parameters *breaking*; the old names keep working until 3.0.`,
  options: ['Publish', 'Request changes'],
  context: { files: [{ path: 'artifacts/release-notes.md', format: 'markdown' }] },
});

const securityQuestion = (scan) => ({
  title: 'One open security finding',
  question: `\`npm audit\` reports **${scan.findings}** finding that has no fixed version yet:

| package        | severity | reachable                    |
| -------------- | -------- | ---------------------------- |
| \`${scan.package}\` | ${scan.severity} | only in the admin import job |

\`\`\`
${scan.path}
\`\`\`

May the release go out with it?`,
  options: [
    {
      label: 'Accept until the next release',
      value: 'accept',
      approved: true,
      description: 'A ticket is opened, due in 14 days.',
    },
    {
      label: 'Disable the import job',
      value: 'disable-import',
      approved: true,
      description: 'Admins upload by hand meanwhile.',
    },
    { label: 'Hold the release', value: 'hold', approved: false },
  ],
  context: { files: [{ path: 'src/api/server.ts', format: 'code', language: 'typescript' }] },
});

const writeNotes = {
  id: 'write-release-notes',
  build: (args, task) => ({
    kind: 'agent',
    title: `Write the release notes for ${args.version}`,
    labels: ['agent', 'docs'],
    agent: {
      name: 'technical-writer',
      prompt: {
        role: 'technical writer',
        task: 'Write artifacts/release-notes.md from the merged pull requests.',
        context: args,
        instructions: ['Say what a user has to do, not what we did.'],
        outputFormat: 'JSON with headline and pullRequests',
      },
    },
    io: {
      inputJsonPath: `tasks/${task.effectId}/input.json`,
      outputJsonPath: `tasks/${task.effectId}/result.json`,
    },
  }),
};

const scanDependencies = {
  id: 'scan-dependencies',
  build: () => ({
    kind: 'shell',
    title: 'Scan the dependencies',
    labels: ['shell', 'security'],
    shell: { command: 'npm', args: ['audit', '--omit=dev', '--json'], timeout: 60_000, expectedExitCode: 1 },
  }),
};
