import { moment } from '../../src/core/moments';

/** How people read a moment, in whatever time zone the tests run: "2026-03-01 10:00", in UTC. @param now the same */
export function momentText(utc: string, now?: string): string {
  return moment(parsed(utc), now === undefined ? undefined : parsed(now));
}

function parsed(utc: string): number {
  return Date.parse(`${utc.replace(' ', 'T')}Z`);
}
