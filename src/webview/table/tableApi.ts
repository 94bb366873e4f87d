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
  readonly asView: boolean;
  /** The key of the current run; empty: none. */
  readonly current: string;
  readonly scroll: number;
}

/** The runs table's connection to the extension. */
export const tableApi = connectPage<TableState, FromTable>({
  sort: 'created',
  descending: true,
  text: '',
  state: undefined,
  process: undefined,
  asView: true,
  current: '',
  scroll: 0,
});
