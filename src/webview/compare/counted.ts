import { thousands } from '../../core/format';

/** "1 task", "1,204 tasks". */
export function counted(n: number, noun: string): string {
  return `${thousands(n)} ${noun}${n === 1 ? '' : 's'}`;
}
