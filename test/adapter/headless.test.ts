import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useCli } from '../support/cli';
import { moment } from '../../src/core/moments';
import { allFixtures } from '../support/fixtures';
import { journal, minute, start, ulidAt, type JournalBuilder } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, write, writeRun, type RunFolderParts } from '../support/runFolder';
import { momentText } from '../support/momentText';

const cli = useCli();
const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';
const now = ['--now', new Date(start + 60 * minute).toISOString()];
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
const ids = (dir: string): string =>
  cli
    .list(dir)
    .map(({ runId }) => runId)
    .join(' ');

it('list knows that a run waits for its child run, which goes on by itself', () => {
  const { runs } = projectFolder();
  const parent = {
    metadata: { prompt: 'Ship it' },
    journal: journal().created().requested('s', 'subprocess'),
  };
  writeRun(runs, 'parent', parent);
  const nested = { parentRunId: 'parent', parentEffectId: 's' };
  const child = { metadata: { prompt: 'Build it', nested }, journal: journal().created().requested('a') };
  writeRun(runs, 'child', child);
  const nextOf = (runId: string) => cli.list(runs, ...now).find((run) => run.runId === runId)?.next;
  expect(nextOf('parent')).toEqual({ action: null, reason: 'It waits for its child run Build it' });
  expect(nextOf('child')?.action).toBe('run.resume');
  writeRun(runs, 'child', { ...child, journal: child.journal.resolved('a').completed() });
  expect(nextOf('parent')?.action).toBe('run.resume');
});

describe('calls', () => {
  it.each<[string, readonly string[], string]>([
    ['no command', [], 'There is no command; the commands are list, show and report.'],
    ['an unknown command', ['frob'], 'There is no command "frob"; the commands are list, show and report.'],
    ['list without a folder', ['list'], '"list" needs a folder.'],
    ['show without a folder', ['show', '--json'], '"show" needs a folder.'],
    ['report without a folder', ['report'], '"report" needs a folder.'],
    [
      'an unknown format',
      ['report', '/', '--format', 'pdf'],
      '"pdf" is no format; --format takes md, html, json, csv.',
    ],
    [
      'an iteration that is no number',
      ['report', '/', '--iteration', 'x'],
      '"x" is no iteration; --iteration takes a number.',
    ],
    ['a missing folder', ['list', '/nowhere/at/all'], 'There is no folder /nowhere/at/all.'],
    ['a missing run', ['show', '/nowhere/at/all'], 'There is no folder /nowhere/at/all.'],
    ['one argument too many', ['list', '/', 'x'], 'There is one argument too many: "x".'],
    ['an unknown option', ['list', '/', '--frob'], "Unknown option '--frob'."],
    ['an option without its value', ['list', '/', '--now'], "Option '--now <value>' argument missing."],
    [
      'no time',
      ['list', '/', '--now', 'soon'],
      '"soon" is not a time; --now takes one like 2026-01-31T12:00:00Z.',
    ],
    [
      'a number as a time',
      ['list', '/', '--now', '5'],
      '"5" is not a time; --now takes one like 2026-01-31T12:00:00Z.',
    ],
    [
      'a deceptive argument',
      ['frob\u001b[2J\nx'],
      'There is no command "frob⟨U+001B⟩[2J x"; the commands are list, show and report.',
    ],
  ])('%s: exit 2 and one sentence', (_, args, sentence) => {
    expect(cli.run(...args)).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` });
  });

  it('a file instead of a folder: likewise', () => {
    const file = write(temporaryFolder(), 'file', '');
    expect(cli.run('list', file)).toEqual({ code: 2, stdout: '', stderr: `There is no folder ${file}.\n` });
    expect(cli.run('show', join(file, 'x')).stderr).toBe(`There is no folder ${join(file, 'x')}.\n`);
  });

  it('a folder that leads in a circle: likewise', () => {
    const loop = join(temporaryFolder(), 'loop');
    symlinkSync(loop, loop);
    expect(cli.run('list', loop)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${loop} is a link that leads in a circle.\n`,
    });
  });

  it('a folder that is no run: likewise', () => {
    const { dir } = projectFolder();
    const stderr = `${dir} is no run: it holds neither run.json nor journal/.\n`;
    expect(cli.run('show', dir, '--json')).toEqual({ code: 2, stdout: '', stderr });
    expect(cli.run('report', dir)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('--help: the usage, exit 0', () => {
    const { code, stdout, stderr } = cli.run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage:\n {2}runs list <dir>/);
  });

  it('no runs: an empty array, exit 0', () => {
    const { dir, runs } = projectFolder();
    for (const place of [dir, runs, temporaryFolder()]) {
      expect(cli.run('list', place, '--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    }
    expect(cli.run('list', dir).stdout).toBe('No runs.\n');
  });

  it.skipIf(isWindows)('a reader that stops early is no error', () => {
    const { dir, runs } = projectFolder();
    const prompt = 'word '.repeat(200_000);
    const question = { metadata: { payload: { question: prompt } } };
    for (const id of ['a', 'b']) {
      writeRun(runs, id, {
        journal: journal().requested('q', 'breakpoint'),
        files: { 'tasks/q/task.json': question },
      });
    }
    const script = fileURLToPath(new URL('../../scripts/runs.mjs', import.meta.url));
    const line = `"${process.execPath}" "${script}" list "${dir}" --json | head -c 10`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '[\n  {\n    ', stderr: '' });
  });

  it('npm run --silent runs prints nothing but the answer', () => {
    const { dir, runs } = projectFolder();
    writeRun(runs, 'a', { journal: journal().created() });
    const script = fileURLToPath(new URL('../../scripts/runs.mjs', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'list', dir, '--json'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(cli.list(dir));
  });
});

describe('where runs are looked for', () => {
  const run = { journal: journal().created() };

  it('in a workspace, in its runs directory, and in a runs directory of another name', () => {
    const { dir, runs } = projectFolder();
    const path = writeRun(runs, 'a', run);
    const other = temporaryFolder();
    writeRun(other, 'b', run);
    writeRun(other, 'c', { ...run, metadata: null });
    for (const place of [dir, runs, join(runs, '..', 'runs'), join(dir, '.')]) {
      expect(cli.list(place).map((entry) => entry.dir)).toEqual([path]);
    }
    expect(ids(other)).toBe('c b');
  });

  it('in a runs directory of another name even if only a journal tells that it is one', () => {
    const other = temporaryFolder();
    writeRun(other, 'b', { ...run, metadata: null });
    expect(ids(other)).toBe('b');
  });

  it('relative to where the person is', () => {
    const { dir, runs } = projectFolder();
    writeRun(runs, 'a', run);
    const relative = join('..', dir.slice(dir.lastIndexOf('/') + 1));
    expect(cli.list(relative)[0]?.dir).toBe(join(runs, 'a'));
  });

  it('in projects down to the fifth folder, but in no dependency and no .git', () => {
    const { dir } = projectFolder();
    for (const place of ['.', 'one', 'a/two', 'a/b/c/d/five', 'a/b/c/d/e/six', 'node_modules/x', '.git/x']) {
      writeRun(join(dir, place, '.a5c', 'runs'), `in ${place.replaceAll('/', ' ')}`, run);
    }
    expect(ids(dir)).toBe('in one in a two in a b c d five in .');
  });

  it('not in a source folder that happens to be called "journal"', () => {
    const dir = temporaryFolder();
    write(dir, 'src/journal/index.ts', '');
    write(dir, 'packages/journal/package.json', {});
    expect(cli.list(dir)).toEqual([]);
    writeRun(join(dir, '.a5c', 'runs'), 'a', run);
    write(dir, 'tools/run.json', {});
    expect(ids(dir)).toBe('a');
  });

  it('not in a run: what it holds are no projects', () => {
    const other = temporaryFolder();
    writeRun(join(writeRun(other, 'outer', run), 'work', '.a5c', 'runs'), 'inner', run);
    expect(ids(other)).toBe('outer');
  });

  it('and a folder without run.json and journal is none', () => {
    const { dir, runs } = projectFolder();
    write(runs, 'notes/readme.md', 'x');
    write(runs, 'file', 'x');
    expect(cli.list(dir)).toEqual([]);
  });

  it('a link to a run beside it shows no run twice', () => {
    const { dir, runs } = projectFolder();
    symlinkSync(writeRun(runs, 'a', run), join(runs, 'latest'));
    symlinkSync('.', join(runs, 'self'));
    symlinkSync('nowhere', join(runs, 'dangling'));
    expect(ids(dir)).toBe('a');
    expect(ids(runs)).toBe('a');
  });

  it('reads nothing outside of the folder', () => {
    const { dir, runs } = projectFolder();
    const secret = writeRun(temporaryFolder(), 'secret', {
      journal: journal().created({ prompt: 'SECRET' }),
      metadata: { prompt: 'SECRET' },
    });
    symlinkSync(secret, join(runs, 'linked'));
    const inside = writeRun(runs, 'inside', { journal: journal().requested('q', 'breakpoint') });
    for (const path of ['run.json', 'journal', 'tasks/q/task.json']) {
      rmSync(join(inside, path), { recursive: true });
      symlinkSync(join(secret, path === 'tasks/q/task.json' ? 'run.json' : path), join(inside, path));
    }
    const { code, stdout, stderr } = cli.run('list', dir, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/SECRET/);
    const entries = JSON.parse(stdout) as { runId: string; state: string; reason: string; events: number }[];
    expect(entries.map(({ runId, state, events }) => [runId, state, events])).toEqual(
      expect.arrayContaining([
        ['linked', 'unreadable', 0],
        ['inside', 'unreadable', 0],
      ]),
    );
    expect(entries.find(({ runId }) => runId === 'linked')?.reason).toBe(
      'Nothing of this run can be read: its folder is a link out of the folder it lies in; it is not followed',
    );
  });

  it('a .a5c or a runs directory that is a link is not followed', () => {
    const elsewhere = projectFolder();
    writeRun(elsewhere.runs, 'a', run);
    const dir = temporaryFolder();
    symlinkSync(join(elsewhere.dir, '.a5c'), join(dir, '.a5c'));
    mkdirSync(join(dir, 'nested', '.a5c'), { recursive: true });
    symlinkSync(elsewhere.runs, join(dir, 'nested', '.a5c', 'runs'));
    expect(cli.list(dir)).toEqual([]);
  });

  it('the folder named may itself be a link', () => {
    const { dir, runs } = projectFolder();
    writeRun(runs, 'a', run);
    const links = temporaryFolder();
    symlinkSync(dir, join(links, 'project'));
    symlinkSync(join(runs, 'a'), join(links, 'run'));
    expect(cli.list(join(links, 'project'))[0]).toMatchObject({
      dir: join(links, 'project/.a5c/runs/a'),
      problems: [],
    });
    expect(cli.show(join(links, 'run'))).toMatchObject({ runId: 'run', events: 1, problems: [] });
  });

  it.skipIf(isRoot || isWindows)('a closed run is one, a closed folder of runs is an error', () => {
    const { dir, runs } = projectFolder();
    const closed = writeRun(runs, 'closed', run);
    writeRun(runs, 'open', run);
    chmodSync(closed, 0);
    onTestFinished(() => chmodSync(closed, 0o755));
    const entries = cli.list(dir);
    expect(entries.map(({ runId, state }) => `${runId} ${state}`).toSorted()).toEqual([
      'closed unreadable',
      'open created',
    ]);
    expect(cli.show(closed).problems).toEqual(['.: cannot be opened: permission denied']);
    chmodSync(runs, 0);
    onTestFinished(() => chmodSync(runs, 0o755));
    expect(cli.run('list', runs)).toMatchObject({
      code: 2,
      stderr: `${runs} cannot be opened: permission denied.\n`,
    });
  });
});

describe('order', () => {
  it('is by time of creation, then by id, newest first, across all runs directories', () => {
    const { dir, runs } = projectFolder();
    const nested = join(dir, 'nested', '.a5c', 'runs');
    const created = (seconds: number): RunFolderParts => ({ metadata: { createdAt: at(seconds) } });
    writeRun(runs, 'b', created(0));
    writeRun(nested, 'c', created(5));
    writeRun(runs, 'a', created(0));
    writeRun(runs, 'z', created(-5));
    writeRun(nested, 'Z', created(0));
    writeRun(runs, ulidAt(start + 1000), { metadata: { createdAt: null } });
    writeRun(runs, 'event', {
      metadata: null,
      journal: journal().after(2000).created().after(-1000).completed(),
    });
    expect(ids(dir).split(' ')).toEqual(['c', 'event', ulidAt(start + 1000), 'b', 'a', 'Z', 'z']);
  });
});

const keys = [
  'runId',
  'dir',
  'engine',
  'processId',
  'title',
  'state',
  'reason',
  'next',
  'events',
  'effects',
  'pending',
  'iterations',
  'metricKey',
  'best',
  'actions',
  'engineVersion',
  'createdAt',
  'updatedAt',
  'problems',
];
const required = keys.filter((key) => !['metricKey', 'best', 'engineVersion'].includes(key));

describe('an entry', () => {
  const one = (parts: RunFolderParts) => {
    const { dir, runs } = projectFolder();
    const path = writeRun(runs, 'run 1', parts);
    const [entry] = cli.list(dir, ...now);
    return { path, entry: entry ?? expect.fail() };
  };

  it('has every field, in the documented order', () => {
    const { path, entry } = one({
      metadata: { prompt: '# Raise the *score*\n\nMore', sdkVersion: '6.0.0' },
      journal: journal()
        .created()
        .done('work1')
        .done('score1')
        .done('work2')
        .requested('score2')
        .erred('score2', 'Out of budget')
        .requested('q', 'breakpoint')
        .requested('x', 'shell')
        .cancelled('x'),
      files: {
        'tasks/work1/result.json': { status: 'ok', result: { score: 55 } },
        'tasks/work2/result.json': { status: 'ok', value: { a: { score: 91 } } },
        'tasks/work1/task.json': { inputs: { n: 1 } },
        'tasks/work2/task.json': { inputs: { n: 2 } },
        'tasks/q/task.json': {
          title: 'gate',
          metadata: { payload: { question: 'Go\non?', title: 'Approve' } },
        },
        'journal/notes.txt': '',
      },
    });
    expect(Object.keys(entry)).toEqual(keys);
    expect(entry).toEqual({
      runId: 'run 1',
      dir: path,
      engine: 'babysitter',
      processId: 'demo/process',
      title: 'Raise the score',
      state: 'needs-you',
      reason: 'Needs your answer: Approve',
      next: { action: 'breakpoint.answer', reason: 'Needs your answer: Approve' },
      events: 12,
      effects: { requested: 6, ok: 3, error: 1, cancelled: 1, pending: 1 },
      pending: [{ effectId: 'q', kind: 'breakpoint', title: 'Approve', question: 'Go\non?' }],
      iterations: [
        { n: 1, requested: 2, ok: 2, error: 0, metric: 55 },
        { n: 2, requested: 4, ok: 1, error: 1, metric: 91 },
      ],
      metricKey: 'score',
      best: 2,
      actions: [
        'breakpoint.answer',
        'breakpoint.approve',
        'breakpoint.reject',
        'run.iterate',
        'run.continue',
        'run.resume',
        'run.fork',
        'run.startAgain',
      ],
      engineVersion: '6.0.0',
      createdAt: at(0),
      updatedAt: at(11),
      problems: ['journal/notes.txt: does not belong in a journal; it is ignored'],
    });
  });

  const story = (tell: (story: JournalBuilder) => JournalBuilder): RunFolderParts => ({
    journal: tell(journal().created()),
  });
  it.each<[string, RunFolderParts, object]>([
    [
      'unreadable',
      { metadata: null },
      {
        title: 'run 1',
        processId: '',
        events: 0,
        actions: [],
        iterations: [],
        problems: ['run.json: is missing', 'journal: is empty'],
      },
    ],
    [
      'completed',
      story((s) => s.done('a').completed()),
      { events: 4, effects: { requested: 1, ok: 1, error: 0, cancelled: 0, pending: 0 } },
    ],
    [
      'completed',
      story((s) => s.requested('s', 'sleep').requested('a').completed()),
      {
        effects: { requested: 2, ok: 0, error: 0, cancelled: 0, pending: 1 },
        pending: [{ effectId: 'a', kind: 'agent', title: 'Do a' }],
      },
    ],
    ['failed', story((s) => s.failed('No disk space')), { reason: 'No disk space', updatedAt: at(1) }],
    ['halted', story((s) => s.halted()), { reason: 'Halted: Enough' }],
    [
      'needs-you',
      story((s) => s.requested('q', 'breakpoint')),
      { pending: [{ effectId: 'q', kind: 'breakpoint', title: 'Do q' }] },
    ],
    [
      'working',
      story((s) => s.after(59 * minute).requested('a')),
      { reason: 'Probably working: 1 agent task pending, last event 59s ago' },
    ],
    [
      'sleeping',
      story((s) => s.requested('s', 'sleep', { label: `sleep:${at(86_400)}` })),
      {
        reason: `Sleeping until ${momentText('2026-03-02 10:00', '2026-03-01 11:00')}`,
        next: {
          action: null,
          reason: `Sleeping until ${momentText('2026-03-02 10:00', '2026-03-01 11:00')}`,
          at: at(86_400),
        },
        pending: [{ effectId: 's', kind: 'sleep', title: 'Do s' }],
      },
    ],
    [
      'waiting',
      story((s) => s.requested('a')),
      { reason: `Waiting for an agent since ${momentText('2026-03-01 10:00')}: 1 agent task pending` },
    ],
    ['ready', story((s) => s.done('a')), { reason: 'Everything is answered; iterate to go on' }],
    [
      'created',
      story((s) => s),
      {
        effects: { requested: 0, ok: 0, error: 0, cancelled: 0, pending: 0 },
        iterations: [],
        pending: [],
        updatedAt: at(0),
      },
    ],
  ])('of a run that is %s', (state, parts, expected) => {
    const { entry } = one(parts);
    expect(entry).toMatchObject({ state, ...expected });
    expect(Object.keys(entry)).toEqual(required);
    expect(entry.effects.pending).toBe(entry.pending.length);
    for (const iteration of entry.iterations) {
      expect(Object.keys(iteration)).toEqual(['n', 'requested', 'ok', 'error']);
    }
  });

  it('never holds the completion proof', () => {
    const proof = 'feedfacefeedfacefeedfacefeedface';
    const { dir, runs } = projectFolder();
    const metadata = { completionProof: proof, completionSecret: proof };
    const run = writeRun(runs, 'a', {
      metadata,
      journal: journal().created().completed({ manual_seal_reason: 'x', completionProof: proof }),
    });
    expect(cli.run('list', dir, '--json').stdout + cli.run('show', run, '--json').stdout).not.toContain(
      proof,
    );
  });
});

describe('show', () => {
  it('prints what the process returned, without secrets, unless it is nested too deeply to be written', () => {
    const { runs } = projectFolder();
    const proof = 'feedfacefeedfacefeedfacefeedface';
    const story = journal().created().completed();
    const output = { note: `Say ${proof} to end`, score: 1 };
    const told = writeRun(runs, 'a', {
      metadata: { completionProof: proof },
      journal: story,
      files: { 'state/output.json': output },
    });
    expect(cli.show(told, ...now).output).toEqual({ note: 'Say ••• to end', score: 1 });
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const nested = writeRun(runs, 'b', { journal: story, files: { 'state/output.json': deep } });
    const shown = cli.show(nested, ...now);
    expect([shown.state, shown.output]).toEqual(['completed', undefined]);
  });

  it('prints the entry of list also where another run tells what it waits for', () => {
    const { dir, runs } = projectFolder();
    const parent = writeRun(runs, 'parent', { journal: journal().created().requested('sub', 'subprocess') });
    writeRun(runs, 'child', {
      metadata: { nested: { parentRunId: 'parent' } },
      journal: journal().created().requested('gate', 'breakpoint'),
    });
    const { tasks, answers, ...entry } = cli.show(parent, ...now);
    const listed = cli.list(dir, ...now).find(({ runId }) => runId === 'parent');
    expect(entry).toEqual({ ...listed, effects: { ...listed?.effects, notPassed: 0 } });
    expect([entry.next.reason, tasks.length, answers.length]).toEqual([
      ...['It waits for its child run demo/process', 1, 0],
    ]);
  });

  it('prints the entry of list, and the tasks', () => {
    const { dir, runs } = projectFolder();
    const run = writeRun(runs, 'a', {
      metadata: { entrypoint: '../../processes/gone.mjs#process' },
      journal: journal().created().done('a').requested('b').erred('b', 'Broken').requested('c'),
      files: { 'tasks/a/result.json': '{' },
    });
    const { tasks, answers, ...entry } = cli.show(run, ...now);
    expect(answers).toEqual([]);
    const [listed] = cli.list(dir, ...now);
    expect(entry).toEqual({ ...listed, effects: { ...listed?.effects, notPassed: 1 } });
    expect(listed).toEqual(cli.list(runs, ...now)[0]);
    expect(tasks).toEqual([
      {
        effectId: 'a',
        taskId: 'a',
        kind: 'agent',
        title: 'Do a',
        status: 'ok',
        // Its result cannot be read.
        passed: null,
        iteration: 1,
        requestedAt: at(1),
        resolvedAt: at(2),
      },
      {
        effectId: 'b',
        taskId: 'b',
        kind: 'agent',
        title: 'Do b',
        status: 'error',
        passed: false,
        iteration: 2,
        requestedAt: at(3),
        resolvedAt: at(4),
        error: 'Broken',
      },
      {
        effectId: 'c',
        taskId: 'c',
        kind: 'agent',
        title: 'Do c',
        status: 'pending',
        passed: null,
        iteration: 3,
        requestedAt: at(5),
      },
    ]);
  });
});

describe('text', () => {
  it('shows deceptive characters instead of obeying them', () => {
    const { dir, runs } = projectFolder();
    const evil = 'e\u001b[2Jvil\u202e';
    const run = writeRun(runs, `id${isWindows ? '' : '\u001b[2J\n'}\u202e`, {
      metadata: { prompt: evil, processId: evil },
      journal: journal().requested('a', evil).requested('b', `x\ny`).failed(evil),
      files: { 'tasks/a/task.json': { title: evil }, 'journal/evil\u202e.json': '' },
    });
    const { stdout: table } = cli.run('list', dir);
    const { stdout: page } = cli.run('show', run);
    expect(table + page).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
    expect(table.trimEnd().split('\n')).toHaveLength(1);
    expect(page).toContain('e⟨U+001B⟩[2Jvil⟨U+202E⟩');
    expect(page).toContain('x y');
  });

  it('is one line for each run: state, id, age, title', () => {
    const { dir, runs } = projectFolder();
    writeRun(runs, 'a', { metadata: { prompt: 'Build it' }, journal: journal().created() });
    expect(cli.run('list', dir, ...now).stdout).toBe('created     a      1h ago  Build it\n');
  });
});

describe('report', () => {
  const scored = (runs: string): string =>
    writeRun(runs, 'r', {
      metadata: { prompt: 'Raise the score', completionProof: '0123456789abcdef0123456789abcdef' },
      journal: journal().created().done('score1').done('score2').done('score3'),
      files: {
        'inputs.json': { targetQuality: 90, maxIterations: 5 },
        ...Object.fromEntries(
          [50, 80, 70].flatMap((score, i) => [
            [`tasks/score${i + 1}/task.json`, { title: `Score ${i + 1}`, inputs: { iteration: i + 1 } }],
            [
              `tasks/score${i + 1}/result.json`,
              { status: 'ok', result: { score, files: ['plan.md', '../x'] } },
            ],
          ]),
        ),
      },
    });

  it('is Markdown unless told otherwise, on the best iteration, with targets of the inputs', () => {
    const { dir, runs } = projectFolder();
    write(dir, 'plan.md', '');
    write(dirname(dir), 'x', '');
    const { code, stdout, stderr } = cli.run('report', scored(runs), ...now);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^# Raise the score\n/);
    expect(stdout).toContain(String.raw`| score | 80 | \+30 (50) | 0 (80 in iteration 2) | 90 (−10) |`);
    expect(stdout).toContain('## Artefacts\n\n- [plan.md](<./plan.md>)\n\n##');
    expect(stdout).toContain('3 of at most 5 iterations.');
  });

  it('is of one iteration, in any format, and the same each time', () => {
    const { runs } = projectFolder();
    const run = scored(runs);
    const made = (...args: readonly string[]): string => {
      const { code, stdout, stderr } = cli.run('report', run, ...now, ...args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    };
    const json = JSON.parse(made('--iteration', '3', '--format', 'json'));
    expect(json).toMatchObject({
      format: 'babysitter-runs/report',
      version: 1,
      scope: 'iteration',
      iteration: 3,
      run: { runId: 'r', state: 'ready' },
    });
    expect(json.tasks).toHaveLength(1);
    expect(made('--json', '--iteration', '3')).toBe(made('--iteration', '3', '--format', 'json'));
    expect(made('--format', 'csv').split('\r\n')).toHaveLength(5);
    expect(made('--format', 'html')).toMatch(/^<!doctype html>/);
    expect(made('--format', 'html')).not.toContain('0123456789abcdef');
  });

  it('of an iteration that is not there: exit 2 and one sentence', () => {
    const { runs } = projectFolder();
    expect(cli.run('report', scored(runs), '--iteration', '9')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'The run has no iteration 9; they go from 1 to 3.\n',
    });
  });

  // Each is a process of its own.
  it('is written of every recorded run, without its secret', { timeout: 300_000 }, () => {
    for (const { runs } of allFixtures.filter(({ version }) =>
      ['0.0.162', '0.0.187', '6.0.0'].includes(version),
    )) {
      for (const name of readdirSync(runs)) {
        const { code, stdout, stderr } = cli.run('report', join(runs, name), ...now);
        expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
        expect(stdout).not.toMatch(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/);
        expect(stdout).not.toContain(runs);
      }
    }
  });
});

describe('hostile runs', () => {
  it('do not keep the others from being listed', () => {
    const { dir, runs } = projectFolder();
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    const work = journal().created().done('work1').done('x').done('work2');
    writeRun(runs, 'deep', {
      journal: work,
      files: {
        'tasks/work1/task.json': `{"inputs":${deep}}`,
        'tasks/work2/task.json': `{"inputs":${deep}}`,
        'tasks/work1/result.json': `{"result":${deep}}`,
      },
    });
    writeRun(runs, 'ZZZZZZZZZZZZZZZZZZZZZZZZZZ', { metadata: null });
    writeRun(runs, 'numbers', {
      journal: journal()
        .requested('s', 'sleep')
        .done('a', 'agent', { label: `iteration ${'9'.repeat(400)}` }),
      files: { 'tasks/s/task.json': { sleep: { targetEpochMs: 1e300 } } },
    });
    writeRun(runs, '__proto__', {
      journal: journal().requested('__proto__').requested('constructor'),
      files: { 'run.json': '{"__proto__":{"processId":"x"},"processId":"demo/process"}' },
    });
    writeRun(runs, 'healthy', { journal: work });
    const entries = cli.list(dir, ...now);
    expect(entries.map(({ runId, state }) => `${runId} ${state}`).toSorted()).toEqual([
      'ZZZZZZZZZZZZZZZZZZZZZZZZZZ unreadable',
      '__proto__ waiting',
      'deep ready',
      'healthy ready',
      'numbers sleeping',
    ]);
    const numbers = entries.find(({ runId }) => runId === 'numbers');
    expect(numbers?.iterations.map(({ n }) => n)).toEqual([1]);
    expect(numbers?.reason).toBe(`Sleeping until ${moment(Infinity)}`);
  });
});
