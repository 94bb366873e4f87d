import type { Event } from '../event';
import type { RunKey } from '../run/runKey';

/** Which runs this window is carrying on right now. */
export interface RunActivity {
  /** Fires with what tells the run apart, when this window begins or ends to iterate it. */
  readonly onDidChangeIterating: Event<RunKey>;

  /** Whether this window is iterating the run right now. */
  isIterating(key: RunKey): boolean;
}
