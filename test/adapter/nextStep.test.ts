import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineEnvironment, makeDemo, type Demo } from '../../scripts/demo.mjs';
import { systemClock } from '../../src/core/clock';
import { minute } from '../support/journalBuilder';
import { pendingEffects } from '../../src/core/run/run';
import { asRunKey } from '../../src/core/run/runKey';
import { atOnce } from '../../src/core/sliced';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { Forker } from '../../src/engines/babysitter/core/fork/forker';
import { forkPlan } from '../../src/engines/babysitter/core/fork/forkPlan';
import { failedTask } from '../../src/engines/babysitter/core/judge';
import { Repairer } from '../../src/engines/babysitter/core/repair/repairer';
import { ChildFeeders } from '../../src/engines/babysitter/node/childFeeder';
import { ForkFolder } from '../../src/engines/babysitter/node/forkFiles';
import { RepairFolder } from '../../src/engines/babysitter/node/repairFiles';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { callCli, drive } from '../support/driving';
import { useFeeder } from '../support/engineWork';
import { capturedFixtures } from '../support/fixtures';
import { write } from '../support/runFolder';

// What `next` says is done here with the real engine, step after step, until nothing is left to do. Runs of 6.x are left
// out: their engine is not on the registry, and an older one asks their finished tasks again.

const program = useFeeder();
const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** More than any of these runs takes. */
const mostSteps = 60;

interface Place {
  readonly workspace: string;
  readonly home: string;
}

const runDir = ({ workspace }: Place, name: string): string => join(workspace, '.a5c', 'runs', name);
const journalOf = (dir: string): readonly string[] => readdirSync(join(dir, 'journal')).toSorted();

/** Judged when everybody has gone: nothing is taken for work that is going on. */
function judged(dir: string) {
  const run = atOnce(new RunDirectory(dir, dir).read()) ?? expect.fail(`${dir} is gone`);
  const state = babysitterEngine.judge(run, Date.now() + 10 * minute, {
    activityWindow: 2 * minute,
    removesLocks: true,
  });
  return { run, next: state.next };
}

/** The types of the events that an iterate adds, whatever the engine says of it. */
async function addedByIterate({ home }: Place, dir: string): Promise<readonly string[]> {
  const before = new Set(journalOf(dir));
  await callCli(home, 'run:iterate', dir, '--json').catch(() => {});
  return journalOf(dir)
    .filter((name) => !before.has(name))
    .map((name) => JSON.parse(readFileSync(join(dir, 'journal', name), 'utf8')).type);
}

/** Does as an agent, or as a person, would that is asked for this. Of every answer some process makes use. */
async function post({ home }: Place, dir: string, isMeant: (kind: string) => boolean): Promise<void> {
  const value = { approved: true, score: 95, exitCode: 0, steps: 3, coverage: 95 };
  for (const { effect } of pendingEffects(judged(dir).run)) {
    if (!isMeant(effect.kind)) continue;
    await callCli(
      ...[home, 'task:post', dir, effect.effectId, '--status', 'ok'],
      ...['--value-inline', JSON.stringify(value), '--json'],
    );
  }
}

async function repair({ workspace, home }: Place, dir: string): Promise<void> {
  const { store, engine } = await drive(workspace, dir, { home });
  const repairer = new Repairer(store, engine, new RepairFolder(), systemClock);
  const key = asRunKey(dir);
  await repairer.repair(key, await repairer.plan(key), new AbortController().signal);
}

/** @returns the folder of the new run */
async function fork({ workspace, home }: Place, dir: string): Promise<string> {
  const { store, engine, log } = await drive(workspace, dir, { home });
  const details = (await store.readDetails(asRunKey(dir), [])) ?? expect.fail('no details');
  const run = store.get(asRunKey(dir))?.run ?? expect.fail('no run');
  const say = (text: string): unknown => log.push(text);
  const feeders = new ChildFeeders(
    { program, locate: (project) => engine.locate(project).found, env: engineEnvironment(home) },
    { info: say, warn: say, error: say },
  );
  const forker = new Forker(store, engine, feeders, new ForkFolder(), systemClock);
  const culprit = failedTask(run) ?? expect.fail('no task failed');
  const plan = forkPlan(run, details, culprit.requestedSeq - 1);
  const report = await forker.fork(run, plan, { signal: new AbortController().signal, onReplayed: () => {} });
  expect(report.stopped).toBeUndefined();
  return report.dir;
}

/** An iterate asks for nothing; older engines run the process once more, and write its end again. */
async function expectNoMove(place: Place, dir: string, why: string): Promise<void> {
  const added = await addedByIterate(place, dir);
  expect(
    added.filter((type) => type.startsWith('EFFECT_')),
    why,
  ).toEqual([]);
}

/** @returns what was done, step by step, and once where it repeats */
async function follow(place: Place, dir: string, forks: boolean): Promise<readonly string[]> {
  const done: string[] = [];
  for (let steps = 0; steps < mostSteps; steps += 1) {
    const { action, reason } = judged(dir).next;
    const before = journalOf(dir);
    // Of two skipped questions in a row, 0.0.187 damages the journal at every iterate.
    if (action === 'run.repair' && done.includes(action)) return done;
    const step = action ?? 'nothing';
    if (step !== done.at(-1)) done.push(step);
    switch (action) {
      case undefined:
        await expectNoMove(place, dir, reason);
        return done;
      case 'run.iterate':
        await addedByIterate(place, dir);
        break;
      case 'breakpoint.answer':
        await post(place, dir, (kind) => kind === 'breakpoint');
        break;
      case 'run.resume':
        await post(place, dir, (kind) => kind !== 'sleep');
        break;
      case 'run.repair':
        await repair(place, dir);
        break;
      case 'run.fork':
        await expectNoMove(place, dir, reason);
        return forks ? [...done, ...(await follow(place, await fork(place, dir), false))] : done;
      default:
        expect.fail(`nobody does ${action}`);
    }
    expect(journalOf(dir), `${action}: ${reason}`).not.toEqual(before);
  }
  return expect.fail(`it never ends: ${done.join(', ')}`);
}

/** A copy of a workspace with its runs, once for a whole version. */
function useCopy(workspace: string): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-runs-next-')));
  const place = { workspace: join(folder, 'workspace'), home: join(folder, 'home') };
  beforeAll(() => {
    cpSync(workspace, place.workspace, { recursive: true });
    mkdirSync(place.home);
    symlinkSync(nodeModules, join(place.workspace, 'node_modules'));
    // What the failed run misses.
    write(place.workspace, 'RELEASE-NOTES.md', '# 1.1.0\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return place;
}

const [newest] = capturedFixtures.slice(-1);
describe.each(capturedFixtures)('a run of engine $version moves by its next step', (fixtures) => {
  const place = useCopy(fixtures.workspace);
  it.each(readdirSync(fixtures.runs))('%s', async (name) => {
    const done = await follow(place, runDir(place, name), fixtures === newest);
    expect(['nothing', 'run.fork', 'run.repair']).toContain(done.at(-1));
  });
});

const demoWays = {
  scored: 'nothing',
  breakpoint: 'breakpoint.answer, run.iterate, nothing',
  twoBreakpoints: 'breakpoint.answer, run.iterate, nothing',
  sleeping: 'nothing',
  ready: 'run.iterate, run.resume, run.iterate, nothing',
  failed: 'run.fork, run.iterate, run.resume, run.iterate, run.resume, run.iterate, nothing',
  parallel: 'run.resume, run.iterate, run.resume, run.iterate, nothing',
  damaged: 'run.repair, run.resume, run.iterate, nothing',
  notStarted: 'run.iterate, run.resume, run.iterate, breakpoint.answer, run.iterate, nothing',
} as const satisfies Record<keyof Demo['runs'], string>;

describe('a run of the demo moves by its next step', () => {
  let demo: Demo;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-runs-next-')));
  beforeAll(async () => void (demo = await makeDemo(folder)));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  it.each(Object.entries(demoWays))('%s: %s', async (name, way) => {
    const dir = runDir(demo, demo.runs[name as keyof Demo['runs']]);
    expect((await follow(demo, dir, true)).join(', ')).toBe(way);
  });
});
