import { parseTime } from '../../../../core/run/lenient';
import type { SessionBinding } from './diagnose';

/** A session with the runs it names. */
export interface ParsedSession extends SessionBinding {
  readonly runIds: readonly string[];
}

/**
 * Reads a session's state file: front matter of `name: value` lines, then the prompt.
 * @param sessionId its name without the ending
 * @returns `undefined`: it has no front matter
 */
export function parseSession(sessionId: string, text: string): ParsedSession | undefined {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1];
  if (front === undefined) return undefined;
  const fields = new Map(
    front.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^(\w+):(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, unquoted(value.trim())]];
    }),
  );
  const at = parseTime(fields.get('last_iteration_at') ?? '');
  return {
    sessionId,
    active: fields.get('active') === 'true',
    lastIterationAt: Number.isNaN(at) ? undefined : at,
    // Newer engines list several: run_ids is JSON, or commas between.
    runIds: [fields.get('run_id') ?? '', ...(fields.get('run_ids') ?? '').split(/[\s,[\]"]+/)].filter(
      Boolean,
    ),
  };
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2');
}
