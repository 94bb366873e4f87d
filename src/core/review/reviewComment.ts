import { largest } from '../largest';
import * as z from 'zod/mini';
import { count } from '../format';
import { segment } from '../run/segmentSchema';
import { asRunKey, keyText, type RunKey } from '../run/runKey';

/** What a person wrote to some lines of a context file. Goes as data into the answer's `comments`. */
export interface ReviewComment {
  /** The path as the breakpoint names it. */
  readonly file: string;
  /** The first line, from 1. */
  readonly line: number;
  /** The last line, where there are several. */
  readonly endLine?: number | undefined;
  /** Those lines as they were when the comment was written. */
  readonly quote: string;
  readonly comment: string;
}

/** A comment that waits to be sent with the answer to its breakpoint. */
export interface QueuedComment extends ReviewComment {
  readonly id: string;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  readonly runKey: RunKey;
  readonly effectId: string;
}

/** So much is kept and sent. */
export const reviewLimits = { comments: 200, comment: 20_000, quote: 4000 } as const;

const keptComment = z.object({
  id: z.string(),
  at: z.number(),
  /** The text of the run's key. */
  dir: z.string(),
  effectId: segment,
  file: z.string(),
  line: z.int().check(z.minimum(1)),
  endLine: z.optional(z.int().check(z.minimum(1))),
  quote: z.string(),
  comment: z.string(),
});

/** Reads what was kept; what does not fit is left out. In the order in which the comments were written. */
export function parseQueue(kept: readonly unknown[]): readonly QueuedComment[] {
  return kept
    .flatMap((item) => {
      const parsed = keptComment.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ dir, ...comment }) => ({ ...comment, runKey: asRunKey(dir) }));
}

/** What is kept of a comment. */
export function toKeptComment({ runKey, ...comment }: QueuedComment): z.infer<typeof keptComment> {
  return { ...comment, dir: keyText(runKey) };
}

/** The data of the answer, in the order of files and lines. */
export function reviewData(queue: readonly QueuedComment[]): readonly ReviewComment[] {
  return inOrder(queue).map(({ file, line, endLine, quote, comment }) => ({
    file,
    line,
    ...(endLine === undefined || endLine === line ? {} : { endLine }),
    quote,
    comment,
  }));
}

/** "3 comments in 2 files". */
export function reviewSummary(comments: readonly { readonly file: string }[]): string {
  const files = new Set(comments.map(({ file }) => file)).size;
  return `${count(comments.length, 'comment')} in ${count(files, 'file')}`;
}

/** A person's words and comments as one readable text (Markdown). */
export function answerText(words: string, comments: readonly ReviewComment[]): string {
  const before = words.trim() === '' ? [] : [words.trim()];
  if (comments.length === 0) return before.join('');
  const said = inOrder(comments).map(({ file, line, endLine, quote, comment }) => {
    const place = endLine === undefined || endLine === line ? `line ${line}` : `lines ${line}–${endLine}`;
    return [`**${file}, ${place}**`, ...(quote.trim() === '' ? [] : [fenced(quote)]), comment.trim()].join(
      '\n\n',
    );
  });
  return [...before, `${reviewSummary(comments)}:`, ...said].join('\n\n');
}

function inOrder<T extends ReviewComment>(comments: readonly T[]): readonly T[] {
  return comments.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

/** Between fences longer than any inside, so that nothing in the text ends the block. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(
    2,
    largest(text.match(/`{3,}/g) ?? [], ({ length }) => length),
  );
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
