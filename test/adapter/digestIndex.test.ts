import { asBabysitter } from '../../src/engines/babysitter/core/babysitterRun';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { classify } from '../../src/engines/babysitter/core/judge';
import type { Run } from '../../src/core/run/run';
import { asRunKey } from '../../src/core/run/runKey';
import { DigestIndex } from '../../src/engines/babysitter/node/digestIndex';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import type * as indexLine from '../../src/engines/babysitter/node/indexLine';
import { indexShape } from '../../src/engines/babysitter/node/indexShape';
import { atOnce } from '../../src/core/sliced';
import { describeRun } from '../../src/core/views/tree/describe';
import { gistOf } from '../../src/core/run/gist';
import { TrackedRun } from '../../src/engines/babysitter/node/trackedRun';
import { now, stored } from '../support/treeText';
import { allFixtures } from '../support/fixtures';
import { journal, type JournalBuilder } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, writeRun } from '../support/runFolder';
import { watched, writeNewEvents, type Watched } from '../support/watched';

const patience = { timeout: 15_000 };
const longAgo = new Date('2026-03-02T00:00:00Z');

/** Reads a project, with what an earlier call kept in the file, and keeps what was read. */
async function session(dir: string, file: string, shape = indexShape): Promise<Watched> {
  const source = await watched({ dir, holds: 'project' }, silentLogger, new DigestIndex(file, shape));
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${shape}\n`)), patience);
  return source;
}

/** A project with one run that was written long ago, read once. */
async function readOnce(story: JournalBuilder) {
  const { dir: project, runs } = projectFolder();
  const dir = writeRun(runs, 'r', { journal: story });
  age(dir);
  const file = join(temporaryFolder(), 'index', 'digests.jsonl');
  (await session(project, file)).dispose();
  return { project, dir, file };
}

/** Journals that were just written are not trusted, as their time may be coarse. */
function age(dir: string): void {
  utimesSync(join(dir, 'journal'), longAgo, longAgo);
}

/** Changes what an event says behind the back of whoever looks at the journal's time only. */
function falsify(dir: string, from: string, to: string): void {
  for (const name of readdirSync(join(dir, 'journal'))) {
    const path = join(dir, 'journal', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  }
  age(dir);
}

function only(source: Watched): Run {
  return [...source.runs.values()][0] ?? expect.fail('no run');
}

const failed = (): JournalBuilder => journal().created().requested('a').resolved('a').failed('It broke');
const waiting = (): JournalBuilder => journal().created().requested('a').resolved('a').requested('b');

describe('what a session read', () => {
  it('serves the next one, without a look into the journal', async () => {
    const { project, dir, file } = await readOnce(failed());
    falsify(dir, 'It broke', 'It melted');
    expect(only(await session(project, file)).story.end?.error?.message).toBe('It broke');
  });

  it('of a run under way serves too, with the files of its pending tasks read anew', async () => {
    const { project, dir, file } = await readOnce(waiting());
    falsify(dir, '"taskId": "a"', '"taskId": "z"');
    const run = only(await session(project, file));
    expect([...run.story.effects.values()].map(({ taskId }) => taskId)).not.toContain('z');
    expect(run.pendingTasks.get('b')?.title).toBe('Do b');
    expect(readFileSync(file, 'utf8')).not.toContain('Do b');
  });

  it('is read on of a run under way that went on', async () => {
    const { project, dir, file } = await readOnce(waiting());
    const whole = waiting().resolved('b').completed();
    writeNewEvents(dir, whole);
    const { story: fold, eventCount } = only(await session(project, file));
    expect(eventCount).toBe(whole.events.length);
    expect(fold.end?.type).toBe('RUN_COMPLETED');
  });

  it('is read anew of a finished run that was resumed', async () => {
    const { project, dir, file } = await readOnce(failed());
    writeNewEvents(dir, failed().requested('c'));
    const { story: fold } = only(await session(project, file));
    expect(fold.end).toBeUndefined();
    expect([...fold.effects.values()].map(({ effectId }) => effectId)).toEqual(['a', 'c']);
  });

  it('keeps which questions were skipped, and what was spent', async () => {
    const story = waiting()
      .add('PROCESS_LOG', {
        label: 'breakpoint:skipped',
        message: "Breakpoint 'plan' auto-approved (non-interactive mode)",
      })
      .add('COST_TRACKED', { costUsd: 0.2, idempotencyKey: 'turn-1' });
    const { project, dir, file } = await readOnce(story);
    falsify(dir, 'turn-1', 'turn-9');
    const { story: fold } = only(await session(project, file));
    expect(fold.skipped).toEqual(new Set(['plan']));
    expect(fold.costs.map(({ key, usage }) => [key, usage.costUsd])).toEqual([['turn-1', 0.2]]);
  });

  it.each<[string, JournalBuilder]>([
    ['finished', failed().requested('b').resolved('b').requested('nap', 'sleep').completed()],
    ['under way', waiting()],
  ])(
    'of a %s run that somebody looked into says what did not pass, until an event comes',
    async (_, story) => {
      const { dir: project, runs } = projectFolder();
      const dir = writeRun(runs, 'r', {
        journal: story,
        files: {
          'tasks/a/result.json': JSON.stringify({ status: 'ok', result: { passed: false } }),
          'state/output.json': JSON.stringify({ success: false, message: `Gate failed ${'x'.repeat(500)}` }),
        },
      });
      age(dir);
      const file = join(temporaryFolder(), 'digests.jsonl');
      const first = new TrackedRun(dir, { root: project, real: runs });
      first.whole = true;
      const read = atOnce(first.read('anything', undefined)) ?? expect.fail('no run');
      const details = atOnce(first.directory.readDetails([])) ?? expect.fail('no details');
      const looked = first.learn(gistOf(read, details)) ?? expect.fail('nothing was seen');
      expect(looked.gist?.seen?.notPassed).toBe(1);
      atOnce(new DigestIndex(file).save([first.keep() ?? expect.fail('nothing to keep')], Date.now()));
      const second = only(await session(project, file));
      const row = (run: Run) => describeRun(stored(run, now), now, false);
      expect(row(second)).toEqual(row(looked));
      expect(second.gist).toEqual(looked.gist);
      const kept = readFileSync(file, 'utf8');
      expect(kept.includes('x'.repeat(150))).toBe(story.events.at(-1)?.type === 'RUN_COMPLETED');
      expect(kept).not.toContain('x'.repeat(200));

      const third = await session(project, file);
      writeNewEvents(dir, story.requested('c'));
      await third.source.refresh();
      await third.until(
        'the event is read',
        ({ runs: all }) => all.get(asRunKey(dir))?.eventCount === story.events.length,
      );
      expect(only(third).gist).toBeUndefined();
    },
  );

  it('goes on from there when a new event comes', async () => {
    const { project, dir, file } = await readOnce(waiting());
    falsify(dir, '"taskId": "a"', '"taskId": "z"');
    const source = await session(project, file);
    source.source.attend(asRunKey(dir));
    writeNewEvents(dir, waiting().resolved('b'));
    await source.until(
      'b is resolved',
      ({ runs }) => runs.get(asRunKey(dir))?.story.effects.get('b')?.status === 'ok',
    );
  });

  it('is not used while a process holds the run', async () => {
    const { project, dir, file } = await readOnce(waiting());
    writeFileSync(join(dir, 'run.lock'), JSON.stringify({ pid: process.pid }));
    expect(asBabysitter(only(await session(project, file))).lock?.pid).toBe(process.pid);
  });

  it.each<[string, (file: string) => void]>([
    ['cut off', (file) => truncateSync(file, statSync(file).size - 20)],
    ['no JSON', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('\t{', '\t'))],
    ['altered', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"fold"', '"mold"'))],
    ['of another run', (file) => writeFileSync(file, readFileSync(file, 'utf8').replaceAll('/r\t', '/q\t'))],
    ['empty', (file) => writeFileSync(file, '')],
    [
      'of another shape',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace(indexShape, 'another')),
    ],
  ])('is not used when its file is %s', async (_, damage) => {
    const { project, dir, file } = await readOnce(failed());
    falsify(dir, 'It broke', 'It melted');
    damage(file);
    const source = await watched({ dir: project, holds: 'project' }, silentLogger, new DigestIndex(file));
    expect(only(source).story.end?.error?.message).toBe('It melted');
  });

  it('is not kept of a journal that was written a moment ago, or of a damaged run', async () => {
    const { dir: project, runs } = projectFolder();
    writeRun(runs, 'fresh', { journal: failed() });
    const damaged = writeRun(runs, 'damaged', { journal: failed(), files: { 'journal/notes.txt': 'x' } });
    const fine = writeRun(runs, 'fine', { journal: failed() });
    [damaged, fine].forEach(age);
    const file = join(temporaryFolder(), 'digests.jsonl');
    await session(project, file);
    const lines = readFileSync(file, 'utf8').split('\n').slice(1, -2);
    expect(lines.map((line) => line.split('\t')[0])).toEqual([fine]);
  });

  it('is kept whole or not at all: a window that closes meanwhile leaves what was kept before', async () => {
    const { dir: project, runs } = projectFolder();
    for (const name of ['a', 'b', 'c']) age(writeRun(runs, name, { journal: failed() }));
    const file = join(temporaryFolder(), 'digests.jsonl');
    const ended: string[] = [];
    class ClosedMeanwhile extends DigestIndex {
      override *save(...known: Parameters<DigestIndex['save']>): ReturnType<DigestIndex['save']> {
        const saving = super.save(...known);
        saving.next();
        watch.dispose();
        try {
          yield* saving;
        } finally {
          ended.push(existsSync(file) ? 'written' : 'not written');
        }
      }
    }
    const index = new ClosedMeanwhile(file);
    const watch = new FsRunSource({ dir: project, holds: 'project' }, silentLogger, index).watch(() => {});
    await vi.waitFor(() => expect(ended).toEqual(['not written']), patience);
  });

  it('cannot be kept where nothing can be written: that is said, and harms nothing', async () => {
    const { dir: project, runs } = projectFolder();
    age(writeRun(runs, 'r', { journal: failed() }));
    const blocked = join(temporaryFolder(), 'file');
    writeFileSync(blocked, '');
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (text: string) => void warnings.push(text) };
    const index = new DigestIndex(join(blocked, 'digests.jsonl'));
    const source = await watched({ dir: project, holds: 'project' }, logger, index);
    expect(source.runs.size).toBe(1);
    await vi.waitFor(() => expect(warnings.join()).toContain('cannot be kept for the next start'), patience);
    expect(existsSync(`${blocked}/digests.jsonl`)).toBe(false);
  });
});

type Line = Readonly<Record<string, unknown>>;

/** The shape that the index has when its code writes lines in another way. */
async function shapeWhen(change: (line: Line) => Line): Promise<string> {
  const module = '../../src/engines/babysitter/node/indexLine';
  vi.resetModules();
  vi.doMock(module, async (original) => {
    const actual = await original<typeof indexLine>();
    const writeLine: typeof actual.writeLine = (known) =>
      JSON.stringify(change(JSON.parse(actual.writeLine(known))));
    return { ...actual, writeLine };
  });
  try {
    return (await import('../../src/engines/babysitter/node/indexShape')).indexShape;
  } finally {
    vi.doUnmock(module);
    vi.resetModules();
  }
}

describe('code that keeps', () => {
  it('the same as before uses what is there', async () => {
    const { project, dir, file } = await readOnce(failed());
    falsify(dir, 'It broke', 'It melted');
    const source = await session(project, file, await shapeWhen((line) => line));
    expect(only(source).story.end?.error?.message).toBe('It broke');
  });

  it.each<[string, (line: Line) => Line]>([
    ['a field more', (line) => ({ ...line, colour: 'red' })],
    ['a field less', (line) => ({ ...line, eventCount: undefined })],
    ['a field under another name', ({ eventCount, ...line }) => ({ ...line, events: eventCount })],
    ['a field of another type', (line) => ({ ...line, eventCount: String(line['eventCount']) })],
    [
      'a field more further inside',
      (line) => ({ ...line, metadata: { ...(line['metadata'] as Line), colour: 'red' } }),
    ],
  ])('%s reads every run anew, and keeps what it read', async (_, change) => {
    const { project, dir, file } = await readOnce(failed());
    falsify(dir, 'It broke', 'It melted');
    const shape = await shapeWhen(change);
    const source = await session(project, file, shape);
    expect(only(source).story.end?.error?.message).toBe('It melted');
    source.dispose();
    falsify(dir, 'It melted', 'It burst');
    expect(only(await session(project, file, shape)).story.end?.error?.message).toBe('It melted');
  });
});

describe('what a fold says', () => {
  // Should this fail though no field came, went or changed its type: raise `meaning` in indexShape.ts.
  it('means what it meant when the shape was made', async () => {
    const story = journal()
      .created()
      .requested('a')
      .requested('b')
      .resolved('a')
      .requested('c')
      .add('COST_TRACKED', { costUsd: 0.2, idempotencyKey: 'turn-1' });
    const { file } = await readOnce(story);
    const texts = readFileSync(file, 'utf8').split('\n').slice(1, -2);
    const [line, effects] = texts.map((text): unknown => JSON.parse(text.slice(text.indexOf('\t') + 1)));
    const { journalAt: _at, projectDir: _dir, pending: _pending, ...rest } = line as Line;
    expect({ line: rest, effects }).toMatchInlineSnapshot(`
      {
        "effects": [
          {
            "batch": 1,
            "effectId": "a",
            "invocationKey": "demo/process:S000001:a",
            "kind": "agent",
            "label": "agent",
            "labels": [],
            "requestedAt": 1772359201000,
            "requestedSeq": 2,
            "resolvedAt": 1772359203000,
            "resolvedBefore": 0,
            "resolvedOrder": 1,
            "resolvedSeq": 4,
            "status": "ok",
            "stepId": "S000001",
            "taskId": "a",
          },
          {
            "batch": 1,
            "effectId": "b",
            "invocationKey": "demo/process:S000002:b",
            "kind": "agent",
            "label": "agent",
            "labels": [],
            "requestedAt": 1772359202000,
            "requestedSeq": 3,
            "resolvedBefore": 0,
            "resolvedOrder": 0,
            "resolvedSeq": 0,
            "status": "pending",
            "stepId": "S000002",
            "taskId": "b",
          },
          {
            "batch": 2,
            "effectId": "c",
            "invocationKey": "demo/process:S000003:c",
            "kind": "agent",
            "label": "agent",
            "labels": [],
            "requestedAt": 1772359204000,
            "requestedSeq": 5,
            "resolvedBefore": 1,
            "resolvedOrder": 0,
            "resolvedSeq": 0,
            "status": "pending",
            "stepId": "S000003",
            "taskId": "c",
          },
        ],
        "line": {
          "effects": 3,
          "eventCount": 6,
          "fold": {
            "batchClosed": false,
            "batches": 2,
            "costs": [
              {
                "key": "turn-1",
                "usage": {
                  "costUsd": 0.2,
                },
              },
            ],
            "counts": {
              "cancelled": 0,
              "error": 0,
              "ok": 1,
              "pending": 2,
            },
            "created": true,
            "entries": 6,
            "firstAt": 1772359200000,
            "lastAt": 1772359205000,
            "lastRequestAt": 1772359204000,
            "lastSettled": "a",
            "resolvedCount": 1,
          },
          "journal": {
            "last": "000006.01KJMDEB800000000000000006.json",
            "names": -375331918,
            "verified": false,
          },
          "metadata": {
            "createdAt": 1772359200000,
            "entry": {
              "exportName": "process",
              "importPath": "../../processes/demo.mjs",
            },
            "nonInteractive": false,
            "processId": "demo/process",
            "request": "demo/process",
          },
          "told": true,
        },
      }
    `);
  });
});

describe('of every run that was recorded', () => {
  it.each(allFixtures.map(({ path, workspace }) => [path, workspace]))(
    '%s: tells the same from the index',
    async (_, from) => {
      const project = temporaryFolder();
      cpSync(from, project, { recursive: true });
      const runs = join(project, '.a5c', 'runs');
      for (const id of readdirSync(runs)) if (existsSync(join(runs, id, 'journal'))) age(join(runs, id));
      const file = join(temporaryFolder(), 'digests.jsonl');
      const first = await session(project, file);
      first.dispose();
      const second = await session(project, file);
      const now = Date.parse('2026-12-01T00:00:00Z');
      const told = (source: Watched) =>
        [...source.runs].map(([dir, run]) => {
          const { story: _story, depth: _depth, ...rest } = run;
          return [dir, rest, classify(run, now, { activityWindow: defaultActivityWindow })];
        });
      expect(new Map(told(second).map((row) => [row[0], row]))).toEqual(
        new Map(told(first).map((row) => [row[0], row])),
      );
      for (const [dir, run] of first.runs) {
        if (run.depth !== 'whole') continue;
        expect([...(second.runs.get(dir)?.story.effects.values() ?? [])]).toEqual([
          ...run.story.effects.values(),
        ]);
      }
    },
  );
});
