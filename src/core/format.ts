/**
 * Control characters, and the characters that reorder or hide text (Unicode "Bidi_Control", zero-width, line and
 * paragraph separators, byte order mark, tags), as a person must see them: run text can be written to deceive.
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const deceptive =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** The text with every control or reordering character spelled out as ⟨U+202E⟩; tab and line feed stay. */
export function visible(text: string): string {
  return text.replace(
    deceptive,
    (c) => `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

/** The text on one line: white space, line ends included, becomes single spaces. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The first line that says something, without Markdown's heading, quote and list marks. Empty when none does. */
export function firstLine(text: string): string {
  for (const line of text.split(/\r?\n/, 200)) {
    const plain = oneLine(
      line.replace(/^[\s#>*-]+(?=\S)/, '').replace(/[*_`]{1,3}(\S(?:[^*_`]*\S)?)[*_`]{1,3}/g, '$1'),
    );
    if (/[\p{L}\p{N}]/u.test(plain)) return plain;
  }
  return '';
}

/** At most `length` characters, cut between words where there is a space, with an ellipsis where it was cut. */
export function cutAtWord(text: string, length: number): string {
  const line = oneLine(text.slice(0, length * 4));
  if (line.length <= length && text.length <= length * 4) return line;
  const head = line.slice(0, length);
  const space = head.lastIndexOf(' ');
  const cut = line.length > length ? (space > length / 2 ? head.slice(0, space) : head) : head;
  // A surrogate pair cut in half would show as a box.
  return `${cut.replace(/[\ud800-\udbff]$/, '').trimEnd()}…`;
}

/** "1 task", "3 tasks". */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[]): string {
  const last = items.at(-1);
  return items.length < 2 ? (last ?? '') : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** A duration in milliseconds in its largest fitting unit: "350 ms", "42 s", "3 min", "5 h", "2 days". */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  if (ms < 48 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h`;
  return `${Math.floor(ms / 86_400_000)} days`;
}

/** How long ago: "just now", "3 min ago". */
export function ago(milliseconds: number): string {
  return milliseconds < 10_000 ? 'just now' : `${duration(milliseconds)} ago`;
}

/** An id short enough for a row: ULIDs lose their middle, since siblings share its time part. */
export function shortId(id: string): string {
  return id.length > 20 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id;
}

/** "2026-11-21 01:02 UTC": a moment that reads the same everywhere. */
export function utcMinute(time: number): string {
  return `${toIso(time).slice(0, 16).replace('T', ' ')} UTC`;
}

/** ISO 8601. A time outside the range of dates (8.64e15 ms) is moved to its edge instead of throwing. */
export function toIso(time: number): string {
  const edge = 8_640_000_000_000_000;
  return new Date(Math.max(-edge, Math.min(edge, time))).toISOString();
}
