/**
 * Improves the ranking of product search until the relevance score meets the target.
 * @inputs { targetQuality: number, maxIterations: number }
 * @outputs { bestIteration: number, score: number, history: number[] }
 */
export async function process(inputs, ctx) {
  const history = [];
  for (let iteration = 1; iteration <= inputs.maxIterations; iteration++) {
    const change = await ctx.task(tuneRanking, { iteration, history });
    const benchmark = await ctx.task(runBenchmark, { iteration });
    const review = await ctx.task(scoreRelevance, {
      iteration,
      change: change.summary,
      benchmark: benchmark.stdout,
    });
    history.push(review.score);
    if (review.score >= inputs.targetQuality) break;
  }
  const score = Math.max(...history);
  return { bestIteration: history.indexOf(score) + 1, score, history };
}

const tuneRanking = {
  id: 'tune-ranking',
  build: (args, task) => ({
    kind: 'agent',
    title: `Iteration ${args.iteration}: tune the ranking`,
    labels: ['agent', 'search'],
    agent: {
      name: 'search-engineer',
      prompt: {
        role: 'search engineer',
        task: 'Improve src/search/rank.ts so that the relevance benchmark scores higher.',
        context: args,
        instructions: ['Change one thing at a time.', 'Keep the p95 latency under 80 ms.'],
        outputFormat: 'JSON with summary and changedFiles',
      },
      outputSchema: { type: 'object', required: ['summary', 'changedFiles'] },
    },
    io: {
      inputJsonPath: `tasks/${task.effectId}/input.json`,
      outputJsonPath: `tasks/${task.effectId}/result.json`,
    },
  }),
};

const runBenchmark = {
  id: 'run-benchmark',
  build: (args) => ({
    kind: 'shell',
    title: `Iteration ${args.iteration}: run the relevance benchmark`,
    labels: ['shell', 'benchmark'],
    shell: {
      command: 'npm',
      args: ['run', '--silent', 'bench:search'],
      timeout: 300_000,
      expectedExitCode: 0,
    },
  }),
};

const scoreRelevance = {
  id: 'score-relevance',
  build: (args, task) => ({
    kind: 'agent',
    title: `Iteration ${args.iteration}: score the relevance`,
    labels: ['agent', 'review'],
    agent: {
      name: 'search-quality-reviewer',
      prompt: {
        role: 'reviewer of search quality',
        task: 'Score the change from 0 to 100 by the rubric in docs/relevance.md.',
        context: args,
        instructions: ['Judge the twenty reference queries.', 'Name the queries that became worse.'],
        outputFormat: 'JSON with score, summary and regressions',
      },
      outputSchema: { type: 'object', required: ['score', 'summary'] },
    },
    io: {
      inputJsonPath: `tasks/${task.effectId}/input.json`,
      outputJsonPath: `tasks/${task.effectId}/result.json`,
    },
  }),
};
