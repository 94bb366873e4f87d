import { shortId, visible } from '../../format';
import type { Problem } from '../../run/problem';

/** What is wrong, with the file that it is about, made visible. */
export function problemText({ file, what }: Problem): string {
  return visible(file === '.' ? `The run folder ${what}` : `${file} ${what}`);
}

/** The path with its ids shortened: "tasks/01M7…QSN/task.json". */
export function shortFile(file: string): string {
  return file
    .split('/')
    .map((part) => part.replace(/[0-9A-Za-z]{26}/, shortId))
    .join('/');
}
