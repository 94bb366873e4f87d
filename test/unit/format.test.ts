import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  cutAtWord,
  duration,
  shortDuration,
  firstLine,
  list,
  oneLine,
  shortId,
  thousands,
  toIso,
  visible,
} from '../../src/core/format';

describe('thousands', () => {
  it('are set apart, as in English', () => {
    const safe = { min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
    fc.assert(fc.property(fc.integer(safe), (n) => thousands(n) === n.toLocaleString('en-US')));
    expect([0, 999, 1000, 12_480, -1234, 1234.5].map(thousands)).toEqual([
      '0',
      '999',
      '1,000',
      '12,480',
      '-1,234',
      '1,234.5',
    ]);
    expect([1e21, Number.NaN].map(thousands)).toEqual(['1e+21', 'NaN']);
  });
});

describe('visible', () => {
  it.each<[string, string, string]>([
    ['a terminal sequence', '\u001b[2Jgone', '⟨U+001B⟩[2Jgone'],
    ['NUL and DEL', '\u0000\u007f', '⟨U+0000⟩⟨U+007F⟩'],
    ['a C1 control', '\u009b31m', '⟨U+009B⟩31m'],
    ['a lone carriage return, which overwrites the line', 'ok\rBAD', 'ok⟨U+000D⟩BAD'],
    ['right-to-left override', 'a\u202egnp.exe', 'a⟨U+202E⟩gnp.exe'],
    ['isolates and marks', '\u2066a\u2069\u200f', '⟨U+2066⟩a⟨U+2069⟩⟨U+200F⟩'],
    ['zero-width space and byte order mark', 'pass\u200bword\ufeff', 'pass⟨U+200B⟩word⟨U+FEFF⟩'],
    ['soft hyphen and joiners in words', 'a\u00adb\u200dc\u2060', 'a⟨U+00AD⟩b⟨U+200D⟩c⟨U+2060⟩'],
    ['line and paragraph separators', '\u2028\u2029', '⟨U+2028⟩⟨U+2029⟩'],
    ['tags, in which text is smuggled', 'a\u{e0041}\u{e007f}', 'a⟨U+E0041⟩⟨U+E007F⟩'],
    ['variation selectors, likewise', 'a\u{e0100}\ufe01', 'a⟨U+E0100⟩⟨U+FE01⟩'],
    ['fillers that look like nothing', 'a\u3164\u115f', 'a⟨U+3164⟩⟨U+115F⟩'],
    ['half a surrogate pair', 'a\ud83d', 'a⟨U+D83D⟩'],
  ])('spells out %s', (_, text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  it.each(['tab\tand\nlines', 'dos\r\nlines', 'Grüße 你好 नमस्ते שלום', '👩‍💻 ❤️ 👩🏽‍🚀 🏳️‍🌈', ''])(
    'leaves %j as it is',
    (text) => {
      expect(visible(text)).toBe(text);
    },
  );

  it('leaves nothing deceptive, and nothing more to do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visible(text);
        expect(shown).not.toMatch(/(?![\t\n\r])\p{Cc}|\p{Bidi_Control}/u);
        expect(visible(shown)).toBe(shown);
      }),
    );
  });
});

describe('firstLine', () => {
  it.each([
    ['# Migration plan\n\nMore', 'Migration plan'],
    ['\n\n---\n***\nText', 'Text'],
    ['> - **Plan** the feature', 'Plan the feature'],
    ['**Bold only**', 'Bold only'],
    ['- [ ] Open\n- [x] Done', 'Open'],
    ['3. Third', 'Third'],
    ['Use `npm test` *now*', 'Use npm test now'],
    ['```sql\nSELECT 1\n```', 'SELECT 1'],
    ['Rename my_old_function to `new_name`', 'Rename my_old_function to new_name'],
    ['2*3*4 is 24', '2*3*4 is 24'],
    ['#123 crashes', '#123 crashes'],
    ['-5 °C is cold', '-5 °C is cold'],
    ['--json is missing', '--json is missing'],
    ['a\r\nb', 'a'],
    ['tabs\tand   spaces ', 'tabs and spaces'],
    ['🚀\nLaunch', 'Launch'],
    ['', ''],
    ['  \n\t\n***', ''],
  ])('%j → %j', (text, expected) => {
    expect(firstLine(text)).toBe(expected);
  });

  it.each([
    ['one long line', 'word '.repeat(1_000_000)],
    ['marks only', '*_`'.repeat(1_000_000)],
    ['open emphasis', '*a '.repeat(1_000_000)],
    ['open code', '`a'.repeat(1_000_000)],
    ['quotes', '> '.repeat(1_000_000)],
    ['spaces', ' '.repeat(4_000_000)],
    ['empty lines', '\n'.repeat(4_000_000)],
  ])('is quick with %s', (_, text) => {
    const began = performance.now();
    firstLine(text);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('cutAtWord', () => {
  it.each<[string, number, string]>([
    ['short', 10, 'short'],
    ['exactly 10', 10, 'exactly 10'],
    ['one two three four', 14, 'one two three…'],
    ['one two three four', 13, 'one two…'],
    ['donaudampfschiff', 10, 'donaudamp…'],
    ['a bcdefghijklmnop', 10, 'a bcdefgh…'],
    ['line\nend', 20, 'line end'],
    [`${' '.repeat(1000)}late`, 10, 'late'],
    [`early${' '.repeat(1000)}`, 10, 'early'],
    ['', 10, ''],
  ])('%j at %i', (text, length, expected) => {
    expect(cutAtWord(text, length)).toBe(expected);
  });

  it('never halves an emoji, nor leaves a joiner that joins nothing', () => {
    for (let length = 2; length < 20; length += 1) {
      expect(cutAtWord('👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻', length)).toMatch(/^(?:[👩💻]\u200d?)*…$/u);
      expect(visible(cutAtWord('👩‍💻'.repeat(9), length))).not.toMatch(/⟨/);
    }
  });

  it('is never longer than it may be, on one line, and changes nothing that fits', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 2, max: 80 }),
        (text, length) => {
          const cut = cutAtWord(text, length);
          expect(cut.length).toBeLessThanOrEqual(length);
          expect(cut).toBe(oneLine(cut));
          if (oneLine(text).length <= length && text.length <= length) expect(cut).toBe(oneLine(text));
        },
      ),
    );
  });

  it('is quick with a huge text', () => {
    const began = performance.now();
    expect(cutAtWord('word '.repeat(2_000_000), 20)).toBe('word word word word…');
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('small words', () => {
  it('count', () => {
    expect([0, 1, 2, 1234].map((n) => count(n, 'task'))).toEqual([
      '0 tasks',
      '1 task',
      '2 tasks',
      '1,234 tasks',
    ]);
  });

  it('list', () => {
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });

  it.each<[number, string, string]>([
    [-5, '0ms', '0s'],
    [999.9, '999ms', '0s'],
    [1000, '1s', '1s'],
    [59_999, '59s', '59s'],
    [60_000, '1m', '1m'],
    [179_000, '2m 59s', '2m'],
    [3_599_999, '59m 59s', '59m'],
    [3_600_000, '1h', '1h'],
    [3_603_000, '1h', '1h'],
    [34_860_000, '9h 41m', '9h'],
    [47 * 3_600_000, '1d 23h', '1d'],
    [76 * 3_600_000, '3d 4h', '3d'],
  ])('duration of %d ms: %s, in short %s', (ms, expected, short) => {
    expect(duration(ms)).toBe(expected);
    expect(shortDuration(ms)).toBe(short);
  });

  it('shortId keeps what tells siblings apart', () => {
    expect(shortId('01KJQ3AWCY2AX1FD2DTYSE9E2X')).toBe('01KJ…SE9E2X');
    expect(shortId('yearly-audit')).toBe('yearly-audit');
  });

  it('times, those outside the range of dates included', () => {
    expect(toIso(1e300)).toBe('+275760-09-13T00:00:00.000Z');
    expect(toIso(-1e300)).toBe('-271821-04-20T00:00:00.000Z');
  });
});
