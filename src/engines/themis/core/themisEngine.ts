import { count, thousands } from '../../../core/format';
import type { Fact, RunEngine } from '../../../core/engine/runEngine';
import { metricText, shortMetric } from './metricWords';
import { judgeThemis } from './themisJudge';
import { asThemis, themis, type ThemisRun } from './themisRun';

/** Themis, for whoever knows engines only by their port. */
export const themisEngine: RunEngine = {
  id: themis,
  name: 'Themis',
  can: new Set(['run.resume', 'run.fork', 'run.copyCommand']),
  calls: { 'run.resume': 'run.resumeConfig', 'run.fork': 'run.replay' },
  judge: (run, now) => judgeThemis(asThemis(run), now),
  facts(run) {
    const own = asThemis(run);
    const { manifest, place } = own;
    return [
      ...factsOf(own),
      ...(manifest ? [['Handed to a worker', `${manifest.state}: ${manifest.path}`] as const] : []),
      ...(manifest?.configPath === undefined ? [] : [['Config', manifest.configPath] as const]),
      ['Store', place],
    ];
  },
  reportFacts: (run) => factsOf(asThemis(run)),
};

/** What is told of it wherever it is read. */
function factsOf({ told, tokens }: ThemisRun): readonly Fact[] {
  if (!told) return [];
  const { completed, failed, total } = told.outcome.progress;
  return [
    ['Cases', `${completed} done, ${failed} failed, ${total} in all`],
    ...told.means.map((mean): Fact => [shortMetric(mean.metricId), metricText(mean, total)]),
    ...(tokens ? [['Tokens', tokenText(tokens)] as const] : []),
    ...(told.judges.length === 0 ? [] : [['Judges', told.judges.join(', ')] as const]),
    ['Existing run policy', told.policy],
    ...told.provenance,
  ];
}

/** "207 tokens, all paid": what the answers took, and what of it was paid for. */
function tokenText({ total, paid }: NonNullable<ThemisRun['tokens']>): string {
  const all = count(total, 'token');
  if (paid === total) return `${all}, all paid`;
  return paid === 0
    ? `${all}, 0 paid: all from the cache`
    : `${all}, ${thousands(paid)} paid, the rest from the cache`;
}
