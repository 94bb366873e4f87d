import { readdirSync, readFileSync } from 'node:fs';

/**
 * The floor that reading is compared with: the least that must be read to tell every run's state, as fast as plain
 * code can. For each run run.json, the names in its journal and its last event; of an unfinished one every event.
 * @returns how many files were read
 */
export function readRuns(runsDir: string): number {
  let files = 0;
  for (const id of readdirSync(runsDir)) {
    const dir = `${runsDir}/${id}`;
    parse(`${dir}/run.json`);
    const journal = `${dir}/journal`;
    const names = readdirSync(journal);
    const last = names.reduce((a, b) => (a > b ? a : b));
    const { type } = parse(`${journal}/${last}`);
    files += 2;
    if (type === 'RUN_COMPLETED' || type === 'RUN_FAILED') continue;
    for (const name of names) if (name !== last) parse(`${journal}/${name}`);
    files += names.length - 1;
  }
  return files;
}

/** The floor of opening a run: its journal. */
export function readJournal(dir: string): void {
  for (const name of readdirSync(`${dir}/journal`)) parse(`${dir}/journal/${name}`);
}

/** The floor of looking at a run's tasks: the two files of each. */
export function readTasks(dir: string): void {
  for (const effectId of readdirSync(`${dir}/tasks`)) {
    for (const name of readdirSync(`${dir}/tasks/${effectId}`)) parse(`${dir}/tasks/${effectId}/${name}`);
  }
}

function parse(path: string): { readonly type?: unknown } {
  return JSON.parse(readFileSync(path, 'utf8'));
}
