import {
  array,
  assert,
  constantFrom,
  dictionary,
  jsonValue,
  nat,
  property,
  record,
  string,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/core/sliced';
import { documentLines } from '../../src/node/sessions/documentLines';

const linesOf = (document: string): readonly string[] =>
  atOnce(documentLines(Buffer.from(document)))
    .toString('utf8')
    .split('\n')
    .slice(0, -1);
const read = (document: string): readonly unknown[] => linesOf(document).map((line) => JSON.parse(line));

const message = dictionary(string(), jsonValue());
const chat = record({
  sessionId: string(),
  messages: array(message),
  more: jsonValue(),
  texts: array(string()),
});

describe('a document as lines', () => {
  it('is the object without the objects of its lists, and then each of those, however it is written', () => {
    assert(
      property(chat, constantFrom(undefined, 2, '\t'), ({ messages, more, ...rest }, indent) => {
        const document = JSON.stringify({ ...rest, messages, more: { more } }, undefined, indent);
        expect(read(document)).toEqual(
          JSON.parse(JSON.stringify([{ ...rest, messages: [], more: { more } }, ...messages])),
        );
      }),
    );
  });

  it('gives of one that breaks off what is whole', () => {
    assert(
      property(chat, nat(), ({ sessionId, messages }, cut) => {
        const document = JSON.stringify({ sessionId, messages }, undefined, 2);
        const parts = read(document).slice(1);
        const [, ...kept] = linesOf(document.slice(0, cut % document.length));
        expect(kept.map((line) => JSON.parse(line))).toEqual(parts.slice(0, kept.length));
      }),
    );
  });

  it('is nothing to worry about where it is no document', () => {
    for (const text of ['', '"', '\\', '}]}]', '[[[', '[{}]', '{"a":[{', 'null', '{'.repeat(100_000)])
      expect(linesOf(text).length).toBeLessThanOrEqual(2);
  });

  it('takes time in proportion to its length', () => {
    const length = 400_000;
    const document = Buffer.from(`{"a":"${'\\"'.repeat(length)}","messages":[${'{},'.repeat(length)}`);
    const { user } = process.cpuUsage();
    atOnce(documentLines(document));
    // In millionths of a second: some 100,000, and many minutes if it went with the square.
    expect(process.cpuUsage().user - user).toBeLessThan(10_000_000);
  });
});
