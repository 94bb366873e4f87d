import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { journal, minute, start, ulidAt } from './journalBuilder';
import { write, writeRun } from './runFolder';

/**
 * Writes as many runs as are wanted into a project, "Run number 0" the newest, one an hour back in time each: of every
 * hundred one asks a question, five failed, one started another run, the others are completed.
 * @returns the runs directory
 */
export function writeManyRuns(project: string, count: number): string {
  const runs = join(project, '.a5c', 'runs');
  mkdirSync(runs, { recursive: true });
  write(project, '.a5c/processes/demo.mjs', 'export const process = async () => {};\n');
  const now = Date.now();
  const createdAt = (n: number): number => now - n * 60 * minute - 5 * minute;
  const idOf = (n: number): string => ulidAt(createdAt(n), n);
  for (let n = 0; n < count; n += 1) {
    const story = journal()
      .after(createdAt(n) - start)
      .created()
      .done('plan');
    if (n % 100 === 0) story.requested('gate', 'breakpoint');
    else if (n % 20 === 1) story.failed('Out of memory');
    else story.done('build', 'shell').completed();
    writeRun(runs, idOf(n), {
      journal: story,
      metadata: {
        prompt: `Run number ${n} of the nightly build`,
        processId: n % 3 === 0 ? 'nightly/check' : 'nightly/build',
        createdAt: new Date(createdAt(n)).toISOString(),
        ...(n % 100 === 12 ? { nested: { parentRunId: idOf(n - 1) } } : {}),
      },
      files: {
        'tasks/plan/task.json': { kind: 'agent', title: `Plan the work of night ${n}` },
        ...(n % 100 === 0
          ? {
              'tasks/gate/task.json': {
                kind: 'breakpoint',
                metadata: { payload: { title: `Ship night ${n}?`, question: 'Is it good enough?' } },
              },
            }
          : {}),
        ...(n % 20 === 5
          ? {
              'tasks/build/result.json': {
                status: 'ok',
                value: { success: false, exitCode: 2, stdout: '', stderr: 'no such file' },
              },
            }
          : {}),
      },
    });
  }
  return runs;
}
