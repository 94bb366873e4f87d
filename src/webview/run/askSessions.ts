import type { FromSessions } from '../../core/views/page/sessionProtocol';
import { runApi } from './runApi';

/** Says something of the sessions of the page's run to the extension. */
export function askSessions(ask: FromSessions): void {
  runApi.postMessage({ type: 'sessions', ask });
}
