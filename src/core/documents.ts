import { HumanError } from './errors';
import { visible } from './format';
import { prettyJson } from './run/jsonText';
import { isRecord, parseJson } from './run/lenient';
import { maskSecrets } from './run/secrets';

/** A file of a run for a read-only document: its text, or why there is none. */
export type DocumentPart =
  | { readonly file: string; readonly text: string }
  | {
      readonly file: string;
      /** In words that follow the file's name. */
      readonly problem: string;
      /** There is no such file. */
      readonly missing?: boolean;
    };

/** A value as the document of a file. */
export function documentOf(file: string, value: unknown): DocumentPart {
  const text = prettyJson(value);
  return text === undefined ? { file, problem: 'is nested too deeply to be shown' } : { file, text };
}

/** The text of a document. @throws HumanError when it cannot be read */
export function textOf(part: DocumentPart): string {
  if ('problem' in part) throw new HumanError(`${part.file} ${part.problem}.`);
  return part.text;
}

/** The events of a journal as JSON with comments; what cannot be read stands there as a comment. */
export function journalDocument(parts: readonly DocumentPart[], left: number): string {
  const head = left === 0 ? [] : [comment(`The first ${left} events are left out.`)];
  const values = parts.map((part) => jsonValue(part, '  '));
  return ['[', ...head, ...joinValues(values), ']', ''].join('\n');
}

/** A task and its result as JSON with comments. */
export function taskDocument(parts: readonly (DocumentPart & { readonly name: string })[]): string {
  const values = parts.map((part) => {
    const { comments, value } = jsonValue(part, '  ');
    return { comments, value: value && `  ${JSON.stringify(part.name)}: ${value.trimStart()}` };
  });
  return ['{', ...joinValues(values), '}', ''].join('\n');
}

/**
 * A value as JSON with the names in it in order, so that two of them can be compared line by line.
 * @param secrets values that are to be found nowhere
 */
export function valueDocument(value: unknown, secrets: readonly string[]): string {
  const text = prettyJson(value, (_, item: unknown) =>
    isRecord(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
  if (text === undefined) return '// It is nested too deeply to be shown.\n';
  return `${escapeDeceptive(maskSecrets(text, secrets))}\n`;
}

/** Any file of a run as it is, secrets masked. */
export function fileDocument(text: string): string {
  return maskSecrets(text);
}

interface Value {
  readonly comments: readonly string[];
  /** `undefined`: there is only something to say about it. */
  readonly value: string | undefined;
}

function jsonValue(part: DocumentPart, indent: string): Value {
  if ('problem' in part) return { comments: [comment(`${part.file} ${part.problem}`)], value: undefined };
  const json = parseJson(part.text);
  if ('problem' in json) {
    // Masked as a whole first: a secret and its name may stand on two lines.
    const raw = maskSecrets(part.text)
      .slice(0, 10_000)
      .split('\n')
      .map((line) => comment(`  ${line}`));
    return { comments: [comment(`${part.file} ${json.problem}. It holds:`), ...raw], value: undefined };
  }
  const pretty = shownJson(json.value);
  if (pretty === undefined) {
    return { comments: [comment(`${part.file} is nested too deeply to be shown`)], value: undefined };
  }
  return { comments: [comment(part.file)], value: pretty.replace(/^/gm, indent) };
}

/** A value as JSON that is safe to show, secrets masked; `undefined`: it is nested too deeply. */
export function shownJson(value: unknown): string | undefined {
  const text = prettyJson(value);
  return text === undefined ? undefined : escapeDeceptive(maskSecrets(text));
}

/** A comma after each value that another one follows. */
function joinValues(values: readonly Value[]): readonly string[] {
  const last = values.findLastIndex(({ value }) => value !== undefined);
  return values.flatMap(({ comments, value }, i) => [
    ...comments,
    ...(value === undefined ? [] : [i < last ? `${value},` : value]),
  ]);
}

function comment(text: string): string {
  return `  // ${visible(text.replace(/[\r\n\u2028\u2029]/g, ' '))}`;
}

/** The characters that {@link visible} spells out, and the joiner, as far as JSON.stringify has not escaped them yet. */
const deceptive =
  // oxlint-disable-next-line no-misleading-character-class -- they are what is looked for
  /[\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** JSON can spell reordering and invisible characters out, so that the editor shows them as what they are. */
function escapeDeceptive(json: string): string {
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(deceptive, (c) => c.split('').map(escape).join(''));
}
