import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A workspace with one run. */
export interface Specimen {
  readonly workspace: string;
  readonly dir: string;
}

export const runsOf = (workspace: string): string => join(workspace, '.a5c', 'runs');

/** The events of a journal by name. */
export function journalOf(dir: string): Readonly<Record<string, string>> {
  const journal = join(dir, 'journal');
  const files = readdirSync(journal).filter((file) => file.endsWith('.json'));
  return Object.fromEntries(
    files.toSorted().map((file) => [file, readFileSync(join(journal, file), 'utf8')]),
  );
}

/** Every file below a folder with its content, by path. */
export function filesBelow(dir: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [path, readFileSync(path, 'base64')]),
  );
}

/** What lies in a run that is no part of a sound one. */
export function leftovers(dir: string): readonly string[] {
  const found: string[] = [];
  const events = Object.values(journalOf(dir)).flatMap((text) => {
    try {
      return [JSON.parse(text)];
    } catch {
      found.push('half an event');
      return [];
    }
  });
  const has = (type: string, id: string): boolean =>
    events.some((event) => event.type === type && event.data.effectId === id);
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('journal.bak')) continue;
    const id = entry.parentPath.split(/[\\/]/).at(-1) ?? '';
    if (entry.name === 'run.lock') {
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      found.push(text.trim().endsWith('}') ? 'lock' : 'half a lock');
    } else if (entry.name.includes('.tmp-')) {
      found.push(
        entry.parentPath.endsWith('journal') ? 'temporary file in the journal' : 'temporary file elsewhere',
      );
    } else if (entry.name === 'task.json' && !has('EFFECT_REQUESTED', id))
      found.push('task.json without its event');
    else if (entry.name === 'result.json' && !has('EFFECT_RESOLVED', id))
      found.push('result.json without its event');
  }
  return found;
}
