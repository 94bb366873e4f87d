import type { SideReference } from '../core/views/compare/protocol';
import type { ReportExtent } from '../core/views/page/reportView';
import type { RunKey } from '../core/run/runKey';

/** Opens pages, or brings them to the front. Commands and pages open pages with it, and so need not know them. */
export interface Opener {
  /** A run's page. `effectId`: the breakpoint or task to show. */
  run(key: RunKey, effectId?: string): void;
  /** A run's page while somebody looks through a list: it gives way to the next one unless it is used. */
  preview(key: RunKey): void;
  /** A run's report. `undefined`: what it showed last, at first the best iteration, else the last one. */
  report(key: RunKey, extent?: ReportExtent): void;
  /** The comparison of two runs or iterations. */
  compare(left: SideReference, right: SideReference): void;
  /** The table of all runs. */
  table(): void;
}
