import type { FromTable } from '../../core/views/table/protocol';
import type { Column } from '../../core/views/table/tableOrder';
import type { State } from '../../core/run/judgement';
import { connectPage } from '../vscodeApi';

/** Kept by VS Code across hiding and reloading. */
export interface TableState {
  readonly sort: Column;
  readonly descending: boolean;
  readonly text: string;
  readonly state: State | undefined;
  readonly process: string | undefined;
  /** An engine's id; `undefined`: any. */
  readonly engine: string | undefined;
  readonly asView: boolean;
  /** Columns that are not shown. */
  readonly unwanted: readonly Column[];
  /** The key of the current run; empty: none. */
  readonly current: string;
  readonly scroll: number;
}

/** What the workspace kept when this page was made. */
const kept = JSON.parse(document.body.dataset['kept'] ?? '{}') as Pick<
  TableState,
  'unwanted' | 'sort' | 'descending'
>;

/** The runs table's connection to the extension. */
export const tableApi = connectPage<TableState, FromTable>({
  ...kept,
  text: '',
  state: undefined,
  process: undefined,
  engine: undefined,
  asView: true,
  current: '',
  scroll: 0,
});
