import { maskSecrets } from '../../src/core/run/secrets';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileDocument, journalDocument, taskDocument } from '../../src/core/documents';
import { visible } from '../../src/core/format';

const proof = 'da42f7b45bac2f7565548221e0000000';

/** Reads JSON with comments, strictly: whole lines of comment, and commas exactly where JSON wants them. */
function parse(document: string): unknown {
  return JSON.parse(document.replace(/^\s*\/\/.*$/gm, ''));
}

const event = (file: string, value: unknown) => ({ file, text: JSON.stringify(value) });

describe('journalDocument', () => {
  it('is a list of the events, each below its file', () => {
    const events = [{ type: 'RUN_CREATED', data: { a: [1, { b: null }] } }, { type: 'RUN_COMPLETED' }];
    const document = journalDocument(
      events.map((value, i) => event(`journal/${i}.json`, value)),
      0,
    );
    expect(parse(document)).toEqual(events);
    expect(document).toContain('  // journal/0.json\n  {\n    "type": "RUN_CREATED",\n');
    expect(journalDocument([], 0)).toBe('[\n]\n');
  });

  it('says how many events are left out', () => {
    expect(journalDocument([event('a', 1)], 98_000)).toBe(
      '[\n  // The first 98000 events are left out.\n  // a\n  1\n]\n',
    );
  });

  it('shows what cannot be read as comments, wherever it stands', () => {
    const good = event('good', { fine: true });
    const missing = { file: 'gone', problem: 'is missing' };
    const broken = { file: 'cut', text: '{"type": "RUN_FAI\nsecond line */ //' };
    for (const parts of [
      [missing, good, broken],
      [good, missing],
      [broken, good],
      [good, broken, good],
    ]) {
      expect(parse(journalDocument(parts, 0))).toEqual(
        parts.filter((part) => part === good).map(() => ({ fine: true })),
      );
    }
    const document = journalDocument([missing, broken], 0);
    expect(document).toContain('  // gone is missing\n');
    expect(document).toContain(
      '  // cut is not valid JSON: it may have been cut off or overwritten. It holds:\n  //   {"type": "RUN_FAI\n  //   second line */ //\n',
    );
  });

  it('shows of a broken file no more than is bearable', () => {
    expect(journalDocument([{ file: 'a', text: 'x'.repeat(1_000_000) }], 0).length).toBeLessThan(11_000);
  });

  it('says so when a value is nested too deeply for JSON.stringify', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const document = journalDocument([{ file: 'deep', text: deep }, event('good', 1)], 0);
    expect(document).toContain('  // deep is nested too deeply to be shown\n');
    expect(parse(document)).toEqual([1]);
  });

  it('shows a deep and long value without the white space that would be most of it', () => {
    const text = `${'['.repeat(3000)}${Array(20_000).fill(1).join(',')}${']'.repeat(3000)}`;
    expect(journalDocument([{ file: 'deep', text }], 0).length).toBeLessThan(2 * text.length);
    expect(journalDocument([{ file: 'shallow', text: '[[1]]' }], 0)).toContain('  [\n    [\n      1\n');
  });
});

describe('taskDocument', () => {
  it('holds the task and the result by name', () => {
    const document = taskDocument([
      { name: 'task', ...event('tasks/e/task.json', { kind: 'agent', title: 'Plan' }) },
      { name: 'result', ...event('tasks/e/result.json', { status: 'ok', value: [] }) },
    ]);
    expect(parse(document)).toEqual({
      task: { kind: 'agent', title: 'Plan' },
      result: { status: 'ok', value: [] },
    });
  });

  it('does without the result of a pending task', () => {
    const document = taskDocument([
      { name: 'task', ...event('tasks/e/task.json', { kind: 'agent' }) },
      { name: 'result', file: 'tasks/e/result.json', problem: 'is missing' },
    ]);
    expect(parse(document)).toEqual({ task: { kind: 'agent' } });
    expect(document).toContain('// tasks/e/result.json is missing');
  });
});

describe('every document', () => {
  const secretly = {
    type: 'X',
    data: { completionProof: proof, nested: { completionSecret: `${proof}"\\` } },
  };

  it('masks the completion proof under both its names, as value and in a broken file', () => {
    const pretty = JSON.stringify(secretly, null, 2);
    const documents = [
      journalDocument([{ file: 'a', text: pretty }], 0),
      journalDocument([{ file: 'a', text: pretty.slice(0, -2) }], 0),
      journalDocument([{ file: 'a', text: `{"completionProof":\n\n  "${proof}", cut` }], 0),
      taskDocument([{ name: 'task', file: 'a', text: pretty }]),
      fileDocument(pretty),
      fileDocument(JSON.stringify(secretly)),
    ];
    for (const document of documents) {
      expect(document).toContain('•••');
      expect(document).not.toContain(proof);
    }
  });

  it('reads back as the same value, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (values) => {
        const document = journalDocument(
          values.map((value, i) => event(`${i}`, value)),
          0,
        );
        expect(parse(document)).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))));
      }),
    );
  });

  it('escapes every character that visible() would spell out, and keeps its meaning', () => {
    let all = '';
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const c = String.fromCodePoint(point);
      if (visible(c) !== c) all += c;
    }
    expect(all.length).toBeGreaterThan(4000);
    const document = journalDocument([event('a', all)], 0);
    expect(visible(document)).toBe(document);
    expect(parse(document)).toEqual([all]);
  });

  it('shows deceptive characters of a broken file, and of a file’s name, as what they are', () => {
    const document = journalDocument([{ file: 'a\u202eb', text: '{"\u202egnp.exe\u2028 \u0007' }], 0);
    expect(document).toContain('// a⟨U+202E⟩b is not valid JSON');
    expect(document).toContain('//   {"⟨U+202E⟩gnp.exe  ⟨U+0007⟩');
    expect(visible(document)).toBe(document);
  });

  it('leaves other writing as it is', () => {
    const text = 'Grüße, 漢字, עברית, 👩‍👩‍👧 and a tab\tinside';
    expect(journalDocument([event('a', text)], 0)).toContain('Grüße, 漢字, עברית,');
    expect(fileDocument(text)).toBe(text);
  });
});

describe('the completion proof', () => {
  it.each([
    ['whole', '{"completionProof": "5ec8e7"}', '{"completionProof": "•••"}'],
    ['under its old name', '{"completionSecret":"5ec8e7","a":1}', '{"completionSecret":"•••","a":1}'],
    ['cut off in its value', '{"completionProof":"5ec8', '{"completionProof":"•••'],
    [
      'in JSON inside a text',
      '{"out":"{\\"completionProof\\":\\"5ec8e7\\"}"}',
      '{"out":"{\\"completionProof\\":\\"•••\\"}"}',
    ],
    ['with escapes in it', '{"completionProof":"5e\\nc8e7"}', '{"completionProof":"•••"}'],
  ])('is masked %s', (_how, text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });
});
