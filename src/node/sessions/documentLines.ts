import type { Sliced } from '../../core/sliced';

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [34, 92, 123, 125, 91, 93];
const [lineEnd, space] = [10, 32];
/** So many bytes are looked at between two looks at the time. */
const stepLength = 64 * 1024;

/**
 * Makes lines of a JSON document, as if its parts had been appended one by one: first the object itself, its lists of
 * objects empty, then each of those objects. Nothing is parsed, so that a large one does not block. Of a document that
 * breaks off, what is whole is given.
 */
export function* documentLines(given: Buffer): Sliced<Buffer> {
  const document = yield* withoutLineEnds(given);
  const head: Buffer[] = [];
  const parts: Buffer[] = [];
  /** The brackets that are open. */
  const open: number[] = [];
  let before = 0;
  let headFrom = 0;
  let partFrom = 0;
  let inList = false;
  let looked = 0;
  for (let at = 0; at < document.length; at += 1) {
    if (at - looked >= stepLength) {
      looked = at;
      yield;
    }
    const byte = document[at] ?? 0;
    if (byte <= space) continue;
    if (byte === openBrace || byte === openBracket) {
      if (open.length === 2 && open[1] === openBracket && byte === openBrace) {
        if (before === openBracket) {
          inList = true;
          head.push(document.subarray(headFrom, at));
        }
        partFrom = at;
      }
      open.push(byte);
    } else if (byte === closeBrace || byte === closeBracket) {
      open.pop();
      if (inList && open.length === 2 && byte === closeBrace) parts.push(document.subarray(partFrom, at + 1));
      if (inList && open.length === 1) {
        inList = false;
        headFrom = at;
      }
      if (open.length === 0) {
        head.push(document.subarray(headFrom, at + 1));
        break;
      }
    } else if (byte === quote) at = stringEnd(document, at);
    before = byte;
  }
  const end = Buffer.of(lineEnd);
  return Buffer.concat([...head, end, ...parts.flatMap((part) => [part, end])]);
}

/** A copy with spaces in the place of line ends, which JSON may hold between its texts. */
function* withoutLineEnds(document: Buffer): Sliced<Buffer> {
  const copy = Buffer.from(document);
  for (let at = 0; at < copy.length; at += 1) {
    if (copy[at] === lineEnd) copy[at] = space;
    if (at % stepLength === 0) yield;
  }
  return copy;
}

/** Where a string ends that begins at a place. */
function stringEnd(document: Buffer, from: number): number {
  for (let end = document.indexOf(quote, from + 1); end >= 0; end = document.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (document[end - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return document.length;
}
