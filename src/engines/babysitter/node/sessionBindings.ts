import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseSession, type ParsedSession } from '../core/diagnose/session';
import { readTextInside, realPath } from '../../../node/safeFile';

/** A state file is some lines and the prompt. In bytes. */
const limit = 1024 * 1024;

/**
 * The agent sessions that say they drive a run. The engine keeps one file for each session below the home folder; that
 * is the only link between the two on disk.
 * @returns `undefined`: there is no such folder, so nothing is known
 */
export function sessionsOf(runId: string, env: NodeJS.ProcessEnv): readonly ParsedSession[] | undefined {
  const folder =
    env['BABYSITTER_STATE_DIR'] ??
    join(env['BABYSITTER_GLOBAL_STATE_DIR'] ?? join(homedir(), '.a5c'), 'state');
  const real = realPath(folder);
  if (real === undefined) return undefined;
  return namesIn(real)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const read = readTextInside(real, name, limit);
      const session = 'text' in read ? parseSession(name.slice(0, -'.md'.length), read.text) : undefined;
      return session?.runIds.includes(runId) ? [session] : [];
    })
    .toSorted((a, b) => (b.lastIterationAt ?? 0) - (a.lastIterationAt ?? 0));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
