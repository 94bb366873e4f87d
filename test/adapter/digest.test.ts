import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { classify } from '../../src/engines/babysitter/core/judge';
import type { BabysitterRun } from '../../src/engines/babysitter/core/babysitterRun';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { atOnce } from '../../src/core/sliced';
import { allFixtures } from '../support/fixtures';

const runs = allFixtures.flatMap(({ runs: dir }) => readdirSync(dir).map((id) => join(dir, id)));

const now = Date.parse('2026-12-01T00:00:00Z');

function read(dir: string, whole: boolean): BabysitterRun {
  return atOnce(new RunDirectory(dir, dir).read({ whole })) ?? expect.fail(`${dir} is no run`);
}

/** What a row shows that does not need the effects. */
function told(run: BabysitterRun) {
  const { state, reason, changesAt, actions } = classify(run, now, { activityWindow: defaultActivityWindow });
  const { runId, createdAt, updatedAt, eventCount, lock, metadata } = run;
  return { state, reason, changesAt, actions, runId, createdAt, updatedAt, eventCount, lock, metadata };
}

describe('a finished run of which only the end is read', () => {
  it.each(runs)('tells the same as when it is read whole: %s', (dir) => {
    const [row, whole] = [read(dir, false), read(dir, true)];
    expect(told(row)).toEqual(told(whole));
    expect(row.depth === 'whole').toBe(whole.story.end === undefined);
  });

  it('is read whole from then on when it was read whole once', () => {
    const finished = runs.find((dir) => dir.endsWith('/iterations-scored')) ?? expect.fail('no such fixture');
    const directory = new RunDirectory(finished, finished);
    expect(atOnce(directory.read({ whole: false }))?.story.effects.size).toBe(0);
    const whole = atOnce(directory.read({ whole: true }));
    expect(whole?.story.effects.size).toBeGreaterThan(0);
    expect(atOnce(directory.read({ whole: false }))).toEqual(whole);
  });
});
