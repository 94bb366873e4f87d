/**
 * Finds the cause of a flaky test, asks what to do with it, then does that.
 * @inputs { test: string }
 */
export async function process(inputs, ctx) {
  const repeat = await ctx.task(repeatTest, { test: inputs.test, times: 200 });
  const cause = await ctx.task(findCause, { test: inputs.test, failures: repeat.failures });
  const answer = await ctx.breakpoint(
    {
      title: 'What to do with the flaky test?',
      question: `\`${inputs.test}\` failed ${repeat.failures} times in 200. ${cause.summary}`,
      options: ['Fix the clock', 'Quarantine the test'],
      context: { files: [{ path: 'src/api/server.ts', format: 'code', language: 'typescript' }] },
    },
    { label: 'flaky.decision' },
  );
  const change = await ctx.task(applyDecision, {
    test: inputs.test,
    decision: answer.option ?? answer.response,
  });
  return { decision: answer.option, change: change.summary };
}

const repeatTest = {
  id: 'repeat-test',
  build: (args) => ({
    kind: 'shell',
    title: `Run the test ${args.times} times`,
    labels: ['shell', 'test'],
    shell: {
      command: 'npx',
      args: ['vitest', 'run', args.test, '--repeat', String(args.times)],
      timeout: 900_000,
    },
  }),
};

const findCause = agentTask('find-cause', 'Find the cause', 'Explain why the test fails now and then.');
const applyDecision = agentTask(
  'apply-decision',
  'Carry out the decision',
  'Do what was decided about the flaky test.',
);

function agentTask(id, title, instruction) {
  return {
    id,
    build: (args, task) => ({
      kind: 'agent',
      title,
      labels: ['agent', 'test'],
      agent: { name: 'test-engineer', prompt: { role: 'test engineer', task: instruction, context: args } },
      io: {
        inputJsonPath: `tasks/${task.effectId}/input.json`,
        outputJsonPath: `tasks/${task.effectId}/result.json`,
      },
    }),
  };
}
