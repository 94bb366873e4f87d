import { setting } from './settings';
import { isTrusted } from './trust';

/** Whether there is a notification command that may be run: never in a workspace that is not trusted. */
export function hasNotifyCommand(): boolean {
  return isTrusted() && setting('notify.command').length > 0;
}
