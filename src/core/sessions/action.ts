import { cutAtWord, oneLine } from '../format';
import { isInside } from '../paths';
import { jsonLine } from '../run/jsonText';
import { secretFileIn } from './secretFiles';
import type { Action } from './work';

/** A command is named by so many characters where nothing says in words what it does. */
const commandLength = 60;

const exactLength = 200;

/** A command may hold what it writes into a file of secrets: of such a one only the file is told. */
export function commandAction(command: string, description = ''): Action {
  const said = cutAtWord(oneLine(description.slice(0, 1000)), 80);
  const secret = secretFileIn(command);
  const shown = secret === undefined ? command : `a command that names ${secret}`;
  return {
    verb: 'running',
    object: said === '' ? cutAtWord(shown, commandLength) : said,
    exact: cutAtWord(shown, exactLength),
  };
}

/** How many lines a text has, which may end with the end of a line. */
export function lineCount(text: string): number {
  if (text === '') return 0;
  let lines = text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

export function action(verb: string, object = ''): Action {
  return { verb, object: cutAtWord(object, exactLength), exact: undefined };
}

/** What a tool that is not known does: one of a server by both names, another by its name and the first text it got. */
export function toolAction(name: string, input: Readonly<Record<string, unknown>>): Action {
  const [server, ...tool] = name.replace(/^mcp__/, '').split('__');
  if (server && tool.length > 0) return action('using', `${tool.join('__')} of ${server}`);
  const json = jsonLine(input);
  if (json === undefined) return action(name);
  const first = Object.values(input).find((value) => typeof value === 'string');
  return action(name, secretFileIn(json) ?? `${first ?? ''}`);
}

/** A path as a person writes it: within the session's folder without that folder. */
export function pathIn(cwd: string | undefined, path: string): string {
  return cwd !== undefined && path.length > cwd.length && isInside(cwd, path)
    ? path.slice(cwd.length).replace(/^[/\\]+/, '')
    : path;
}

/** A path as it counts: one that is relative lies in the session's folder. */
export function pathFrom(cwd: string | undefined, path: string): string {
  if (cwd === undefined || path === '' || /^(?:[/\\~]|[A-Za-z]:)/.test(path)) return path;
  return `${/[/\\]$/.test(cwd) ? cwd.slice(0, -1) : cwd}/${path.replace(/^\.[/\\]/, '')}`;
}

/** "editing src/auth.ts" */
export function inWords({ verb, object }: Action): string {
  return object === '' ? verb : `${verb} ${object}`;
}

/** What a person would be asked to allow, or what was interrupted: a command itself, else the action in words. */
export function exactly(action: Action): string {
  return action.exact ?? inWords(action);
}
