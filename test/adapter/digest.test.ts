import * as fc from 'fast-check';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { isHalfRead } from '../../src/core/run/run';
import { classify } from '../../src/engines/babysitter/core/judge';
import type { BabysitterRun } from '../../src/engines/babysitter/core/babysitterRun';
import { readLine, writeEffects, writeLine } from '../../src/engines/babysitter/node/indexLine';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { atOnce } from '../../src/core/sliced';
import { allFixtures } from '../support/fixtures';
import { eventFile, eventText, journal, type JournalBuilder } from '../support/journalBuilder';
import { projectFolder, writeRun } from '../support/runFolder';

const runs = allFixtures.flatMap(({ runs: dir }) => readdirSync(dir).map((id) => join(dir, id)));

const now = Date.parse('2026-12-01T00:00:00Z');

function read(dir: string, whole: boolean): BabysitterRun {
  return atOnce(new RunDirectory(dir, dir).read({ whole })) ?? expect.fail(`${dir} is no run`);
}

const judged = (run: BabysitterRun) => classify(run, now, { activityWindow: defaultActivityWindow });

/** What a row shows that does not need the effects. */
function told(run: BabysitterRun) {
  const { state, reason, changesAt, actions } = judged(run);
  const { runId, createdAt, updatedAt, eventCount, lock, metadata } = run;
  return { state, reason, changesAt, actions, runId, createdAt, updatedAt, eventCount, lock, metadata };
}

/** Whatever next step was told of a run holds when it is read whole, and of what is not known yet none is told. */
function expectNoTurn(first: BabysitterRun, whole: BabysitterRun): void {
  const [before, after] = [judged(first).next, judged(whole).next];
  if (first.story.end?.outcome === 'failed' && isHalfRead(first) && !first.story.end.sealed) {
    expect([undefined, 'run.repair'], after.reason).toContain(before.action);
    if (before.action === undefined) return;
  }
  expect(before).toEqual(after);
}

/** The run as the next session has it of what this one read; `undefined`: it is not kept. */
function kept(dir: string, whole: boolean): BabysitterRun | undefined {
  const directory = new RunDirectory(dir, dir);
  const run = atOnce(directory.read({ whole })) ?? expect.fail(`${dir} is no run`);
  if (run.problems.length > 0 || run.lock) return undefined;
  const known = { run, journal: directory.journal, journalAt: 1 };
  const { run: again } = readLine(dir, writeLine(known), [...writeEffects(known)]);
  // Those of open tasks are read again.
  return { ...again, pendingTasks: run.pendingTasks, erredTask: run.erredTask };
}

function expectNoTurns(dir: string): void {
  const whole = read(dir, true);
  expectNoTurn(read(dir, false), whole);
  for (const run of [kept(dir, false), kept(dir, true)]) if (run) expectNoTurn(run, whole);
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

type Step = (story: JournalBuilder, at: number) => JournalBuilder;

/** An effect that is open, if there is one, else one that nobody asked for. */
function open({ events }: JournalBuilder, place: number): string {
  const ids = (type: string) =>
    events.flatMap((event) => (event.type === type ? [event.data['effectId']] : []));
  const settled = new Set(ids('EFFECT_RESOLVED'));
  const pending = ids('EFFECT_REQUESTED').filter((id) => !settled.has(id));
  return String(pending[place % pending.length] ?? 'nobody');
}

const kinds = fc.constantFrom('agent', 'breakpoint', 'sleep');
const quota = 'The quota is reached';
const asks = kinds.map(
  (kind): Step =>
    (story, at) =>
      story.requested(`e${at}`, kind),
);
const answers = fc.nat({ max: 3 }).map(
  (place): Step =>
    (story) =>
      story.resolved(open(story, place)),
);
const errs = fc.nat({ max: 3 }).map(
  (place): Step =>
    (story) =>
      story.erred(open(story, place), quota),
);
const others = fc.constantFrom<Step>(
  (story) => story.failed(quota),
  (story) => story.failed('The process threw'),
  (story) => story.processError(),
  (story) => story.completed(),
  (story) => story.halted(),
  (story) => story.failed('Over', { manual_seal_reason: 'Over' }),
  (story) => story.add('STOP_HOOK_INVOKED', { decision: 'approve' }),
  (story) => story.add('NEW', {}, { sdkVersion: '6.0.0' }),
  (story, at) => story.requested(`e${at}`, 'agent', { stepId: '' }),
  (story, at) => story.requested(`e${at}`, 'agent', { labels: 'urgent' }),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: asks },
  { weight: 3, arbitrary: answers },
  { weight: 2, arbitrary: errs },
  { weight: 1, arbitrary: others },
);

/** How a journal ends, which many steps would seldom make. */
const ends = fc.constantFrom<Step>(
  (story) => story,
  (story, at) => story.requested(`e${at}`),
  (story) => story.failed('The process threw'),
  (story, at) => story.requested(`e${at}`).erred(`e${at}`, quota).failed(quota),
);

/** Does something to the event of a number, between 1 and the last. */
type Damage = (journalDir: string, seq: number) => void;
const damages = fc.constantFrom<Damage>(
  () => {},
  () => {},
  (dir, seq) => rmSync(join(dir, eventFile(seq))),
  (dir, seq) => writeFileSync(join(dir, eventFile(seq)), ''),
  (dir, seq) => writeFileSync(join(dir, eventFile(seq)), '{"type": "EFFECT_REQ'),
  (dir, seq) =>
    writeFileSync(
      join(dir, eventFile(seq)),
      eventText({ type: 'EFFECT_RESOLVED', recordedAt: '', data: {} }),
    ),
  (dir, seq) => writeFileSync(join(dir, `${seq}.json`), '{}'),
);

describe('no next step turns into its opposite when a run is read whole', () => {
  it.each(runs)('%s', expectNoTurns);

  it('of any journal, sound or damaged', () => {
    const { runs: folder } = projectFolder();
    let made = 0;
    const seen = new Set<string | undefined>();
    const anything = [fc.array(steps, { maxLength: 10 }), ends, damages, fc.nat()] as const;
    fc.assert(
      fc.property(...anything, (story, end, damage, place) => {
        const told = journal().created();
        for (const [at, step] of story.entries()) step(told, at);
        end(told, story.length);
        const dir = writeRun(folder, `r${(made += 1)}`, { journal: told });
        damage(join(dir, 'journal'), 1 + (place % told.events.length));
        expectNoTurns(dir);
        seen.add(judged(read(dir, true)).next.action);
      }),
      { numRuns: 250 },
    );
    for (const action of [undefined, 'run.iterate', 'run.fork', 'run.repair', 'run.resume']) {
      expect(seen).toContain(action);
    }
  });
});
