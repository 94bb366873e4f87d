import type { CsvValue } from '../csv';
import type { PartNumbers } from '../sessions/sessionNumbers';
import type { Cost } from '../sessions/tally';

/** What agents did, as far as it stands in a CSV. */
interface Figures extends Pick<PartNumbers, 'answers' | 'calls' | 'errors' | 'files' | 'tokens'> {
  readonly cost?: Cost | undefined;
}

/** The columns of a CSV that tell what agents did. */
export const workColumns: readonly (readonly [name: string, value: (work: Figures) => CsvValue])[] = [
  ['agentAnswers', ({ answers }) => answers],
  ['agentCalls', ({ calls }) => calls],
  ['agentFailedCalls', ({ errors }) => errors],
  ['agentFilesChanged', ({ files }) => files],
  ['agentTokensIn', ({ tokens }) => tokens.in],
  ['agentTokensOut', ({ tokens }) => tokens.out],
  ['agentTokensCacheWrite', ({ tokens }) => tokens.cacheWrite],
  ['agentTokensCacheRead', ({ tokens }) => tokens.cacheRead],
  // No price is known where no model has one.
  ['agentCostUsdEstimate', ({ cost }) => (cost && cost.priced.length > 0 ? cost.usd : undefined)],
];
