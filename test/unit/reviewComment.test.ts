import { describe, expect, it } from 'vitest';
import {
  answerText,
  parseQueue,
  reviewData,
  toKeptComment,
  type QueuedComment,
} from '../../src/core/review/reviewComment';
import { toAnswer } from '../../src/core/run/answer';
import { asRunKey } from '../../src/core/run/runKey';

const queued = (parts: Partial<QueuedComment>): QueuedComment => ({
  id: '1',
  at: 1,
  runKey: asRunKey('/run'),
  effectId: 'q',
  file: 'a.ts',
  line: 1,
  quote: 'const a = 1;',
  comment: 'Why?',
  ...parts,
});

describe('review comments', () => {
  const comments = reviewData([
    queued({ file: 'b.md', line: 7, quote: '', comment: ' Too long. ' }),
    queued({ line: 12, endLine: 14, quote: 'if (x) {\n  y();\n}' }),
    queued({ line: 3, endLine: 3 }),
  ]);

  it('are data in the order of files and lines, without what is ours alone', () => {
    expect(comments).toEqual([
      { file: 'a.ts', line: 3, quote: 'const a = 1;', comment: 'Why?' },
      { file: 'a.ts', line: 12, endLine: 14, quote: 'if (x) {\n  y();\n}', comment: 'Why?' },
      { file: 'b.md', line: 7, quote: '', comment: ' Too long. ' },
    ]);
  });

  it('are readable words with the lines they are about', () => {
    expect(`\n${answerText(' Nearly. ', comments)}\n`).toBe(`
Nearly.

3 comments in 2 files:

**a.ts, line 3**

\`\`\`
const a = 1;
\`\`\`

Why?

**a.ts, lines 12–14**

\`\`\`
if (x) {
  y();
}
\`\`\`

Why?

**b.md, line 7**

Too long.
`);
    expect(answerText('  ', [])).toBe('');
  });

  it('cannot break out of their quotes', () => {
    const text = answerText('', reviewData([queued({ quote: '```\n**evil**\n````' })]));
    expect(text).toContain('\n`````\n```\n**evil**\n````\n`````\n');
  });

  it('go with an answer as words and as data', () => {
    const answer = toAnswer({ kind: 'request-changes', text: 'Nearly.', comments }, 'Dana');
    expect(answer).toMatchObject({
      approved: false,
      comments,
      respondedBy: 'Dana',
    });
    expect(answer.response).toBe(answerText('Nearly.', comments));
    expect(answer.feedback).toBe(answer.response);
    expect(toAnswer({ kind: 'request-changes', text: 'No.', comments: [] }, 'Dana')).toEqual({
      approved: false,
      response: 'No.',
      feedback: 'No.',
      respondedBy: 'Dana',
    });
  });

  it('are read again after a reload, as far as they are whole, in the order of writing', () => {
    const whole = queued({ endLine: 2, at: 2 });
    const kept: unknown[] = JSON.parse(
      JSON.stringify([
        toKeptComment(whole),
        toKeptComment({ ...whole, effectId: '../x' }),
        toKeptComment(queued({ id: '0' })),
        { id: 1 },
        null,
      ]),
    );
    expect(kept).toMatchObject([{ dir: '/run' }, { dir: '/run' }, { dir: '/run' }, { id: 1 }, null]);
    expect(parseQueue(kept)).toEqual([queued({ id: '0' }), whole]);
  });
});
