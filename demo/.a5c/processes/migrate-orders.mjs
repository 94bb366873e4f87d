/**
 * Plans the split of the orders table and asks the owner before anything is written.
 * @inputs { database: string, batchSize: number }
 * @outputs { decision: 'approved' | 'rejected', option?: string, feedback?: string, respondedBy?: string }
 */
export async function process(inputs, ctx) {
  const survey = await ctx.task(surveySchema, { database: inputs.database });
  let plan = await ctx.task(draftPlan, { survey, batchSize: inputs.batchSize });

  for (let round = 1; round <= 5; round++) {
    const answer = await ctx.breakpoint(planQuestion(plan, survey, round), {
      label: 'migration.plan',
      expert: 'owner',
      tags: ['approval-gate', 'database'],
      strategy: 'single',
    });
    const feedback = answer.response || answer.feedback;
    if (answer.approved) return decision('approved', answer, plan);
    if (!/change/i.test(answer.option ?? '')) return decision('rejected', answer, plan);
    plan = await ctx.task(revisePlan, { round, plan, feedback: feedback || 'Changes requested' });
  }
  throw new Error('The plan was not approved in five rounds');
}

function decision(word, answer, plan) {
  return {
    decision: word,
    option: answer.option ?? null,
    feedback: answer.feedback || answer.response || null,
    respondedBy: answer.respondedBy ?? null,
    plan: plan.file,
    summary: `Migration plan ${word} by ${answer.respondedBy ?? 'someone'}${answer.option ? ` (${answer.option})` : ''}`,
  };
}

function planQuestion(plan, survey, round) {
  return {
    title: 'Approve migration plan',
    question: `# Split \`orders\` into \`orders\` and \`order_lines\`

The line items live in a JSON column today (${survey.rows.toLocaleString('en')} orders, ${survey.sizeGb} GB). The plan moves them to a
table of their own **without downtime**: both shapes are written for a week, then the column is dropped.

| step | what                                   | lock        | can be undone     |
| ---: | -------------------------------------- | ----------- | ----------------- |
|    1 | create \`order_lines\` and its indexes | none        | yes, drop table   |
|    2 | write both shapes                      | none        | yes, feature flag |
|    3 | copy old orders, ${plan.batchSize} at a time         | row, < 50 ms | yes, truncate     |
|    4 | read from \`order_lines\`               | none        | yes, feature flag |
|    5 | drop \`orders.items\`                   | table, ~2 s | **no**            |

The copy of one batch:

\`\`\`sql
INSERT INTO order_lines (order_id, position, sku, quantity, unit_price_cents)
SELECT o.id, line.position, line.sku, line.quantity, line.unit_price_cents
FROM orders o, jsonb_to_recordset(o.items) AS line(position int, sku text, quantity int, unit_price_cents int)
WHERE o.id > $1 AND o.id <= $1 + ${plan.batchSize}
ON CONFLICT DO NOTHING;
\`\`\`

Things to look at before you answer:

- [x] A rehearsal on last night's copy took ${plan.rehearsalMinutes} minutes; see the [plan](artifacts/migration-plan.md).
- [x] ${survey.orphans} orders have items without a SKU. The plan copies them with \`sku = 'UNKNOWN'\`.
- [ ] The reporting job reads \`orders.items\` directly and has to move **before step 5**.

Shall the migration go ahead as planned${round > 1 ? ` (revision ${round})` : ''}?`,
    options: ['Approve', 'Request changes', 'Abort'],
    context: {
      summary: `${plan.batchSize} rows per batch, rehearsed in ${plan.rehearsalMinutes} minutes`,
      survey,
      limits: { tableLockSeconds: 5, rowLockMilliseconds: 50, replicationLagSeconds: 2 },
      files: [
        { path: 'artifacts/migration-plan.md', format: 'markdown' },
        { path: 'src/db/migrate.ts', format: 'code', language: 'typescript' },
      ],
    },
  };
}

const surveySchema = {
  id: 'survey-schema',
  build: (args) => ({
    kind: 'shell',
    title: 'Measure the orders table',
    labels: ['shell', 'database'],
    shell: { command: 'npm', args: ['run', '--silent', 'db:survey', '--', args.database], timeout: 120_000 },
  }),
};

const draftPlan = planTask('draft-plan', 'Draft the migration plan', 'Write artifacts/migration-plan.md.');
const revisePlan = planTask(
  'revise-plan',
  'Revise the migration plan',
  'Work the feedback into artifacts/migration-plan.md.',
);

function planTask(id, title, instruction) {
  return {
    id,
    build: (args, task) => ({
      kind: 'agent',
      title,
      labels: ['agent', 'database'],
      agent: {
        name: 'database-engineer',
        prompt: {
          role: 'database engineer',
          task: instruction,
          context: args,
          instructions: [
            'No step may hold a table lock for more than five seconds.',
            'Say how each step is undone.',
          ],
          outputFormat: 'JSON with file, batchSize and rehearsalMinutes',
        },
        outputSchema: { type: 'object', required: ['file', 'batchSize', 'rehearsalMinutes'] },
      },
      io: {
        inputJsonPath: `tasks/${task.effectId}/input.json`,
        outputJsonPath: `tasks/${task.effectId}/result.json`,
      },
    }),
  };
}
