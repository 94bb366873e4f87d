import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JournalBuilder } from './journalBuilder';
import { runJson } from './runBuilder';

export interface RunFolderParts {
  readonly journal?: JournalBuilder;
  /** Fields of run.json over the usual ones; `null`: there is none. */
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  /** Further files, over those made from the journal, by path inside the run; what is no text or bytes becomes JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
}

/** A folder of its own for one test; its real path. */
export function temporaryFolder(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-runs-')));
  // Some tests make tens of thousands of files, which take long to be removed beside much else.
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }), 120_000);
  return dir;
}

/** A project with the process file that built runs name, and its runs directory. */
export function projectFolder(dir = temporaryFolder()): { readonly dir: string; readonly runs: string } {
  const runs = join(dir, '.a5c', 'runs');
  mkdirSync(runs, { recursive: true });
  write(dir, '.a5c/processes/demo.mjs', 'export const process = async () => {};\n');
  return { dir, runs };
}

/**
 * Writes a run as an engine leaves it: run.json, the journal, and for every request a task.json, for every answer a
 * result.json.
 * @returns the run folder
 */
export function writeRun(runsDir: string, runId: string, parts: RunFolderParts = {}): string {
  const dir = join(runsDir, runId);
  mkdirSync(join(dir, 'journal'), { recursive: true });
  if (parts.metadata !== null) write(dir, 'run.json', { ...runJson, runId, ...parts.metadata });
  for (const [file, text] of Object.entries(parts.journal?.files ?? {})) write(dir, `journal/${file}`, text);
  for (const { type, data } of parts.journal?.events ?? []) {
    const folder = `tasks/${String(data['effectId'])}`;
    if (type === 'EFFECT_REQUESTED') {
      write(dir, `${folder}/task.json`, { kind: data['kind'], title: `Do ${String(data['effectId'])}` });
    } else if (type === 'EFFECT_RESOLVED') {
      write(dir, `${folder}/result.json`, { status: data['status'] });
    }
  }
  for (const [path, content] of Object.entries(parts.files ?? {})) write(dir, path, content);
  return dir;
}

/** Writes one file and the folders it needs. */
export function write(dir: string, path: string, content: unknown): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  const isRaw = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(file, isRaw ? content : `${JSON.stringify(content, null, 2)}\n`);
  return file;
}
