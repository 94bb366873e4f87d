import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock';
import { Repairer } from '../../src/engines/babysitter/core/repair/repairer';
import { RepairFolder } from '../../src/engines/babysitter/node/repairFiles';
import { callCli, drive, processRun, taskHelper } from '../support/driving';
import { eventText } from '../support/journalBuilder';
import { write } from '../support/runFolder';
import { asRunKey } from '../../src/core/run/runKey';

const never = new AbortController().signal;
const process3 = `${taskHelper}
export async function process(inputs, ctx) {
  const a = await ctx.task(task('plan'), {});
  const b = await ctx.task(task('build'), {});
  const c = await ctx.task(task('check'), {});
  return { a, b, c };
}`;

/** A run with two answered tasks and a third that is open, made by the real command line. */
async function threeTasks() {
  const made = await processRun(process3);
  const { dir, home } = made;
  for (const value of ['"first"', '"second"', undefined]) {
    await callCli(home, 'run:iterate', dir, '--json');
    const open = openTask(dir);
    if (value === undefined) break;
    await callCli(home, 'task:post', dir, open, '--status', 'ok', '--value-inline', value, '--json');
  }
  return { ...made, events: events(dir) };
}

async function repairer(made: { workspace: string; dir: string; home: string }) {
  const driving = await drive(made.workspace, made.dir, { home: made.home });
  const files = new RepairFolder();
  return { driving, files, repairer: new Repairer(driving.store, driving.engine, files, systemClock) };
}

const events = (dir: string) => readdirSync(join(dir, 'journal')).toSorted();
const journalFile = (dir: string, file: string | undefined) => join(dir, 'journal', file ?? '');
const typesOf = (dir: string) =>
  events(dir).map((file) => JSON.parse(readFileSync(journalFile(dir, file), 'utf8')).type);
const openTask = (dir: string) => {
  const all = events(dir).map((file) => JSON.parse(readFileSync(journalFile(dir, file), 'utf8')));
  const done = new Set(all.filter(({ type }) => type === 'EFFECT_RESOLVED').map(({ data }) => data.effectId));
  const open = all.find(({ type, data }) => type === 'EFFECT_REQUESTED' && !done.has(data.effectId));
  return open?.data.effectId ?? expect.fail('nothing is open');
};
const deadPid = 2_147_483_646;
const old = new Date(Date.now() - 600_000);

/** Goes on with a repaired run to its end, by the real command line, and gives what the process returned. */
async function finish(home: string, dir: string) {
  const status = JSON.parse(await callCli(home, 'run:status', dir, '--json'));
  expect(status).toMatchObject({ state: 'waiting', pendingByKind: { agent: 1 } });
  await callCli(
    home,
    'task:post',
    dir,
    openTask(dir),
    '--status',
    'ok',
    '--value-inline',
    '"third"',
    '--json',
  );
  await callCli(home, 'run:iterate', dir, '--json');
  return JSON.parse(readFileSync(join(dir, 'state', 'output.json'), 'utf8'));
}
const output = { a: 'first', b: 'second', c: 'third' };
const whole = [
  'RUN_CREATED',
  ...['EFFECT_REQUESTED', 'EFFECT_RESOLVED', 'EFFECT_REQUESTED', 'EFFECT_RESOLVED', 'EFFECT_REQUESTED'],
].toSorted();

const eventOf = ({ type, recordedAt, data }: { type: string; recordedAt: string; data: object }) =>
  JSON.parse(eventText({ type, recordedAt, data: { ...data } }));

describe('a run of a layout that engines refuse', () => {
  it.each([
    ['2099', 'has the layout "2099", which engines refuse to iterate'],
    ['', 'has no layoutVersion, which engines refuse to iterate'],
  ])('%s: only a new run helps, and its next step is to make one', async (layoutVersion, why) => {
    const made = await threeTasks();
    const runJson = JSON.parse(readFileSync(join(made.dir, 'run.json'), 'utf8'));
    write(made.dir, 'run.json', { ...runJson, layoutVersion });
    await expect(callCli(made.home, 'run:iterate', made.dir, '--json')).rejects.toThrow(/layout ?version/i);
    const { repairer: mender, driving } = await repairer(made);
    expect(driving.store.get(asRunKey(made.dir))?.state.next).toMatchObject({
      action: 'run.repair',
      reason: `run.json ${why}`,
    });
    const plan = await mender.plan(asRunKey(made.dir));
    expect(plan).toMatchObject({ damage: [`run.json ${why}.`], steps: [] });
    expect(plan.beyondRepair).toBe('No repair of the engine changes run.json.');
  });
});

describe('repair', () => {
  // What is damaged, and how many answers have to be posted again.
  const damages: readonly (readonly [string, number, (dir: string, files: readonly string[]) => void])[] = [
    ['a truncated answer', 1, (dir, files) => writeFileSync(journalFile(dir, files[4]), '{"type": "EFF')],
    ['an empty answer', 1, (dir, files) => writeFileSync(journalFile(dir, files[2]), '')],
    [
      'an answer with a byte order mark',
      1,
      (dir, files) => {
        const path = journalFile(dir, files[4]);
        writeFileSync(path, `\ufeff${readFileSync(path, 'utf8')}`);
      },
    ],
    ['a missing answer', 1, (dir, files) => rmSync(journalFile(dir, files[4]))],
    [
      'a step that was asked for twice',
      0,
      (dir, files) => {
        const first = JSON.parse(readFileSync(journalFile(dir, files[1]), 'utf8'));
        const data = { ...first.data, effectId: '01M7XT1QR2G3BR3BXMDQ0VSWAV' };
        const last = files.at(-1) ?? '';
        const ulid = `7${last.slice(8, 33)}`;
        write(dir, `journal/000007.${ulid}.json`, eventOf({ ...first, data }));
      },
    ],
    [
      'a number that was used twice',
      0,
      (dir, files) => {
        const [, from] = files.slice(4);
        renameSync(journalFile(dir, from), journalFile(dir, from?.replace('000006', '000005')));
      },
    ],
    [
      'an event that was recorded after the next, by its ULID',
      0,
      (dir, files) =>
        renameSync(
          journalFile(dir, files[2]),
          journalFile(dir, files[2]?.replace(/[^.]{26}/, '7ZZZZZZZZZZZZZZZZZZZZZZZZZ')),
        ),
    ],
    [
      'numbers that a leftover shifted',
      0,
      (dir, files) =>
        renameSync(journalFile(dir, files[5]), journalFile(dir, files[5]?.replace('000006', '000008'))),
    ],
  ];

  it.each(damages)('mends %s', async (_name, posts, damage) => {
    const made = await threeTasks();
    damage(made.dir, made.events);
    const { repairer: mender } = await repairer(made);
    const plan = await mender.plan(asRunKey(made.dir));
    expect(plan.beyondRepair).toBeUndefined();
    expect(plan.damage.length).toBeGreaterThan(0);
    expect(plan.before).not.toBe(plan.after);
    expect(plan.steps.filter(({ type }) => type === 'post')).toHaveLength(posts);
    const report = await mender.repair(asRunKey(made.dir), plan, never);
    expect(report).toMatchObject({ left: [], posted: posts });
    expect(report.stored.run.problems).toEqual([]);
    expect(report.stored.state.state).toMatch(/waiting|working/);
    // The answer comes back behind what was asked for after it.
    expect(typesOf(made.dir).toSorted()).toEqual(whole);
    expect(readdirSync(made.dir).some((name) => name.startsWith('journal.bak.'))).toBe(true);
    expect(await finish(made.home, made.dir)).toEqual(output);
  });

  it('mends a missing first event', async () => {
    const made = await threeTasks();
    rmSync(journalFile(made.dir, made.events[0]));
    const { repairer: mender } = await repairer(made);
    const plan = await mender.plan(asRunKey(made.dir));
    expect((await mender.repair(asRunKey(made.dir), plan, never)).left).toEqual([]);
    expect(await finish(made.home, made.dir)).toEqual(output);
  });

  it('moves a leftover temporary file out of the journal, and the next event gets the next number', async () => {
    const made = await threeTasks();
    const name = `${made.events[5]?.replace('000006', '000009')}.tmp-${deadPid}-1`;
    write(made.dir, `journal/${name}`, '{"type"');
    const { repairer: mender } = await repairer(made);
    const plan = await mender.plan(asRunKey(made.dir));
    expect(plan.steps.map(({ type }) => type)).toEqual(['move']);
    await mender.repair(asRunKey(made.dir), plan, never);
    expect(events(made.dir)).toEqual(made.events);
    expect(readdirSync(made.dir).some((file) => file.startsWith(`${name}.bak.`))).toBe(true);
    expect(await finish(made.home, made.dir)).toEqual(output);
    expect(events(made.dir).at(-1)).toMatch(/^000008\./);
  });

  it('leaves a temporary file alone that a living process may be writing', async () => {
    const made = await threeTasks();
    write(made.dir, `journal/000007.01M7AAAAAAAAAAAAAAAAAAAAAA.json.tmp-${process.pid}-1`, '{');
    const { repairer: mender } = await repairer(made);
    expect((await mender.plan(asRunKey(made.dir))).steps).toEqual([]);
  });

  it.each([
    ['of a dead process', JSON.stringify({ pid: deadPid, owner: 'runtime', acquiredAt: old })],
    ['that names no process', ''],
  ])('moves a lock %s aside', async (_name, content) => {
    const made = await threeTasks();
    const lock = write(made.dir, 'run.lock', content);
    utimesSync(lock, old, old);
    const { repairer: mender } = await repairer(made);
    await mender.repair(asRunKey(made.dir), await mender.plan(asRunKey(made.dir)), never);
    expect(existsSync(lock)).toBe(false);
    const backup = readdirSync(made.dir).find((name) => name.startsWith('run.lock.bak.'));
    expect(readFileSync(join(made.dir, backup ?? ''), 'utf8')).toBe(content);
    expect(await finish(made.home, made.dir)).toEqual(output);
  });

  it('touches nothing while a living process holds the run', async () => {
    const made = await threeTasks();
    writeFileSync(journalFile(made.dir, made.events[4]), '');
    const { repairer: mender } = await repairer(made);
    const plan = await mender.plan(asRunKey(made.dir));
    write(made.dir, 'run.lock', { pid: process.pid, owner: 'runtime', acquiredAt: new Date() });
    const holds = `Process ${process.pid} holds the run; nothing is repaired while it works.`;
    await expect(mender.plan(asRunKey(made.dir))).rejects.toThrow(holds);
    await expect(mender.repair(asRunKey(made.dir), plan, never)).rejects.toThrow(holds);
    expect(readFileSync(journalFile(made.dir, made.events[4]), 'utf8')).toBe('');
    expect(readdirSync(made.dir).filter((name) => name.includes('.bak.'))).toEqual([]);
  });

  it('does nothing when the files changed after the plan was made', async () => {
    const made = await threeTasks();
    const broken = journalFile(made.dir, made.events[4]);
    const good = readFileSync(broken, 'utf8');
    writeFileSync(broken, '');
    const { repairer: mender, files } = await repairer(made);
    const plan = await mender.plan(asRunKey(made.dir));
    writeFileSync(broken, good);
    await expect(mender.repair(asRunKey(made.dir), plan, never)).rejects.toThrow(/changed since the plan/);
    expect(events(made.dir)).toEqual(made.events);

    const lock = write(made.dir, 'run.lock', { pid: deadPid, owner: 'runtime' });
    const { lock: seen } = await files.read(made.dir);
    writeFileSync(lock, JSON.stringify({ pid: deadPid, owner: 'another' }));
    expect(() => files.moveAside(made.dir, 'run.lock', 'run.lock.bak.1', seen?.look ?? '')).toThrow(
      /changed/,
    );
    expect(statSync(lock).isFile()).toBe(true);
  });

  it.each([
    [
      'a lost request',
      (dir: string, files: readonly string[]) => rmSync(journalFile(dir, files[3])),
      /request/,
    ],
    ['a missing journal', (dir: string) => rmSync(join(dir, 'journal'), { recursive: true }), /first task/],
    ['a lost run.json', (dir: string) => rmSync(join(dir, 'run.json')), /run\.json/],
    [
      'a lost task.json of an open task',
      (dir: string) => writeFileSync(join(dir, 'tasks', openTask(dir), 'task.json'), ''),
      /task\.json/,
    ],
  ] as const)('says that %s is beyond repair', async (_name, damage, why) => {
    const made = await threeTasks();
    damage(made.dir, made.events);
    const { repairer: mender } = await repairer(made);
    const plan = await mender.plan(asRunKey(made.dir));
    expect(plan.beyondRepair).toMatch(why);
    expect(plan.steps).toEqual([]);
  });

  it('finds nothing to mend in a sound run', async () => {
    const made = await threeTasks();
    const { repairer: mender } = await repairer(made);
    expect(await mender.plan(asRunKey(made.dir))).toMatchObject({
      damage: [],
      steps: [],
      beyondRepair: undefined,
    });
  });
});
