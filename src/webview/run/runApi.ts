import type { FromPage } from '../../core/views/page/protocol';
import { connectPage } from '../vscodeApi';

/** Kept by VS Code across hiding and reloading. */
export interface PageState {
  /** The run's key, from which the page is brought back. */
  readonly dir: string;
  /** The task that is open; empty: none. */
  readonly task: string;
  readonly taskTab: string;
  readonly newestFirst: boolean;
  readonly eventType: string;
  readonly eventText: string;
  readonly collapseIdle: boolean;
  /** The width of the timeline's labels, in pixels; 0: the usual one. */
  readonly labelColumn: number;
  /** The part of the timeline that is shown; `undefined`: all of it. */
  readonly part: { readonly from: number; readonly to: number } | undefined;
  /** The event that is selected, by its place in the whole journal; 0: none. */
  readonly selectedEvent: number;
  /** What the person folded or unfolded, by name. */
  readonly toggled: readonly string[];
  readonly scroll: number;
  /** With how many events the run is shown; 0: as it is now. */
  readonly event: number;
  /** How many events there were when the person left the present. */
  readonly since: number;
}

/** The run page's connection to the extension. */
export const runApi = connectPage<PageState, FromPage>({
  dir: document.body.dataset['dir'] ?? '',
  task: '',
  taskTab: 'asked',
  newestFirst: false,
  eventType: '',
  eventText: '',
  collapseIdle: true,
  labelColumn: 0,
  part: undefined,
  selectedEvent: 0,
  toggled: [],
  scroll: 0,
  event: 0,
  since: 0,
});
