import type { SideReference } from '../core/views/compare/protocol';
import type { ReportExtent } from '../core/views/page/reportView';
import type { RunKey } from '../core/run/runKey';

/** A part of a run: the id of a breakpoint or task, or the number of an event in its journal. */
export type RunPart = string | { readonly event: number };

/** Opens pages, or brings them to the front. Commands and pages open pages with it, and so need not know them. */
export interface Opener {
  /** A run's page. `part`: what of it to show; `undefined`: nothing in particular. */
  run(key: RunKey, part?: RunPart): void;
  /** A run's page while somebody looks through a list: it gives way to the next one unless it is used. */
  preview(key: RunKey): void;
  /** A run's report. `undefined`: what it showed last, at first the best iteration, else the last one. */
  report(key: RunKey, extent?: ReportExtent): void;
  /** The comparison of two runs or iterations. */
  compare(left: SideReference, right: SideReference): void;
  /** The table of all runs. */
  table(): void;
}
