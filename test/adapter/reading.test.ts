import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pendingEffects, type Run } from '../../src/core/run/run';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { classify } from '../../src/engines/babysitter/core/judge';
import { wantedMetricKeys, defaultMetricChoice } from '../../src/core/run/metrics';
import { isAlive } from '../../src/node/isAlive';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { atOnce } from '../../src/core/sliced';
import { inSlices } from '../../src/node/slices';
import { eventFile, journal, start, ulidAt, type JournalBuilder } from '../support/journalBuilder';
import { runJson } from '../support/runBuilder';
import { projectFolder, temporaryFolder, write, writeRun, type RunFolderParts } from '../support/runFolder';

const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';
const now = start + 3_600_000;

function open(dir: string, root = join(dir, '../../..')): RunDirectory {
  return new RunDirectory(dir, root);
}

function read(dir: string, root?: string): Run {
  return atOnce(open(dir, root).read()) ?? expect.fail(`${dir} is no run`);
}

const stateOf = (run: Run): string => classify(run, now, { activityWindow: defaultActivityWindow }).state;

/** "run.json: is empty", with "[mendable]" where repair can mend it; files of events by their number. */
function problems(run: Run | undefined): readonly string[] {
  return (run?.problems ?? []).map(
    ({ file, what, mendable }) =>
      `${file.replace(/(\d{6,})\.\w{26}/, '$1')}: ${what}${mendable ? ' [mendable]' : ''}`,
  );
}

/** A project with one run, and a healthy run beside it which must not notice. */
function setUp(parts: RunFolderParts, runId = 'damaged') {
  const { dir: project, runs } = projectFolder();
  const dir = writeRun(runs, runId, parts);
  const beside = writeRun(runs, 'beside', { journal: journal().created().done('a').completed() });
  return { project, runs, dir, beside, read: () => read(dir) };
}

/** Three events: created, a request, its answer. */
const answered = (): JournalBuilder => journal().created().done('a');
const inJournal = (seq: number): string => `journal/${eventFile(seq)}`;
const cutOff = 'is not valid JSON: it may have been cut off or overwritten';
const notUtf8 = 'is no UTF-8 text';
const bom = 'starts with a byte order mark, which no engine reads';
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const megabytes = (n: number): string => ' '.repeat(n * 1024 * 1024);

describe('what tasks are called', () => {
  const titles = (dir: string, signal = new AbortController().signal): readonly string[] =>
    atOnce(open(dir).readTitles(signal));

  it('is read from their files alone, each title once', () => {
    const { dir } = setUp({
      journal: answered().done('b').done('c').completed(),
      files: {
        'tasks/a/task.json': { kind: 'agent', title: 'Plan the feature', labels: ['agent', 'plan'] },
        'tasks/b/task.json': { kind: 'agent', title: 'Plan the feature', labels: ['agent'] },
        'tasks/c/task.json': '{ broken',
        'tasks/d/notes.txt': 'no task',
      },
    });
    expect(titles(dir).toSorted()).toEqual(['Plan the feature', 'agent', 'plan']);
  });

  it('ends when nobody wants to know it any more', () => {
    const { dir } = setUp({ journal: answered().done('b').completed() });
    const controller = new AbortController();
    const reading = open(dir).readTitles(controller.signal);
    expect(reading.next().done).toBe(false);
    controller.abort();
    const end = reading.next();
    expect(end.done && end.value).toHaveLength(1);
  });

  it('is nothing where there are no tasks, or they lead out of the run', () => {
    const { project, dir, beside } = setUp({ journal: journal().created() });
    expect(titles(dir)).toEqual([]);
    expect(titles(join(project, 'gone'))).toEqual([]);
    if (isWindows) return;
    symlinkSync(join(beside, 'tasks'), join(dir, 'tasks'));
    expect(titles(dir)).toEqual([]);
  });
});

describe('a healthy run', () => {
  it('is read whole', () => {
    const { project, dir } = setUp({
      journal: journal().created().done('plan').requested('q', 'breakpoint').requested('s', 'sleep'),
      metadata: { prompt: 'Build it', sdkVersion: '6.0.0' },
      files: {
        'tasks/q/task.json': { title: 'gate', metadata: { payload: { question: 'Go on?' } } },
        'tasks/q/input.json': { question: 'Really go on?' },
      },
    });
    const run = read(dir);
    expect(problems(run)).toEqual([]);
    expect(run).toMatchObject({
      dir,
      runId: 'damaged',
      projectDir: project,
      eventCount: 5,
      createdAt: start,
      updatedAt: start + 4000,
      lock: undefined,
    });
    expect([...run.pendingTasks.keys()]).toEqual(['q', 's']);
    expect(run.pendingTasks.get('q')?.breakpoint?.question).toBe('Really go on?');
    expect(stateOf(run)).toBe('needs-you');
  });

  it.each(['größe 你好', 'with spaces', '[brackets] & $(echo)', '-rf', "it's", '%2e%2e'])(
    'may be called %s',
    (id) => {
      const { dir } = setUp({ journal: answered() }, id);
      expect(read(dir)).toMatchObject({ runId: id, dir });
      expect(problems(read(dir))).toEqual([]);
    },
  );

  it('belongs to its cwd, where it says one', () => {
    const { dir } = setUp({ metadata: { cwd: '/elsewhere/project' }, journal: answered() });
    expect(read(dir).projectDir).toBe('/elsewhere/project');
    write(dir, 'run.json', { cwd: 'relative/is/none' });
    expect(read(dir).projectDir).toBe(join(dir, '../../..'));
  });

  it('is read in slices with the same outcome', async () => {
    const { dir } = setUp({ journal: answered() });
    expect(await inSlices(open(dir).read())).toEqual(read(dir));
  });

  it('with seven-digit numbers keeps its order', () => {
    const story = journal().created().requested('a').resolved('a').requested('b');
    const { dir } = setUp({});
    [999_998, 999_999, 1_000_000, 1_000_001].forEach((seq, i) => {
      write(dir, inJournal(seq), Object.values(story.files)[i]);
    });
    write(dir, 'tasks/b/task.json', {});
    write(dir, 'tasks/a/task.json', {});
    const run = read(dir);
    expect(run.story.effects.get('b')).toMatchObject({ status: 'pending', requestedSeq: 1_000_001 });
    expect(run.story.effects.get('a')?.status).toBe('ok');
    expect(problems(run)).toEqual(['journal: lacks the events 1 to 999997']);
  });
});

describe('when a run was created', () => {
  it.each<[string, string, RunFolderParts, number]>([
    [
      'run.json',
      'x',
      { metadata: { createdAt: '2025-01-01T00:00:00Z' }, journal: answered() },
      Date.UTC(2025, 0, 1),
    ],
    ['else the first event', 'x', { metadata: { createdAt: null }, journal: answered() }, start],
    ["else the id's time", ulidAt(start + 7), { metadata: { createdAt: null } }, start + 7],
    [
      'also of an id in small letters',
      ulidAt(start + 7).toLowerCase(),
      { metadata: { createdAt: null } },
      start + 7,
    ],
  ])('is told by %s', (_, runId, parts, expected) => {
    expect(setUp(parts, runId).read().createdAt).toBe(expected);
  });

  it.each(['ZZZZZZZZZZZZZZZZZZZZZZZZZZ', '8ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'no-ulid'])(
    'is told by the folder where the id %s holds no time',
    (runId) => {
      const { createdAt } = setUp({ metadata: { createdAt: null } }, runId).read();
      expect(Math.abs(createdAt - Date.now())).toBeLessThan(60_000);
    },
  );
});

interface Damage {
  readonly what: string;
  readonly parts?: RunFolderParts;
  readonly harm?: (dir: string, project: string) => void;
  readonly problems: readonly string[];
  readonly state: string;
  readonly unless?: boolean;
}

const remove =
  (path: string) =>
  (dir: string): void =>
    rmSync(join(dir, path), { recursive: true });
const put =
  (path: string, content: unknown) =>
  (dir: string): void =>
    void write(dir, path, content);
const lockText = (pid: number): string =>
  JSON.stringify({ pid, owner: 'test', acquiredAt: '2026-03-01T10:00:00Z' });
const pipe =
  (path: string) =>
  (dir: string): void => {
    rmSync(join(dir, path), { recursive: true, force: true });
    execFileSync('mkfifo', [join(dir, path)]);
  };
/** Moves something out of the project and leaves a link to it. */
const linkOut =
  (path: string) =>
  (dir: string, project: string): void => {
    const outside = `${project}-outside`;
    onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
    mkdirSync(outside);
    renameSync(join(dir, path), join(outside, 'moved'));
    symlinkSync(join(outside, 'moved'), join(dir, path));
  };
/** Likewise, but it stays in the project, beside the runs. */
const linkAside =
  (path: string) =>
  (dir: string, project: string): void => {
    renameSync(join(dir, path), join(project, 'aside'));
    symlinkSync(join(project, 'aside'), join(dir, path));
  };
const circle =
  (path: string) =>
  (dir: string): void => {
    rmSync(join(dir, path), { recursive: true });
    symlinkSync(join(dir, path), join(dir, path));
  };
const close =
  (path: string) =>
  (dir: string): void => {
    chmodSync(join(dir, path), 0);
    onTestFinished(() => chmodSync(join(dir, path), 0o755));
  };
const out = 'leads out of the run folder; it is not read';
const linkedOut = 'is a link out of the run folder; it is not read';
const looped = 'is a link that leads in a circle';
const denied = 'cannot be opened: permission denied';
const stuck = 'while it is here, every step of the run fails';

const damages: readonly Damage[] = [
  // run.json
  { what: 'run.json missing', harm: remove('run.json'), problems: ['run.json: is missing'], state: 'ready' },
  { what: 'run.json empty', harm: put('run.json', ''), problems: ['run.json: is empty'], state: 'ready' },
  {
    what: 'run.json cut off',
    harm: put('run.json', '{"runId": "da'),
    problems: [`run.json: ${cutOff}`],
    state: 'ready',
  },
  {
    what: 'run.json with a byte order mark',
    harm: put('run.json', `\ufeff${JSON.stringify(runJson)}`),
    problems: [`run.json: ${bom}`],
    state: 'ready',
  },
  {
    what: 'run.json in UTF-16',
    harm: put('run.json', utf16('{}')),
    problems: [`run.json: ${notUtf8}`],
    state: 'ready',
  },
  {
    what: 'run.json in UTF-16 without a mark',
    harm: put('run.json', Buffer.from('{"a":1}', 'utf16le')),
    problems: [`run.json: ${cutOff}`],
    state: 'ready',
  },
  {
    what: 'run.json in Latin 1',
    harm: put('run.json', Buffer.from('{"prompt":"Größe"}', 'latin1')),
    problems: [`run.json: ${notUtf8}`],
    state: 'ready',
  },
  {
    what: 'run.json a list',
    harm: put('run.json', '[]'),
    problems: ['run.json: holds a list where an object belongs'],
    state: 'ready',
  },
  {
    what: 'run.json with wrong types',
    parts: { journal: answered(), metadata: { processId: {}, createdAt: 5 } },
    problems: [
      'run.json: has a wrong "processId": it must be text',
      'run.json: has a wrong "createdAt": it must be a time as text',
    ],
    state: 'ready',
  },
  {
    what: 'run.json too large',
    harm: put('run.json', megabytes(5)),
    problems: ['run.json: is too large to be read (5 MB; the limit is 4 MB)'],
    state: 'ready',
  },
  {
    what: 'run.json a folder',
    harm: (dir) => (rmSync(join(dir, 'run.json')), mkdirSync(join(dir, 'run.json'))),
    problems: ['run.json: is no regular file'],
    state: 'ready',
  },
  {
    what: 'run.json a named pipe',
    harm: pipe('run.json'),
    problems: ['run.json: is no regular file'],
    state: 'ready',
    unless: isWindows,
  },
  {
    what: 'run.json a link out',
    harm: linkOut('run.json'),
    problems: [`run.json: ${linkedOut}`],
    state: 'ready',
  },
  {
    what: 'run.json a link to elsewhere in the project',
    harm: linkAside('run.json'),
    problems: [`run.json: ${linkedOut}`],
    state: 'ready',
  },
  {
    what: 'run.json a link in a circle',
    harm: circle('run.json'),
    problems: [`run.json: ${looped}`],
    state: 'ready',
  },
  {
    what: 'run.json a dangling link',
    harm: (dir) => (rmSync(join(dir, 'run.json')), symlinkSync('nowhere', join(dir, 'run.json'))),
    problems: ['run.json: is missing'],
    state: 'ready',
  },
  {
    what: 'run.json closed',
    harm: close('run.json'),
    problems: [`run.json: ${denied}`],
    state: 'ready',
    unless: isRoot || isWindows,
  },
  {
    what: 'the process file gone',
    parts: { journal: answered(), metadata: { entrypoint: '../../processes/gone.mjs#run' } },
    problems: ['run.json: names the process file ../../processes/gone.mjs, which does not exist'],
    state: 'ready',
  },
  {
    what: 'a process file outside the project is not looked for',
    parts: { journal: answered(), metadata: { entrypoint: { importPath: '../../../../../nowhere.mjs' } } },
    problems: [],
    state: 'ready',
  },
  {
    what: 'nothing readable',
    harm: (dir) => (put('run.json', '')(dir), [1, 2, 3].forEach((n) => put(inJournal(n), '')(dir))),
    problems: ['run.json: is empty', ...[1, 2, 3].map((n) => `journal/00000${n}.json: is empty [mendable]`)],
    state: 'unreadable',
  },

  // the journal
  { what: 'journal missing', harm: remove('journal'), problems: ['journal: is missing'], state: 'created' },
  {
    what: 'journal empty',
    harm: (dir) => readdirSync(join(dir, 'journal')).forEach((file) => rmSync(join(dir, 'journal', file))),
    problems: ['journal: is empty'],
    state: 'created',
  },
  {
    what: 'journal a file',
    harm: (dir) => (remove('journal')(dir), write(dir, 'journal', 'x')),
    problems: ['journal: is no folder'],
    state: 'created',
  },
  { what: 'journal a link out', harm: linkOut('journal'), problems: [`journal: ${out}`], state: 'created' },
  {
    what: 'journal a link to elsewhere in the project',
    harm: linkAside('journal'),
    problems: [`journal: ${out}`],
    state: 'created',
  },
  {
    what: 'journal a link in a circle',
    harm: circle('journal'),
    problems: [`journal: ${looped}`],
    state: 'created',
  },
  {
    what: 'journal closed',
    harm: close('journal'),
    problems: [`journal: ${denied}`],
    state: 'created',
    unless: isRoot || isWindows,
  },
  {
    what: 'an event missing',
    harm: remove(inJournal(2)),
    problems: [
      'journal: lacks the event 2',
      'journal/000003.json: answers the effect a, whose request is not in the journal',
    ],
    state: 'created',
  },
  {
    what: 'the first event missing',
    harm: remove(inJournal(1)),
    problems: ['journal: lacks its first event [mendable]'],
    state: 'ready',
  },
  {
    what: 'a number twice',
    harm: put(
      `journal/${eventFile(3, ulidAt(start, 99))}`,
      '{"type":"PROCESS_LOG","recordedAt":"2026-03-01T10:00:09Z"}',
    ),
    problems: ['journal/000003.json: has a sequence number that occurs twice (3) [mendable]'],
    state: 'ready',
  },
  {
    what: 'a foreign file',
    harm: put('journal/garbage.json', '{}'),
    problems: ['journal/garbage.json: is not named like an event; engines refuse the run while it is here'],
    state: 'ready',
  },
  {
    what: 'an event without a ULID in its name, which engines read',
    harm: (dir) => renameSync(join(dir, inJournal(3)), join(dir, 'journal/000003.copy.json')),
    problems: [
      'journal/000003.copy.json: has no ULID in its name; engines refuse the run now, or once the next event comes [mendable]',
    ],
    state: 'ready',
  },
  {
    what: 'an event that was recorded after the next, by its ULID',
    harm: (dir) => renameSync(join(dir, inJournal(2)), join(dir, 'journal', eventFile(2, ulidAt(start, 99)))),
    problems: [
      'journal/000003.json: has a ULID in its name that is not greater than that of the event before it; engines refuse the run [mendable]',
    ],
    state: 'ready',
  },
  {
    what: 'a stray file',
    harm: put('journal/notes.txt', ''),
    problems: ['journal/notes.txt: does not belong in a journal; it is ignored'],
    state: 'ready',
  },
  {
    what: 'a stray folder',
    harm: (dir) => mkdirSync(join(dir, 'journal/old')),
    problems: ['journal/old: does not belong in a journal; it is ignored'],
    state: 'ready',
  },
  { what: 'a hidden file', harm: put('journal/.DS_Store', 'x'), problems: [], state: 'ready' },
  {
    what: 'a temporary file',
    harm: put(`${inJournal(4)}.tmp-99-1`, '{'),
    problems: [
      'journal/000004.json.tmp-99-1: is a temporary file that an interrupted write left behind; it breaks the numbering of the next event [mendable]',
    ],
    state: 'ready',
  },
  {
    what: 'a temporary file while a live process writes',
    harm: (dir) => (put(`${inJournal(4)}.tmp-99-1`, '{')(dir), put('run.lock', lockText(process.pid))(dir)),
    problems: [],
    state: 'working',
  },

  // an event
  {
    what: 'an event empty',
    harm: put(inJournal(3), ''),
    problems: ['journal/000003.json: is empty [mendable]'],
    state: 'waiting',
  },
  {
    what: 'an event cut off',
    harm: (dir) => truncateSync(join(dir, inJournal(3)), 60),
    problems: [`journal/000003.json: ${cutOff} [mendable]`],
    state: 'waiting',
  },
  {
    what: 'an event with a byte order mark',
    harm: put(inJournal(3), '\ufeff{}'),
    problems: [`journal/000003.json: ${bom} [mendable]`, 'journal/000003.json: has no "type"'],
    state: 'waiting',
  },
  {
    what: 'an event in UTF-16',
    harm: put(inJournal(3), utf16('{}')),
    problems: [`journal/000003.json: ${notUtf8}`],
    state: 'waiting',
  },
  {
    what: 'an event too large',
    harm: put(inJournal(3), megabytes(5)),
    problems: ['journal/000003.json: is too large to be read (5 MB; the limit is 4 MB)'],
    state: 'waiting',
  },
  {
    what: 'an event with a wrong type',
    harm: put(inJournal(3), { type: 5, recordedAt: 'x', data: [] }),
    problems: [
      'journal/000003.json: has a wrong "type": it must be text',
      'journal/000003.json: has a wrong "recordedAt": "x" is not a time',
      'journal/000003.json: has a wrong "data": it must be an object',
    ],
    state: 'waiting',
  },
  {
    what: 'an event with a hostile id',
    harm: put(inJournal(3), {
      type: 'EFFECT_REQUESTED',
      recordedAt: '2026-03-01T10:00:09Z',
      data: { effectId: '../../../../etc' },
    }),
    problems: [
      'journal/000003.json: has a wrong "effectId": it is not a plain name (it could lead out of the run folder)',
    ],
    state: 'waiting',
  },
  {
    what: 'an event a folder',
    harm: (dir) => (remove(inJournal(3))(dir), mkdirSync(join(dir, inJournal(3)))),
    problems: ['journal/000003.json: is no regular file'],
    state: 'waiting',
  },
  {
    what: 'an event a named pipe',
    harm: pipe(inJournal(3)),
    problems: ['journal/000003.json: is no regular file'],
    state: 'waiting',
    unless: isWindows,
  },
  {
    what: 'an event a link out',
    harm: linkOut(inJournal(3)),
    problems: [`journal/000003.json: ${linkedOut}`],
    state: 'waiting',
  },
  {
    what: 'an event a link to elsewhere in the project',
    harm: linkAside(inJournal(3)),
    problems: [`journal/000003.json: ${linkedOut}`],
    state: 'waiting',
  },
  {
    what: 'an event a link within the run',
    harm: (dir) => (
      renameSync(join(dir, inJournal(3)), join(dir, 'kept')),
      symlinkSync('../kept', join(dir, inJournal(3)))
    ),
    problems: [],
    state: 'ready',
  },
  {
    what: 'an event a link in a circle',
    harm: circle(inJournal(3)),
    problems: [`journal/000003.json: ${looped}`],
    state: 'waiting',
  },
  {
    what: 'an event closed',
    harm: close(inJournal(3)),
    problems: [`journal/000003.json: ${denied}`],
    state: 'waiting',
    unless: isRoot || isWindows,
  },

  // tasks
  {
    what: 'tasks missing',
    parts: { journal: journal().requested('a') },
    harm: remove('tasks'),
    problems: ['tasks/a/task.json: is missing'],
    state: 'waiting',
  },
  {
    what: 'tasks a link out',
    parts: { journal: journal().requested('a') },
    harm: linkOut('tasks'),
    problems: [`tasks/a/task.json: ${out}`],
    state: 'waiting',
  },
  {
    what: "a task's folder a link out",
    parts: { journal: journal().requested('a') },
    harm: linkOut('tasks/a'),
    problems: [`tasks/a/task.json: ${out}`],
    state: 'waiting',
  },
  {
    what: 'a pending task.json cut off',
    parts: { journal: journal().requested('a') },
    harm: put('tasks/a/task.json', '{"ti'),
    problems: [`tasks/a/task.json: ${cutOff}`],
    state: 'waiting',
  },
  {
    what: 'a pending task.json a named pipe',
    parts: { journal: journal().requested('a') },
    harm: pipe('tasks/a/task.json'),
    problems: ['tasks/a/task.json: is no regular file'],
    state: 'waiting',
    unless: isWindows,
  },
  {
    what: 'a pending task.json too large',
    parts: { journal: journal().requested('a') },
    harm: put('tasks/a/task.json', megabytes(9)),
    problems: ['tasks/a/task.json: is too large to be read (9 MB; the limit is 8 MB)'],
    state: 'waiting',
  },
  {
    what: "a broken input.json is its writer's affair",
    parts: { journal: journal().requested('q', 'breakpoint') },
    harm: put('tasks/q/input.json', '{'),
    problems: [],
    state: 'needs-you',
  },

  // the lock
  {
    what: 'an empty lock',
    harm: put('run.lock', ''),
    problems: [`run.lock: is empty; ${stuck} [mendable]`],
    state: 'ready',
  },
  {
    what: 'a garbage lock',
    harm: put('run.lock', 'held by me'),
    problems: [`run.lock: ${cutOff}; ${stuck} [mendable]`],
    state: 'ready',
  },
  {
    what: 'a lock without a process',
    harm: put('run.lock', '{}'),
    problems: [`run.lock: names no process; ${stuck} [mendable]`],
    state: 'ready',
  },
  {
    what: 'a stale lock',
    harm: put('run.lock', lockText(2 ** 22 + 12_345)),
    problems: ['run.lock: was left behind by process 4206649, which no longer runs [mendable]'],
    state: 'ready',
  },
  {
    what: 'a lock of a pid that no system has',
    harm: put('run.lock', lockText(2 ** 40)),
    problems: ['run.lock: was left behind by process 1099511627776, which no longer runs [mendable]'],
    state: 'ready',
  },
  { what: 'a live lock', harm: put('run.lock', lockText(process.pid)), problems: [], state: 'working' },
  {
    what: 'a lock that is a named pipe',
    harm: pipe('run.lock'),
    problems: ['run.lock: is no regular file [mendable]'],
    state: 'ready',
    unless: isWindows,
  },
];

describe('a damaged run says what is wrong, and shows the rest', () => {
  for (const { what, parts, harm, problems: expected, state, unless } of damages) {
    it.skipIf(unless)(what, () => {
      const { project, dir, beside } = setUp(parts ?? { journal: answered() });
      harm?.(dir, project);
      const run = read(dir);
      expect(problems(run)).toEqual(expected);
      expect(stateOf(run)).toBe(state);
      expect(stateOf(read(beside))).toBe('completed');
      expect(problems(read(beside))).toEqual([]);
    });
  }
});

describe('a run folder', () => {
  it('that is missing, or a file, is no run', () => {
    const { runs } = projectFolder();
    expect(atOnce(open(join(runs, 'missing')).read())).toBeUndefined();
    expect(atOnce(open(write(runs, 'file', '')).read())).toBeUndefined();
    mkdirSync(join(runs, 'other'));
    expect(atOnce(open(join(runs, 'other')).read())).toBeUndefined();
  });

  it('that is a link in a circle', () => {
    const { project, runs } = setUp({});
    symlinkSync('loop', join(runs, 'loop'));
    const run = read(join(runs, 'loop'), project);
    expect(problems(run)).toEqual([`.: ${looped}`]);
    expect(stateOf(run)).toBe('unreadable');
    expect(run.createdAt).toBeGreaterThan(0);
  });

  it('that is a link out of the project is not followed', () => {
    const { project, runs } = setUp({});
    const elsewhere = writeRun(temporaryFolder(), 'run', { journal: answered() });
    symlinkSync(elsewhere, join(runs, 'linked'));
    const run = read(join(runs, 'linked'), project);
    expect(problems(run)).toEqual(['.: is a link out of the folder it lies in; it is not followed']);
    expect(run).toMatchObject({ eventCount: 0, metadata: undefined });
  });

  it('that is a link within the project is followed', () => {
    const { project, runs } = setUp({});
    writeRun(join(project, 'kept'), 'run', { journal: answered() });
    symlinkSync(join(project, 'kept', 'run'), join(runs, 'linked'));
    const run = read(join(runs, 'linked'), project);
    expect(run).toMatchObject({ runId: 'linked', eventCount: 3 });
  });

  it.skipIf(isRoot || isWindows)('that is closed', () => {
    const { dir } = setUp({ journal: answered() });
    close('.')(dir);
    const run = read(dir);
    expect(problems(run)).toEqual([`.: ${denied}`]);
    expect(stateOf(run)).toBe('unreadable');
  });

  it.skipIf(isRoot || isWindows)('that may be listed but not entered', () => {
    const { dir } = setUp({ journal: answered() });
    chmodSync(dir, 0o600);
    onTestFinished(() => chmodSync(dir, 0o755));
    expect(problems(read(dir))).toContain(`run.json: ${denied}`);
  });
});

describe('checksums', () => {
  const alter =
    (change: (text: string) => string) =>
    (dir: string): void => {
      const path = join(dir, inJournal(3));
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    };
  const without = (text: string): string => text.replace(/,\s*"checksum": "\w+"/, '');
  const altered = `${inJournal(3).replace(/(\d{6,})\.\w{26}/, '$1')}: was altered after it was written: its checksum does not fit`;

  it.each<[string, (text: string) => string, readonly string[]]>([
    ['an answer that was turned round', (text) => text.replace('"ok"', '"error"'), [altered]],
    ['a time that was moved', (text) => text.replace('T10:', 'T11:'), [altered]],
    ['a field that was added', (text) => text.replace('"data": {', '"data": {\n    "by": "me",'), [altered]],
    ['a checksum of another event', (text) => text.replace(/"\w{64}"/, `"${'0'.repeat(64)}"`), [altered]],
    ['a checksum that is none', (text) => text.replace(/"\w{64}"/, '12'), [altered]],
    ['other spaces', (text) => JSON.stringify(JSON.parse(text)), []],
    ['no checksum', without, []],
  ])('%s', (_, change, expected) => {
    const { dir } = setUp({ journal: answered() });
    alter(change)(dir);
    expect(problems(read(dir))).toEqual(expected);
  });

  it('are looked at once somebody looks into the run, and of each new event from then on', () => {
    const story = answered();
    const { dir } = setUp({ journal: story });
    const directory = open(dir);
    alter((text) => text.replace('"ok"', '"error"'))(dir);
    expect(problems(atOnce(directory.read({ whole: false })))).toEqual([]);
    expect(problems(atOnce(directory.read()))).toEqual([altered]);
    const [file, text] = Object.entries(story.done('b').files)[3] ?? expect.fail();
    write(dir, `journal/${file}`, text.replace('agent', 'shell'));
    expect(problems(atOnce(directory.read({ whole: false, added: [file] })))).toContain(
      altered.replace('000003', '000004'),
    );
  });
});

describe('a process file that was changed since', () => {
  const place = (story: JournalBuilder, metadata: object = {}) => {
    const { dir, project } = setUp({ journal: story, metadata: { ...metadata } });
    const file = join(project, '.a5c/processes/demo.mjs');
    const directory = open(dir);
    atOnce(directory.read());
    const told = (at: number) => {
      utimesSync(file, at / 1000, at / 1000);
      return atOnce(directory.readDetails([]))?.warnings ?? [];
    };
    return { file, told };
  };

  it.each<[string, JournalBuilder, boolean]>([
    ['that is under way', answered(), true],
    ['that failed and can be tried again', answered().failed(), true],
    ['that is completed', answered().completed(), false],
    ['that has not begun', journal().created(), false],
  ])('of a run %s, by its time, is a hint at most', (_, story, hinted) => {
    const { told } = place(story);
    expect(told(story.lastAt - 1000)).toEqual([]);
    const said = {
      file: 'run.json',
      what: expect.stringMatching(/demo\.mjs, which may have changed since .* \(file time .*2026/),
      hint: true,
    };
    expect(told(story.lastAt + 1000)).toEqual(hinted ? [said] : []);
  });

  it('is told by its content, where the engine recorded that, and never by its time', () => {
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    const before = place(answered());
    const text = readFileSync(before.file, 'utf8');
    const { file, told } = place(answered(), { processCodeHash: hash(text) });
    const later = answered().lastAt + 1000;
    expect(told(later)).toEqual([]);
    writeFileSync(file, `${text}// Changed.\n`);
    const said = expect.stringMatching(/demo\.mjs, which was changed since the run used it/);
    expect(told(later)).toEqual([{ file: 'run.json', what: said }]);
    expect(told(answered().lastAt - 1000)).toEqual([{ file: 'run.json', what: said }]);
  });
});

describe('the names of events', () => {
  const story = (): JournalBuilder => answered().completed();

  it('are looked at of a finished run, too, where one has not the usual form', () => {
    const { dir } = setUp({ journal: story() });
    renameSync(join(dir, inJournal(2)), join(dir, 'journal/000002.copy.json'));
    const run = atOnce(open(dir).read({ whole: false }));
    expect(run?.story.effects.size).toBe(1);
    expect(problems(run)).toHaveLength(2);
  });

  it('are looked at of one that has it once somebody looks into the run', () => {
    const { dir } = setUp({ journal: story() });
    renameSync(join(dir, inJournal(3)), join(dir, inJournal(3).replace(/.\.json/, 'U.json')));
    const directory = open(dir);
    expect(problems(atOnce(directory.read({ whole: false })))).toEqual([]);
    expect(problems(atOnce(directory.read()))).toContainEqual(expect.stringMatching(/no ULID/));
  });

  it('are looked at of each new event', () => {
    const whole = answered();
    const { dir } = setUp({ journal: whole });
    const directory = open(dir);
    atOnce(directory.read());
    const file = eventFile(whole.events.length + 1, ulidAt(start - 1));
    write(dir, `journal/${file}`, Object.values(whole.completed().files).at(-1));
    expect(problems(atOnce(directory.read({ whole: true, added: [file] })))).toEqual([
      expect.stringMatching(/not greater/),
    ]);
  });
});

describe('a glimpse', () => {
  it('of a run with many events says what run.json says, and leaves the events for later', () => {
    const story = journal().created();
    for (let i = 0; i < 300; i += 1) story.done(`e${i}`);
    const { dir } = setUp({ journal: story });
    const directory = open(dir);
    const run = atOnce(directory.read({ whole: false, glimpse: true })) ?? expect.fail();
    expect(run).toMatchObject({ depth: 'reading', problems: [] });
    expect(classify(run, now, { activityWindow: 1 })).toMatchObject({ state: 'reading', actions: [] });
    expect(atOnce(directory.read({ whole: false }))).toMatchObject({ depth: 'whole' });
  });

  it('of one with few events is the run', () => {
    const { dir } = setUp({ journal: answered() });
    expect(atOnce(open(dir).read({ whole: false, glimpse: true }))).toMatchObject({ depth: 'whole' });
  });
});

/** Everything that two readings of the same files must agree on. */
const told = (run: Run | undefined): unknown =>
  run && {
    ...run,
    fold: { ...run.story, effects: [...run.story.effects] },
    pendingTasks: [...run.pendingTasks],
    pending: pendingEffects(run).map(({ effect }) => effect.effectId),
  };

describe('reading again', () => {
  const story = (): JournalBuilder =>
    journal()
      .created()
      .requested('a')
      .requested('q', 'breakpoint')
      .resolved('a')
      .resolved('q')
      .done('b')
      .completed();

  it('after each new event tells what reading anew tells', () => {
    const whole = story();
    const { dir } = setUp({ journal: whole });
    const texts = Object.entries(whole.files);
    texts.forEach(([file]) => rmSync(join(dir, 'journal', file)));
    const directory = open(dir);
    for (const [file, text] of texts) {
      write(dir, `journal/${file}`, text);
      expect(told(atOnce(directory.read()))).toEqual(told(read(dir)));
    }
    expect(atOnce(directory.listEvents())).toEqual(texts.map(([file]) => file));
  });

  it('after each new event that is named tells what reading anew tells, without listing the journal', () => {
    const whole = story();
    const { dir } = setUp({ journal: whole });
    const texts = Object.entries(whole.files);
    texts.slice(1).forEach(([file]) => rmSync(join(dir, 'journal', file)));
    const directory = open(dir);
    atOnce(directory.read());
    for (const [file, text] of texts.slice(1)) {
      write(dir, `journal/${file}`, text);
      expect(told(atOnce(directory.read({ whole: true, added: [file] })))).toEqual(told(read(dir)));
    }
    // What only a listing would find is not looked for.
    write(dir, 'journal/notes.txt', 'x');
    expect(problems(atOnce(directory.read({ whole: true, added: [] })))).toEqual([]);
    expect(problems(atOnce(directory.read()))).toHaveLength(1);
  });

  it.each<[string, (file: string) => readonly string[]]>([
    ['one that is known already', () => [eventFile(2)]],
    ['one after a gap', () => [eventFile(9)]],
    ['one of two', (file) => [file, eventFile(9)]],
    ['none that is an event', () => ['notes.txt']],
    ['one that is not there', () => [eventFile(8, ulidAt(start, 99))]],
  ])('lists the journal when the files that are named are %s', (_, added) => {
    const whole = story();
    const { dir } = setUp({ journal: whole });
    const [file, text] = Object.entries(whole.files).at(-1) ?? expect.fail();
    rmSync(join(dir, 'journal', file));
    const directory = open(dir);
    atOnce(directory.read());
    write(dir, `journal/${file}`, text);
    expect(told(atOnce(directory.read({ whole: true, added: added(file) })))).toEqual(told(read(dir)));
  });

  const later: readonly [string, (dir: string) => void][] = [
    [
      'an event put between others',
      (dir) => put(`journal/${eventFile(3, ulidAt(start, 99))}`, '{"type":"PROCESS_LOG"}')(dir),
    ],
    ['the last event removed', remove(inJournal(8))],
    ['an event in the middle removed', remove(inJournal(5))],
    ['the journal removed', remove('journal')],
    [
      'the journal replaced, as repair does',
      (dir) => {
        renameSync(join(dir, 'journal'), join(dir, 'journal.bak.1'));
        const other = journal().created().requested('z');
        Object.values(other.files).forEach((text, i) =>
          write(dir, `journal/${eventFile(i + 1, ulidAt(start + 1, i))}`, text),
        );
        write(dir, 'tasks/z/task.json', {});
      },
    ],
    ['run.json removed', remove('run.json')],
    ['run.json changed', put('run.json', { processId: 'other', prompt: 'Other' })],
    ['a lock', put('run.lock', lockText(process.pid))],
    ['a stray file', put('journal/garbage.json', '')],
  ];
  it.each(later)('after %s tells what reading anew tells', (_, change) => {
    const { dir } = setUp({ journal: story() });
    const directory = open(dir);
    const before = told(atOnce(directory.read()));
    change(dir);
    const after = told(atOnce(directory.read()));
    expect(after).toEqual(told(read(dir)));
    expect(after).not.toEqual(before);
  });

  const mended: readonly [string, (dir: string, file: string) => void, boolean?][] = [
    ['was still being copied', (dir, file) => write(dir, file, '{"type": "EFFECT_RES')],
    ['was empty', (dir, file) => write(dir, file, '')],
    ['held something else', (dir, file) => write(dir, file, '[]')],
    ['was closed', (dir, file) => chmodSync(join(dir, file), 0), isRoot || isWindows],
  ];
  for (const [how, harm, unless] of mended) {
    it.skipIf(unless)(`notices that an event which ${how} is whole now`, () => {
      const { dir } = setUp({ journal: answered() });
      const file = inJournal(3);
      const text = readFileSync(join(dir, file), 'utf8');
      harm(dir, file);
      const directory = open(dir);
      expect(atOnce(directory.read())?.story.effects.get('a')?.status).toBe('pending');
      chmodSync(join(dir, file), 0o644);
      writeFileSync(join(dir, file), text);
      expect(told(atOnce(directory.read()))).toEqual(told(read(dir)));
      expect(problems(atOnce(directory.read()))).toEqual([]);
    });
  }

  it('does not open again what it has read', () => {
    const { dir } = setUp({ journal: answered() });
    const directory = open(dir);
    atOnce(directory.read());
    // Engines never change an event, so nothing looks at this.
    appendFileSync(join(dir, inJournal(2)), 'garbage');
    expect(problems(atOnce(directory.read()))).toEqual([]);
    expect(problems(read(dir))).not.toEqual([]);
  });

  it('reads a pending task.json as soon as it is whole', () => {
    const { dir } = setUp({ journal: journal().requested('a'), files: { 'tasks/a/task.json': '' } });
    const directory = open(dir);
    expect(problems(atOnce(directory.read()))).toEqual(['tasks/a/task.json: is empty']);
    write(dir, 'tasks/a/task.json', { title: 'Plan' });
    const run = atOnce(directory.read());
    expect(problems(run)).toEqual([]);
    expect(run?.pendingTasks.get('a')?.title).toBe('Plan');
  });

  it('of a deleted run finds nothing, and finds it when it is back', () => {
    const { dir, runs } = setUp({ journal: answered() });
    const directory = open(dir);
    atOnce(directory.read());
    rmSync(dir, { recursive: true });
    expect(atOnce(directory.read())).toBeUndefined();
    expect(atOnce(directory.readDetails(['score']))).toBeUndefined();
    writeRun(runs, 'damaged', { journal: journal().created() });
    expect(told(atOnce(directory.read()))).toEqual(told(read(dir)));
  });

  it('survives a run deleted in the middle of it', () => {
    const { dir } = setUp({ journal: story().requested('c') });
    const directory = open(dir);
    const work = directory.read();
    work.next();
    rmSync(dir, { recursive: true });
    expect(() => atOnce(work)).not.toThrow();
    expect(atOnce(directory.read())).toBeUndefined();
  });
});

describe('details', () => {
  const details = (dir: string, keys = wantedMetricKeys(defaultMetricChoice)) => {
    const directory = open(dir);
    atOnce(directory.read());
    return atOnce(directory.readDetails(keys)) ?? expect.fail();
  };

  it('hold every task and every result', () => {
    const { dir } = setUp({
      journal: journal()
        .created()
        .done('a')
        .requested('b')
        .erred('b')
        .requested('c')
        .requested('d')
        .cancelled('d'),
      files: { 'tasks/a/result.json': { status: 'ok', result: { score: 7 } } },
    });
    const { tasks, results, problems } = details(dir);
    expect([...tasks.keys()]).toEqual(['a', 'b', 'c', 'd']);
    expect([...results.keys()]).toEqual(['a', 'b']);
    expect(results.get('a')?.metrics).toEqual({ score: 7 });
    expect(problems).toEqual([]);
  });

  it('say which files are damaged; those of pending tasks are on the run', () => {
    const { dir } = setUp({
      journal: journal().created().done('a').done('b').requested('c'),
      files: { 'tasks/a/task.json': '{', 'tasks/b/result.json': utf16('{}'), 'tasks/c/task.json': '{' },
    });
    expect(details(dir).problems).toEqual([
      { file: 'tasks/a/task.json', what: cutOff },
      { file: 'tasks/b/result.json', what: notUtf8 },
    ]);
    expect(problems(read(dir))).toEqual([`tasks/c/task.json: ${cutOff}`]);
  });

  it.skipIf(isWindows)('follow no link out of the run and open no pipe', () => {
    const { dir, project } = setUp({ journal: journal().created().done('a').done('b') });
    linkOut('tasks/a/result.json')(dir, project);
    pipe('tasks/b/result.json')(dir);
    expect(details(dir).problems.map(({ what }) => what)).toEqual([linkedOut, 'is no regular file']);
  });
});

describe('isAlive', () => {
  it('tells processes that exist from others', () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(2 ** 22 + 12_345)).toBe(false);
    expect(isAlive(2 ** 40)).toBe(false);
  });
});

describe('reading', () => {
  it('writes nothing', () => {
    const { dir } = setUp({ journal: answered() });
    close('.')(dir);
    chmodSync(dir, 0o555);
    const files = readdirSync(dir, { recursive: true });
    read(dir);
    expect(readdirSync(dir, { recursive: true })).toEqual(files);
    expect(existsSync(join(dir, 'state'))).toBe(false);
  });
});
