/**
 * Control characters, and the characters that reorder or hide text (Unicode "Bidi_Control", zero-width, line and
 * paragraph separators, byte order mark, fillers, tags and the variation selectors in which text can be smuggled), as a
 * person must see them: run text can be written to deceive. A joiner between two emoji and the carriage return of a
 * line end deceive nobody.
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const deceptive =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- they are what is looked for
  /(?!(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d\p{Extended_Pictographic}|\r\n)[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** The text with every control or reordering character spelled out as ⟨U+202E⟩; tab and line feed stay. */
export function visible(text: string): string {
  return text.replace(
    deceptive,
    (c) => `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

/** A colour or another look of what follows, as programs write it for a terminal. */
// oxlint-disable-next-line no-control-regex -- it is what is looked for
export const terminalLook = /(\u001b\[[\d;:]{0,40}m)/;

/** The text as {@link visible} gives it, colours of a terminal left in. */
export function coloured(text: string): string {
  return text
    .split(terminalLook)
    .map((part, i) => (i % 2 === 1 ? part : visible(part)))
    .join('');
}

/** The text without the colours of a terminal. */
export function withoutLook(text: string): string {
  return text
    .split(terminalLook)
    .filter((_, i) => i % 2 === 0)
    .join('');
}

/** The text on one line: white space, line ends included, becomes single spaces. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** What Markdown puts before a line: a heading, quote, list or task mark. "#12 fails" and "-5 °C" are none. */
const lineMarks = /^\s*(?:(?:#{1,6}|[*+-](?:\s+\[[ xX]\])?|\d{1,9}[.)])\s+|>\s*)*/;
/** Code and emphasis; marks inside a word ("my_file_name", "2*3*4") are none. */
const spanMarks =
  /(?<![\p{L}\p{N}\\`])(`{1,2})([^`]+)\1(?!`)|(?<![\p{L}\p{N}_*\\])([*_]{1,3})(?=[^\s*_])([^*`]*?[^\s*_`])\3(?![\p{L}\p{N}_*])/gu;

/** The first line that says something, without Markdown's marks. Empty when none does. */
export function firstLine(text: string): string {
  for (const line of text.split(/\r?\n/, 200)) {
    if (/^\s*(?:```|~~~)/.test(line)) continue;
    const plain = oneLine(line.slice(0, 1000).replace(lineMarks, '').replace(spanMarks, '$2$4'));
    if (/[\p{L}\p{N}]/u.test(plain)) return plain;
  }
  return '';
}

/** At most `length` characters, cut between words where there is a space, with an ellipsis where it was cut. */
export function cutAtWord(text: string, length: number): string {
  const trimmed = text.trim();
  const line = oneLine(trimmed.slice(0, length * 4));
  if (line.length <= length && trimmed.length <= length * 4) return line;
  const head = line.slice(0, length - 1);
  const space = line[head.length] === ' ' ? head.length : head.lastIndexOf(' ');
  const cut = space > length / 2 ? head.slice(0, space) : head;
  // Half a surrogate pair would show as a box, and a joiner joins nothing any more.
  let end = cut.length;
  while (end > 0 && /[\ud800-\udbff\s]|\u200d|\ufe0f/.test(cut.charAt(end - 1))) end -= 1;
  return `${cut.slice(0, end)}…`;
}

/** "1 task", "1,204 tasks". */
export function count(n: number, noun: string): string {
  return `${thousands(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** "12,480", with three decimals at most. By hand, as the first number that the platform formats takes it 30 ms. */
export function thousands(n: number): string {
  const rounded = Number.isInteger(n) ? n : Math.round(n * 1000) / 1000;
  const [whole = '', decimals] = String(Math.abs(rounded)).split('.');
  // What has an exponent, or is no number, stays as it is.
  if (!/^\d+$/.test(whole)) return String(n);
  const groups: string[] = [];
  for (let end = whole.length; end > 0; end -= 3) groups.unshift(whole.slice(Math.max(0, end - 3), end));
  return `${rounded < 0 ? '-' : ''}${groups.join(',')}${decimals === undefined ? '' : `.${decimals}`}`;
}

/** "812 bytes", "3.4 MB". */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte');
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** "$1.24", and of little "$0.0042". */
export function dollars(amount: number): string {
  return `$${amount.toFixed(amount > 0 && amount < 0.1 ? 4 : 2)}`;
}

/** The text with a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[]): string {
  const last = items.at(-1);
  return items.length < 2 ? (last ?? '') : `${items.slice(0, -1).join(', ')} and ${last}`;
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const;

/** A duration in milliseconds in its two largest units: "350ms", "42s", "2m 59s", "9h 41m", "3d 4h". */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  const first = units.findIndex(([size]) => ms >= size);
  if (first < 0) return `${Math.floor(ms)}ms`;
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([size, unit]) => {
    const n = Math.floor(rest / size);
    rest -= n * size;
    return n === 0 ? '' : `${n}${unit}`;
  });
  return parts.filter(Boolean).join(' ');
}

/** A duration in milliseconds in its largest unit, for rows and ages: "42s", "51m", "3h", "2d". */
export function shortDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  const [size, unit] = units.find(([known]) => ms >= known) ?? [1000, 's'];
  return `${Math.floor(ms / size)}${unit}`;
}

/** An id short enough for a row: ULIDs lose their middle, since siblings share its time part. */
export function shortId(id: string): string {
  return id.length > 20 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id;
}

/** ISO 8601. A time outside the range of dates (8.64e15 ms) is moved to its edge instead of throwing. */
export function toIso(time: number): string {
  const edge = 8_640_000_000_000_000;
  return new Date(Math.max(-edge, Math.min(edge, time))).toISOString();
}

/** Markdown in which addresses stay text: "https:", "www." and "a@b" become links by themselves otherwise. */
export function withoutLinks(markdown: string): string {
  return markdown.replace(/:(?=\/\/)|(?<=www)\.|@/gi, (mark) => `&#${mark.charCodeAt(0)};`);
}
