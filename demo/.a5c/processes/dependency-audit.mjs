/**
 * Audits the dependencies, then sleeps until the next audit is due.
 * @inputs { nextAudit: string }
 */
export async function process(inputs, ctx) {
  const first = await ctx.task(audit, { round: 1 });
  await ctx.sleepUntil(inputs.nextAudit);
  const second = await ctx.task(audit, { round: 2 });
  return { outdated: [first.outdated, second.outdated] };
}

const audit = {
  id: 'audit-dependencies',
  build: (args) => ({
    kind: 'shell',
    title: args.round === 1 ? 'Audit the dependencies' : 'Audit the dependencies again',
    labels: ['shell', 'audit'],
    shell: { command: 'npm', args: ['outdated', '--json'], timeout: 60_000 },
  }),
};
