import { oneLine } from '../../format';
import { pendingEffects, runTitle, taskTitle } from '../../run/run';
import type { StoredRun } from '../../source/runStore';

/** So much of one text is searched; a prompt may be a megabyte. */
const longestText = 10_000;
/** So many different task titles of a run are searched. */
const mostTitles = 500;
/** What matched is shown with so much around it, in characters. */
const excerptLength = 120;

/** A text of a run, and what it is. */
interface Field {
  readonly name: 'Process' | 'Prompt' | 'Question' | 'Tag' | 'Task';
  readonly text: string;
}

/** A run prepared for searching. */
export interface SearchEntry {
  readonly stored: StoredRun;
  /** In lower case. What matches in title or id comes first. */
  readonly title: string;
  readonly id: string;
  readonly fields: readonly Field[];
  /** Title and fields in lower case, one a line. */
  readonly all: string;
}

/** A run in which every word was found. */
export interface Found {
  readonly stored: StoredRun;
  /** What matched, where title and id alone do not say it: "Task: Plan the feature". Raw run text may be in it. */
  readonly matched: string;
}

export interface SearchResult {
  /** Those whose title or id has every word first, otherwise in the order of the entries. */
  readonly found: readonly Found[];
  /** How many more there are than were asked for. */
  readonly more: number;
}

/**
 * Prepares a run for searching.
 * @param titles of its tasks, as far as they were read from their files
 */
export function searchEntry(stored: StoredRun, titles: readonly string[]): SearchEntry {
  const { run, marks } = stored;
  const pending = pendingEffects(run);
  const tasks = new Set(titles);
  for (const { effect, task } of pending) tasks.add(taskTitle(effect, task));
  for (const effect of run.story.effects.values()) {
    if (effect.label !== undefined) tasks.add(effect.label);
    if (tasks.size >= mostTitles) break;
  }
  const fields = [
    ...(marks?.tags ?? []).map((text) => ({ name: 'Tag', text })),
    { name: 'Process', text: run.processId },
    { name: 'Prompt', text: oneLine((run.prompt ?? '').slice(0, longestText)) },
    ...pending.map(({ task }) => ({
      name: 'Question',
      text: oneLine((task?.breakpoint?.question ?? '').slice(0, longestText)),
    })),
    ...[...tasks].slice(0, mostTitles).map((text) => ({ name: 'Task', text: oneLine(text.slice(0, 300)) })),
  ].filter(({ text }) => text !== '') as Field[];
  const title = [marks?.name ?? '', runTitle(run)].join(' ').trim().toLowerCase();
  const all = [title, ...fields.map(({ text }) => text.toLowerCase())].join('\n');
  return { stored, title, id: run.runId.toLowerCase(), fields, all };
}

/**
 * Finds the runs that have every word of the query somewhere, whatever the case.
 * @param entries newest first
 * @param most how many are given at most
 */
export function searchRuns(entries: readonly SearchEntry[], query: string, most: number): SearchResult {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const first: SearchEntry[] = [];
  const rest: SearchEntry[] = [];
  for (const entry of entries) {
    if (!words.every((word) => entry.all.includes(word) || isInId(entry.id, word))) continue;
    (words.every((word) => isInHead(entry, word)) ? first : rest).push(entry);
  }
  const found = [...first.slice(0, most), ...rest.slice(0, Math.max(0, most - first.length))];
  return {
    found: found.map((entry) => ({ stored: entry.stored, matched: whatMatched(entry, words) })),
    more: first.length + rest.length - found.length,
  };
}

/** Two or three characters are in many a ULID by chance, and nobody means them; ids of another kind are words. */
export function isInId(id: string, word: string): boolean {
  return (word.length > 3 || !/^[0-9a-hjkmnp-tv-z]{26}$/.test(id)) && id.includes(word);
}

function isInHead(entry: SearchEntry, word: string): boolean {
  return entry.title.includes(word) || isInId(entry.id, word);
}

/** The field with most of the words that title and id lack, cut to what is around the first of them. */
function whatMatched(entry: SearchEntry, words: readonly string[]): string {
  const { fields } = entry;
  const missing = words.filter((word) => !isInHead(entry, word));
  let best: { readonly field: Field; readonly hits: readonly string[] } | undefined;
  for (const field of missing.length === 0 ? [] : fields) {
    const lower = field.text.toLowerCase();
    const hits = missing.filter((word) => lower.includes(word));
    if (hits.length > (best?.hits.length ?? 0)) best = { field, hits };
  }
  return best ? `${best.field.name}: ${excerpt(best.field.text, best.hits[0] ?? '')}` : '';
}

function excerpt(text: string, word: string): string {
  if (text.length <= excerptLength) return text;
  const at = Math.max(0, text.toLowerCase().indexOf(word) - excerptLength / 3);
  // From the beginning of a word, where one is near.
  const from = at === 0 ? 0 : text.indexOf(' ', at - 15) + 1 || at;
  const cut = text.slice(from, from + excerptLength);
  return `${from > 0 ? '…' : ''}${cut}${from + excerptLength < text.length ? '…' : ''}`;
}
