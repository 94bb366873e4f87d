/**
 * Adds rate limiting to the public API.
 * @inputs { requestsPerMinute: number, exempt: string[] }
 */
export async function process(inputs, ctx) {
  const design = await ctx.task(designLimiter, inputs);
  const answer = await ctx.breakpoint(
    { title: 'Approve the limiter', question: design.summary, options: ['Approve', 'Request changes'] },
    { label: 'limiter.design' },
  );
  return { approved: answer.approved };
}

const designLimiter = {
  id: 'design-limiter',
  build: (args, task) => ({
    kind: 'agent',
    title: 'Design the rate limiter',
    labels: ['agent', 'api'],
    agent: {
      name: 'api-engineer',
      prompt: { role: 'API engineer', task: 'Design a token bucket.', context: args },
    },
    io: {
      inputJsonPath: `tasks/${task.effectId}/input.json`,
      outputJsonPath: `tasks/${task.effectId}/result.json`,
    },
  }),
};
