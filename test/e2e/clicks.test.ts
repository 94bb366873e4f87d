import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { openDemo } from './support/openDemo';

/** Prompts of runs that wait for an answer, the newest first, as they are listed. */
const asked = Array.from({ length: 6 }, (_, i) => `Question ${String(i + 1).padStart(2, '0')}`);

/** A copy of a run under a new id and prompt, which appears at once and whole, as the engine's runs do. */
function copyRun(from: string, prompt: string, createdAt: Date): string {
  const runId = ulid(createdAt.getTime());
  const runs = dirname(from);
  const building = join(dirname(runs), `building-${runId}`);
  cpSync(from, building, { recursive: true });
  const file = join(building, 'run.json');
  const run: object = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...run, runId, prompt, createdAt }));
  renameSync(building, join(runs, runId));
  return join(runs, runId);
}

function isAnswered(run: string): boolean {
  return readdirSync(join(run, 'tasks')).some((task) => {
    const definition = readFileSync(join(run, 'tasks', task, 'task.json'), 'utf8');
    return (
      definition.includes('Approve migration plan') && existsSync(join(run, 'tasks', task, 'result.json'))
    );
  });
}

test('A click on ✓ answers the question of its row, also while runs appear ten times a second', async () => {
  const window = await openDemo({
    size: { width: 1280, height: 1400 },
    settings: { 'babysitterRuns.answerDelay': 0 },
  });
  const { row } = window;
  const original = window.runDir('breakpoint');
  const runs = asked.map((prompt, i) => copyRun(original, prompt, new Date(Date.now() - i * 1000)));
  const questionOf = (prompt: string): Locator =>
    row(new RegExp(`^Breakpoint Approve migration plan.*${prompt}`));
  for (const prompt of asked) await questionOf(prompt).waitFor();

  let n = 0;
  const appearing = setInterval(() => {
    n += 1;
    copyRun(window.runDir('scored'), `Another run ${n}`, new Date());
  }, 100);
  /** Clicks of which the browser made none, as the row moved while the button was down. */
  let lost = 0;
  try {
    for (const [i, prompt] of asked.entries()) {
      const approve = questionOf(prompt).getByRole('button', { name: 'Approve Breakpoint' });
      const click = async (): Promise<void> => {
        const onRow = (): Promise<boolean> =>
          questionOf(prompt)
            .hover()
            .then(() => approve.isVisible());
        // Rows move: the pointer may have come to rest on another one.
        await expect.poll(onRow).toBe(true);
        // As long as a finger keeps a button down.
        await approve.click({ delay: 80 });
      };
      const answered = (): boolean => isAnswered(runs[i] ?? '');
      await click();
      const inTime = expect.poll(answered, { timeout: 30_000 }).toBe(true);
      if (!(await inTime.then(() => true).catch(() => false))) {
        lost += 1;
        await click();
      }
      await expect.poll(answered, { message: prompt }).toBe(true);
      await questionOf(prompt).waitFor({ state: 'detached' });
      // The list is drawn again for it, and VS Code loses a click whose row is drawn between pressing and releasing.
      await row(new RegExp(`^Ready to continue: ${prompt}`)).waitFor();
      expect(runs.filter(isAnswered)).toEqual(runs.slice(0, i + 1));
    }
  } finally {
    clearInterval(appearing);
  }
  expect(lost).toBeLessThan(2);
  expect(isAnswered(original)).toBe(false);
  expect(n).toBeGreaterThan(asked.length);
}, 420_000);
