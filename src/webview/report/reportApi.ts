import type { FromReportPage } from '../../core/views/page/reportProtocol';
import type { ReportExtent } from '../../core/views/page/reportView';
import type { IterationOrder } from '../../core/views/report/iterationColumns';
import { connectPage } from '../vscodeApi';

/** Kept by VS Code across hiding and reloading. */
export interface ReportPageState {
  /** The run's key, from which the page is brought back. */
  readonly dir: string;
  /** `undefined`: the page was never shown. */
  readonly extent: ReportExtent | undefined;
  /** Keys of metrics that are not drawn. */
  readonly hidden: readonly string[];
  /** Names of other numbers that are drawn. */
  readonly numbers: readonly string[];
  readonly order: IterationOrder;
  /** Sections that are closed. */
  readonly closed: readonly string[];
  /** What tasks are looked for by. */
  readonly text: string;
  readonly scroll: number;
}

/** The report page's connection to the extension. */
export const reportApi = connectPage<ReportPageState, FromReportPage>({
  dir: document.body.dataset['dir'] ?? '',
  extent: undefined,
  hidden: [],
  numbers: [],
  order: { column: 'iteration', descending: false },
  closed: [],
  text: '',
  scroll: 0,
});
