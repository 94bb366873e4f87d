import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packRun, unpackRun } from '../../src/engines/babysitter/node/runArchive';
import { atOnce } from '../../src/core/sliced';
import { ZipReader, ZipWriter } from '../../src/node/zip';
import { callCli, processRun, taskHelper } from '../support/driving';
import { allFixtures } from '../support/fixtures';
import { journal } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, write, writeRun } from '../support/runFolder';

const whole = { firstEvents: undefined, processFile: false };
const isWindows = process.platform === 'win32';

/** Every file below a folder with its content, by path. */
function contents(dir: string, folder = ''): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(dir, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(found, contents(dir, path));
    else if (entry.isFile()) found[path] = readFileSync(join(dir, path)).toString('base64');
  }
  return found;
}

function pack(dir: string, options: Partial<typeof whole> | { firstEvents: number } = {}) {
  const target = join(temporaryFolder(), 'run.zip');
  return { target, packed: atOnce(packRun(dir, target, { ...whole, ...options })) };
}

function unpack(archive: string, runsDir: string) {
  return atOnce(unpackRun(archive, runsDir));
}

/** A zip file of any entries, whatever they are called. */
function zipOf(entries: Readonly<Record<string, string>>): string {
  const path = join(temporaryFolder(), 'any.zip');
  const zip = new ZipWriter(path);
  for (const [name, text] of Object.entries(entries)) zip.add(name, Buffer.from(text));
  zip.finish();
  zip.close();
  return path;
}

/** The files of a small healthy run, for an archive that another program made. */
function runFiles(folder: string): Readonly<Record<string, string>> {
  const { runs } = projectFolder();
  const dir = writeRun(runs, 'small', { journal: journal().created().done('a') });
  return Object.fromEntries(
    Object.entries(contents(dir)).map(([path, text]) => [
      `${folder}${path}`,
      Buffer.from(text, 'base64').toString(),
    ]),
  );
}

describe('a run that was packed and unpacked', () => {
  it.each(
    allFixtures.flatMap(({ path, runs }) =>
      readdirSync(runs).map((run) => [`${path} ${run}`, join(runs, run)] as const),
    ),
  )('is what it was: %s', (_, dir) => {
    const { target } = pack(dir);
    const { runs } = projectFolder();
    const unpacked = unpack(target, runs);
    const { dir: placed } = unpacked.place(unpacked.runId);
    const [before, after] = [contents(dir), contents(placed)];
    const { 'run.json': jsonBefore, ...restBefore } = before;
    const { 'run.json': jsonAfter, ...restAfter } = after;
    // Backups that the engine made of a journal are not needed to go on.
    const kept = Object.entries(restBefore).filter(([file]) => !file.startsWith('journal.'));
    expect(restAfter).toEqual(Object.fromEntries(kept));
    const parse = (text = ''): Record<string, unknown> => JSON.parse(Buffer.from(text, 'base64').toString());
    const { cwd, ...metadata } = parse(jsonAfter);
    const { cwd: cwdBefore, ...metadataBefore } = parse(jsonBefore);
    expect(metadata).toEqual(metadataBefore);
    // 6.x names the project, which is another one now.
    expect(cwd).toBe(cwdBefore === undefined ? undefined : dirname(dirname(runs)));
    expect(unpacked.altered).toEqual([]);
    expect(readdirSync(runs)).toEqual([unpacked.runId]);
  });

  it('carries the completion proof, which an agent needs to finish it', () => {
    const fixture = allFixtures.find(({ path }) => path === 'captured/0.0.187');
    const { target } = pack(join(fixture?.runs ?? '', 'ready'));
    const { runs } = projectFolder();
    const { dir } = unpack(target, runs).place('ready');
    expect(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')).completionProof).toMatch(/^[0-9a-f]{32}$/);
  });

  it('leaves locks, leftovers, backups and links behind, and says which links', () => {
    const { runs } = projectFolder();
    const dir = writeRun(runs, 'r', {
      journal: journal().created().requested('a'),
      files: {
        'run.lock': { pid: 1 },
        'journal.bak.1/000001.x.json': '{}',
        'journal/000009.01M7AAAAAAAAAAAAAAAAAAAAAA.json.tmp-1-1': '{',
        'tasks/a/result.json.tmp-1-1': '{',
        'artifacts/plan.md': 'plan',
      },
    });
    const secret = write(temporaryFolder(), 'secret', 'secret');
    symlinkSync(secret, join(dir, 'artifacts', 'link'));
    const { target, packed } = pack(dir);
    expect(packed.left).toEqual([{ file: 'artifacts/link', what: 'is a link' }]);
    const { runs: others } = projectFolder();
    const { dir: placed } = unpack(target, others).place('r');
    expect(Object.keys(contents(placed)).toSorted()).toEqual(
      [
        'artifacts/plan.md',
        ...readdirSync(join(dir, 'journal'))
          .filter((file) => file.endsWith('.json'))
          .map((file) => `journal/${file}`),
        'run.json',
        'tasks/a/task.json',
      ].toSorted(),
    );
  });

  it('of its first events has the tasks of these events only, and no answer that came later', () => {
    const { runs } = projectFolder();
    const dir = writeRun(runs, 'r', {
      journal: journal().created().done('a').requested('b', 'breakpoint').resolved('b').done('c').completed(),
      files: {
        'state/output.json': {},
        'tasks/b/blobs/result-1.json': {},
        'tasks/b/blobs/inputs-1.json': {},
      },
    });
    const { target, packed } = pack(dir, { firstEvents: 4 });
    expect(packed.events).toBe(4);
    const { runs: others } = projectFolder();
    const unpacked = unpack(target, others);
    expect(unpacked.firstEvents).toBe(4);
    expect(
      [...unpacked.run.story.effects.values()].map(({ effectId, status }) => [effectId, status]),
    ).toEqual([
      ['a', 'ok'],
      ['b', 'pending'],
    ]);
    const { dir: placed } = unpacked.place('r');
    const files = Object.keys(contents(placed)).filter((file) => !file.startsWith('journal/'));
    expect(files.toSorted()).toEqual([
      'run.json',
      'tasks/a/result.json',
      'tasks/a/task.json',
      'tasks/b/blobs/inputs-1.json',
      'tasks/b/task.json',
    ]);
  });

  it('never goes over another run, and may be given another name', () => {
    const { runs } = projectFolder();
    const dir = writeRun(runs, 'r', { journal: journal().created() });
    const { target } = pack(dir);
    const before = contents(dir);
    const unpacked = unpack(target, runs);
    expect(unpacked.isTaken('r')).toBe(true);
    expect(() => unpacked.place('r')).toThrow('There is a run r already; it is left as it is.');
    for (const name of ['../r', 'a/b', '.r', '']) expect(() => unpacked.place(name)).toThrow('no plain name');
    expect(contents(dir)).toEqual(before);
    const { dir: second } = unpacked.place('r 2');
    expect(JSON.parse(readFileSync(join(second, 'run.json'), 'utf8')).runId).toBe('r 2');
    expect(readdirSync(runs).toSorted()).toEqual(['r', 'r 2']);
  });

  it('leaves nothing behind when it is not wanted after all', () => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }));
    const other = projectFolder();
    unpack(target, other.runs).discard();
    expect(readdirSync(other.runs)).toEqual([]);
  });

  it('says which events were altered', () => {
    const { runs } = projectFolder();
    const dir = writeRun(runs, 'r', { journal: journal().created().requested('a') });
    const [, second = ''] = readdirSync(join(dir, 'journal')).toSorted();
    const path = join(dir, 'journal', second);
    writeFileSync(path, readFileSync(path, 'utf8').replace('agent', 'shell'));
    const { target } = pack(dir);
    expect(unpack(target, projectFolder().runs).altered).toEqual([second]);
  });

  it('brings its process file where there is none, and only there', () => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }), { processFile: true });
    const elsewhere = projectFolder();
    const file = join(elsewhere.dir, '.a5c/processes/demo.mjs');
    const same = unpack(target, elsewhere.runs);
    expect(same.place('same').processFile).toEqual({ state: 'there', path: file });
    same.writeProcessFile();
    writeFileSync(file, 'another one');
    const different = unpack(target, elsewhere.runs);
    expect(different.place('different').processFile).toEqual({ state: 'different', path: file });
    different.writeProcessFile();
    expect(readFileSync(file, 'utf8')).toBe('another one');
    rmSync(file);
    const missing = unpack(target, elsewhere.runs);
    expect(missing.place('missing').processFile).toEqual({ state: 'missing', path: file, carried: true });
    expect(existsSync(file)).toBe(false);
    missing.writeProcessFile();
    expect(readFileSync(file, 'utf8')).toContain('export const process');
    rmSync(file);
    const without = unpack(pack(join(runs, 'r')).target, elsewhere.runs);
    expect(without.place('without').processFile).toEqual({ state: 'missing', path: file, carried: false });
  });

  it('never writes a process file outside of the project', () => {
    const { runs, dir } = projectFolder();
    const run = writeRun(runs, 'r', { journal: journal().created(), metadata: {} });
    const { target } = pack(run, { processFile: true });
    const entries = new ZipReader(target, { entries: 100, total: 1e9, each: 1e9 });
    const evil: Record<string, string> = {};
    for (const entry of entries.entries) evil[entry.name] = Buffer.from(entries.read(entry)).toString();
    entries.close();
    const json = JSON.parse(evil['run/run.json'] ?? '') as Record<string, unknown>;
    evil['run/run.json'] = JSON.stringify({
      ...json,
      entrypoint: { importPath: '../../../../evil.mjs', exportName: 'process' },
    });
    const elsewhere = projectFolder();
    const unpacked = unpack(zipOf(evil), elsewhere.runs);
    expect(unpacked.place('r').processFile).toEqual({ state: 'outside' });
    unpacked.writeProcessFile();
    expect(existsSync(join(dirname(elsewhere.dir), 'evil.mjs'))).toBe(false);
    expect(dir).not.toBe(elsewhere.dir);
  });

  it.each([
    '.git/hooks/pre-commit',
    '.git/hooks/x.js',
    '.vscode/tasks.json',
    'package.json',
    'node_modules/x.js',
    '.a5c/x.js',
    '.a5c/processes/.x/y.js',
  ])('is not written as %s', (place) => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }), { processFile: true });
    const elsewhere = projectFolder();
    const unpacked = unpack(withEntry(target, `../../../${place}`), elsewhere.runs);
    expect(unpacked.place('r').processFile).toMatchObject({ state: 'missing', carried: false });
    unpacked.writeProcessFile();
    expect(existsSync(join(elsewhere.dir, place))).toBe(false);
  });

  it.skipIf(isWindows)('makes no folder where a link leads', () => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }), { processFile: true });
    const [elsewhere, outside] = [projectFolder(), temporaryFolder()];
    symlinkSync(outside, join(elsewhere.dir, 'linked'));
    const unpacked = unpack(withEntry(target, '../../../linked/new/x.js'), elsewhere.runs);
    unpacked.place('r');
    expect(() => unpacked.writeProcessFile()).toThrow(/outside of the project/);
    expect(readdirSync(outside)).toEqual([]);
  });
});

/** The same archive with another process file named in its run.json. */
function withEntry(archive: string, importPath: string): string {
  const zip = new ZipReader(archive, { entries: 100, total: 1e9, each: 1e9 });
  const files: Record<string, string> = {};
  for (const entry of zip.entries) files[entry.name] = Buffer.from(zip.read(entry)).toString();
  zip.close();
  const json = JSON.parse(files['run/run.json'] ?? '') as Record<string, unknown>;
  files['run/run.json'] = JSON.stringify({ ...json, entrypoint: { importPath, exportName: 'process' } });
  return zipOf(files);
}

describe('an archive of another program', () => {
  it('is taken: one folder with a run in it, packed or stored, with what a Mac adds', () => {
    const { runs } = projectFolder();
    const path = zipOf({ ...runFiles('my run/'), '__MACOSX/x': '', 'my run/.DS_Store': '' });
    const unpacked = unpack(path, runs);
    expect(unpacked.runId).toBe('my run');
    expect(existsSync(join(unpacked.place('my run').dir, '.DS_Store'))).toBe(false);
  });

  it.each<[string, () => Readonly<Record<string, string>>, string]>([
    ['a way out', () => ({ ...runFiles('r/'), '../evil': '' }), 'The archive holds ../evil, which leads out'],
    ['a way out further in', () => ({ ...runFiles('r/'), 'r/a/../../../evil': '' }), 'which leads out'],
    ['an absolute path', () => ({ ...runFiles('r/'), '/etc/evil': '' }), 'which leads out'],
    ['a drive', () => ({ ...runFiles('r/'), 'C:/evil': '' }), 'which leads out'],
    ['a backslash', () => ({ ...runFiles('r/'), 'r\\..\\evil': '' }), 'which leads out'],
    ['a control character', () => ({ ...runFiles('r/'), 'r/\u0007': '' }), 'which leads out'],
    ['no run', () => ({ 'readme.md': '' }), 'The archive holds no run'],
    ['nothing', () => ({}), 'The archive holds no run'],
    ['two runs', () => ({ ...runFiles('a/'), ...runFiles('b/') }), 'The archive holds several runs'],
    ['a hidden run', () => runFiles('.r/'), 'which is no plain name'],
    ['no events', () => ({ 'r/run.json': '{}' }), 'The archive holds no run that can be read'],
    ['a newer one', () => ({ ...runFiles('run/'), 'archive.json': '{"version":2}' }), 'newer version'],
    [
      'an id that leads out',
      () => ({
        ...runFiles('run/'),
        'archive.json': '{"format":"babysitter-runs/archive","version":1,"runId":"../evil"}',
      }),
      'is called ../evil, which is no plain name',
    ],
  ])('is refused with %s, and nothing is written', (_, entries, sentence) => {
    const { dir, runs } = projectFolder();
    const before = contents(dir);
    expect(() => unpack(zipOf(entries()), runs)).toThrow(sentence);
    expect(contents(dir)).toEqual(before);
    expect(readdirSync(runs)).toEqual([]);
  });

  it('is refused with a link or a device in it', () => {
    for (const mode of [0o120_777, 0o020_666, 0o010_644]) {
      const path = zipOf(runFiles('r/'));
      const bytes = readFileSync(path);
      // The last entry of the list becomes something else.
      const at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
      bytes.writeUInt32LE((mode << 16) >>> 0, at + 38);
      writeFileSync(path, bytes);
      expect(() => unpack(path, projectFolder().runs)).toThrow('which is a link or a device');
    }
  });

  it('is refused when it unpacks to more than it says, or says too much', () => {
    const path = zipOf({ ...runFiles('r/'), 'r/bomb': '0'.repeat(1_000_000) });
    const bytes = readFileSync(path);
    const at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const lie = (size: number): string => {
      const lying = Buffer.from(bytes);
      lying.writeUInt32LE(size, at + 24);
      const file = join(temporaryFolder(), 'lie.zip');
      writeFileSync(file, lying);
      return file;
    };
    const { runs } = projectFolder();
    expect(() => unpack(lie(10), runs)).toThrow('The archive is damaged');
    expect(() => unpack(lie(3_000_000_000), runs)).toThrow('The archive holds a file of more than 256 MB');
    expect(() => unpack(lie(0xffff_ffff), runs)).toThrow('more than 4 GB');
    expect(readdirSync(runs)).toEqual([]);
  });

  it('is refused when it holds too many files, or too much in all', () => {
    const path = zipOf({ a: 'aaaa', b: 'bbbb', c: 'cccc' });
    const open = (limits: Partial<ConstructorParameters<typeof ZipReader>[1]>) => () =>
      new ZipReader(path, { entries: 10, total: 100, each: 100, ...limits });
    expect(open({ entries: 2 })).toThrow('more than 2 files');
    expect(open({ total: 10 })).toThrow('which no run needs');
    expect(open({ each: 3 })).toThrow('which no run needs');
  });

  it('is refused when a byte of it changed, or a part is missing', () => {
    const { runs } = projectFolder();
    // So short that it is stored as it is, where nothing but the sum tells of a change.
    const path = zipOf({ ...runFiles('r/'), 'r/artifacts/note': 'Ship it' });
    const bytes = readFileSync(path);
    const broken = (change: (bytes: Buffer) => Buffer): string => {
      const file = join(temporaryFolder(), 'broken.zip');
      writeFileSync(file, change(Buffer.from(bytes)));
      return file;
    };
    for (const cut of [0, 10, 100, bytes.length - 1, bytes.length - 30]) {
      expect(() =>
        unpack(
          broken((b) => b.subarray(0, cut)),
          runs,
        ),
      ).toThrow(/no zip archive|damaged/);
    }
    expect(() =>
      unpack(
        broken((b) => b.fill(0x55, 60, 90)),
        runs,
      ),
    ).toThrow(/damaged/);
    expect(() =>
      unpack(
        broken((b) => b.subarray(50)),
        runs,
      ),
    ).toThrow(/damaged/);
    const other = (b: Buffer): Buffer => b.fill('Stop it', b.indexOf('Ship it'), b.indexOf('Ship it') + 7);
    expect(() => unpack(broken(other), runs)).toThrow(/damaged/);
    expect(readdirSync(runs)).toEqual([]);
  });

  it('is refused when it is encrypted or packed otherwise, with the reason', () => {
    const { runs } = projectFolder();
    const change = (offset: number, value: number): string => {
      const path = zipOf(runFiles('r/'));
      const bytes = readFileSync(path);
      bytes.writeUInt16LE(value, bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2])) + offset);
      writeFileSync(path, bytes);
      return path;
    };
    expect(() => unpack(change(8, 0x0801), runs)).toThrow('The archive is encrypted');
    expect(() => unpack(change(10, 14), runs)).toThrow('packed in a way that cannot be read');
  });

  it('may be missing, or a folder', () => {
    const { runs, dir } = projectFolder();
    expect(() => unpack(join(dir, 'none.zip'), runs)).toThrow(
      'The archive could not be imported: it is missing.',
    );
    expect(() => unpack(dir, runs)).toThrow(/no zip archive/);
  });
});

describe('the zip format', () => {
  it('holds more files than its first version could count', () => {
    const path = join(temporaryFolder(), 'many.zip');
    const zip = new ZipWriter(path);
    for (let i = 0; i < 66_000; i += 1) zip.add(`run/journal/${i}`, Buffer.from(String(i)));
    zip.finish();
    zip.close();
    const reader = new ZipReader(path, { entries: 100_000, total: 1e9, each: 1e6 });
    expect(reader.entries).toHaveLength(66_000);
    const last = reader.entries.at(-1);
    expect(last && Buffer.from(reader.read(last)).toString()).toBe('65999');
    reader.close();
  });

  it.skipIf(isWindows || !existsSync('/usr/bin/python3'))('is what other programs read', async () => {
    const { spawnSync } = await import('node:child_process');
    const { runs } = projectFolder();
    const dir = writeRun(runs, 'r', {
      journal: journal().created(),
      files: { 'artifacts/ä b.md': 'x'.repeat(5000) },
    });
    const { target } = pack(dir);
    const test =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), "\\n".join(z.namelist()))';
    const { stdout, status } = spawnSync('/usr/bin/python3', ['-c', test, target], {
      encoding: 'utf8',
      env: { PYTHONIOENCODING: 'utf-8' },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^None /);
    expect(stdout).toContain('run/artifacts/ä b.md');
    expect(lstatSync(target).size).toBeLessThan(5000);
    // And one that another program packed.
    const foreign = join(temporaryFolder(), 'foreign.zip');
    const make =
      'import sys, os, zipfile\nz = zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)\nos.chdir(sys.argv[1])\nfor d, _, fs in os.walk("r"):\n  z.write(d)\n  for f in fs: z.write(os.path.join(d, f))\nz.close()';
    expect(spawnSync('/usr/bin/python3', ['-c', make, runs, foreign]).status).toBe(0);
    const other = projectFolder();
    const { dir: placed } = unpack(foreign, other.runs).place('r');
    expect(contents(placed)).toEqual(contents(dir));
  });
});

describe('the real engine', () => {
  const loop = `${taskHelper}
export async function process(inputs, ctx) {
  const plan = await ctx.task(task('plan'), {});
  const answer = await ctx.breakpoint({ title: 'Approve it', question: 'Shall I?' });
  return { plan, approved: answer.approved };
}`;
  const effects = async (home: string, dir: string): Promise<readonly string[]> => {
    const { tasks } = JSON.parse(await callCli(home, 'task:list', dir, '--json')) as {
      tasks: readonly { effectId: string; status: string }[];
    };
    return tasks.flatMap(({ effectId, status }) => (status === 'requested' ? [effectId] : []));
  };

  it('carries an imported run on to its end: whole, under another name, and cut to its first events', async () => {
    const { workspace, home, dir } = await processRun(loop);
    await callCli(home, 'run:iterate', dir, '--json');
    const [plan = ''] = await effects(home, dir);
    await callCli(home, 'task:post', dir, plan, '--status', 'ok', '--value-inline', '"the plan"', '--json');
    await callCli(home, 'run:iterate', dir, '--json');
    const events = readdirSync(join(dir, 'journal')).length;
    const [archive, cut] = [join(home, 'run.zip'), join(home, 'cut.zip')];
    atOnce(packRun(dir, archive, { firstEvents: undefined, processFile: true }));

    // On another machine, as it were: a project that has neither the run nor its process file.
    const other = join(temporaryFolder(), 'other');
    mkdirSync(other);
    cpSync(join(workspace, 'node_modules'), join(other, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    write(other, 'package.json', {});
    const unpacked = unpack(archive, join(other, '.a5c', 'runs'));
    const placed = unpacked.place('another name');
    expect(placed.processFile).toMatchObject({ state: 'missing', carried: true });
    unpacked.writeProcessFile();
    const status = JSON.parse(await callCli(home, 'run:status', placed.dir, '--json'));
    expect(status).toMatchObject({ state: 'waiting', pendingByKind: { breakpoint: 1 } });
    const finish = async (run: string): Promise<unknown> => {
      const [question = ''] = await effects(home, run);
      const value = '{"approved":true}';
      await callCli(home, 'task:post', run, question, '--status', 'ok', '--value-inline', value, '--json');
      await callCli(home, 'run:iterate', run, '--json');
      return JSON.parse(readFileSync(join(run, 'state', 'output.json'), 'utf8'));
    };
    expect(await finish(placed.dir)).toEqual({ plan: 'the plan', approved: true });

    // The whole run went on meanwhile; its first events lead to where the question is open again.
    expect(await finish(dir)).toEqual({ plan: 'the plan', approved: true });
    atOnce(packRun(dir, cut, { firstEvents: events, processFile: false }));
    const again = unpack(cut, join(other, '.a5c', 'runs')).place('cut');
    expect(again.processFile.state).toBe('there');
    expect(readdirSync(join(again.dir, 'journal'))).toHaveLength(events);
    expect(await finish(again.dir)).toEqual({ plan: 'the plan', approved: true });
  }, 120_000);
});
