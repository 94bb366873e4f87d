import type { Call, RunSigns } from './work';
import type { Transcript } from './transcript';

/** Texts are searched for signs up to here, in characters. */
const searched = 65_536;

const most = 64;

/** What may be ids of tasks in a text: names of task folders, arguments of a post, and whatever looks like a ULID. */
export function mentionsIn(text: string): readonly string[] {
  const part = text.slice(0, searched);
  const found = new Set<string>();
  for (const [, id] of part.matchAll(/tasks[/\\]{1,4}([A-Za-z0-9._-]{1,128})[/\\"'\s]/g))
    if (id) found.add(id);
  for (const [id] of part.matchAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g)) found.add(id);
  for (const [, rest = ''] of part.matchAll(/task:post\s([^\n]{0,500})/g)) {
    for (const word of rest.split(/[\s"'\\]+/)) if (/^[A-Za-z0-9._-]{1,128}$/.test(word)) found.add(word);
  }
  return [...found].slice(0, most);
}

export const noSigns: RunSigns = { posts: false, learns: false };

/** Whether an input posts a result, and whether a session learns of tasks from what comes of it. */
export function signsIn(input: string): RunSigns {
  const part = input.slice(0, searched);
  return {
    posts: /task:post|task_post/.test(part),
    learns: /run:iterate|task:list|task:show|run_iterate|task_list|task_show/.test(part),
  };
}

/** Notes which runs an input of a command names. */
export function noteRuns(transcript: Transcript, input: string): void {
  const part = input.slice(0, searched);
  if (!/run:|task:|run_|task_/.test(part)) return;
  for (const [, id] of part.matchAll(/(?:runs[/\\]{1,4}|--run-id[ =]["']?)([A-Za-z0-9._-]{1,128})/g)) {
    if (id && transcript.runs.size < most) transcript.runs.add(id);
  }
}

/**
 * Notes what the result of a command tells of tasks: that one was posted, or that the session now knows of some. A post
 * that was refused ends nothing.
 */
export function noteResult(
  transcript: Transcript,
  call: Call,
  { text, ok, at }: { readonly text: string; readonly ok: boolean; readonly at: number },
): void {
  const part = text.slice(0, searched);
  const { posts, learns } = call.signs;
  if (ok && (posts || (!learns && part.includes('"committed"'))) && !/already[ _-]resolved/i.test(part)) {
    const committed = [...part.matchAll(/tasks\/([A-Za-z0-9._-]{1,128})\/result\.json/g)].map(
      ([, id]) => `${id}`,
    );
    const effectIds = committed.length > 0 ? [...new Set(committed)] : call.mentions;
    if (effectIds.length > 0) transcript.posts.push({ effectIds, from: call.at, to: at });
    call.mentions = [...new Set([...call.mentions, ...committed])].slice(0, most);
  }
  if (!learns) return;
  for (const [, id] of part.matchAll(/"effectId"\s*:\s*"([A-Za-z0-9._-]{1,128})"/g)) {
    if (id && !transcript.learned.has(id)) transcript.learned.set(id, at);
  }
}
