/**
 * Moves the price rules out of the order handlers into a module of their own.
 * @inputs { module: string }
 */
export async function process(inputs, ctx) {
  const rules = await ctx.task(findRules, { module: inputs.module });
  const moved = await ctx.task(moveRules, { rules: rules.rules });
  const tests = await ctx.task(runTests, {});
  return { moved: moved.files.length, exitCode: tests.exitCode };
}

const findRules = agentTask('find-rules', 'Find the price rules', 'List every place that computes a price.');
const moveRules = agentTask(
  'move-rules',
  'Move the price rules',
  'Move the rules without changing a result.',
);

const runTests = {
  id: 'run-tests',
  build: () => ({
    kind: 'shell',
    title: 'Run the tests',
    labels: ['shell', 'test'],
    shell: { command: 'npm', args: ['test'], timeout: 600_000, expectedExitCode: 0 },
  }),
};

function agentTask(id, title, instruction) {
  return {
    id,
    build: (args, task) => ({
      kind: 'agent',
      title,
      labels: ['agent', 'refactoring'],
      agent: { name: 'refactoring-engineer', prompt: { role: 'engineer', task: instruction, context: args } },
      io: {
        inputJsonPath: `tasks/${task.effectId}/input.json`,
        outputJsonPath: `tasks/${task.effectId}/result.json`,
      },
    }),
  };
}
