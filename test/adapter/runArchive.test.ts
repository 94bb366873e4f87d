import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packRun } from '../../src/engines/babysitter/node/runArchive';
import { unpackRun } from '../../src/engines/babysitter/node/unpackRun';
import { atOnce } from '../../src/core/sliced';
import { ZipReader, ZipWriter, type ZipLimits } from '../../src/node/zip';
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
  return unpackRun(archive, runsDir);
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
  )('is what it was: %s', async (_, dir) => {
    const { target } = pack(dir);
    const { runs } = projectFolder();
    const unpacked = await unpack(target, runs);
    const { dir: placed } = await unpacked.place(unpacked.runId);
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

  it('carries the completion proof, which an agent needs to finish it', async () => {
    const fixture = allFixtures.find(({ path }) => path === 'captured/0.0.187');
    const { target } = pack(join(fixture?.runs ?? '', 'ready'));
    const { runs } = projectFolder();
    const { dir } = await (await unpack(target, runs)).place('ready');
    expect(JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')).completionProof).toMatch(/^[0-9a-f]{32}$/);
  });

  it('leaves locks, leftovers, backups and links behind, and says which links', async () => {
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
    const { dir: placed } = await (await unpack(target, others)).place('r');
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

  it('of its first events has the tasks of these events only, and no answer that came later', async () => {
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
    const unpacked = await unpack(target, others);
    expect(unpacked.firstEvents).toBe(4);
    expect(
      [...unpacked.run.story.effects.values()].map(({ effectId, status }) => [effectId, status]),
    ).toEqual([
      ['a', 'ok'],
      ['b', 'pending'],
    ]);
    const { dir: placed } = await unpacked.place('r');
    const files = Object.keys(contents(placed)).filter((file) => !file.startsWith('journal/'));
    expect(files.toSorted()).toEqual([
      'run.json',
      'tasks/a/result.json',
      'tasks/a/task.json',
      'tasks/b/blobs/inputs-1.json',
      'tasks/b/task.json',
    ]);
  });

  it('never goes over another run, and may be given another name', async () => {
    const { runs } = projectFolder();
    const dir = writeRun(runs, 'r', { journal: journal().created() });
    const { target } = pack(dir);
    const before = contents(dir);
    const unpacked = await unpack(target, runs);
    expect(unpacked.isTaken('r')).toBe(true);
    await expect(unpacked.place('r')).rejects.toThrow('There is a run r already; it is left as it is.');
    for (const name of ['../r', 'a/b', '.r', ''])
      await expect(unpacked.place(name)).rejects.toThrow('not a plain name');
    expect(contents(dir)).toEqual(before);
    const { dir: second } = await unpacked.place('r 2');
    expect(JSON.parse(readFileSync(join(second, 'run.json'), 'utf8')).runId).toBe('r 2');
    expect(readdirSync(runs).toSorted()).toEqual(['r', 'r 2']);
  });

  it('leaves nothing behind when it is not wanted after all', async () => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }));
    const other = projectFolder();
    (await unpack(target, other.runs)).discard();
    expect(readdirSync(other.runs)).toEqual([]);
  });

  it('writes what tells of the run, and the rest when a person agreed', async () => {
    const { runs } = projectFolder();
    const files = { 'artifacts/large.bin': new Uint8Array(20_000_000), 'artifacts/small.md': 'plan' };
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created().done('a'), files }));
    expect(lstatSync(target).size).toBeLessThan(100_000);
    const other = projectFolder();
    const unpacked = await unpack(target, other.runs);
    const [folder = ''] = readdirSync(other.runs);
    const written = Object.keys(contents(join(other.runs, folder, 'run')));
    expect(written.map((path) => path.replace(/\/.*/, ''))).toEqual([
      'journal',
      'journal',
      'journal',
      'run.json',
    ]);
    expect(unpacked.size).toBeGreaterThan(20_000_000);
    const { dir } = await unpacked.place('r');
    expect(lstatSync(join(dir, 'artifacts/large.bin')).size).toBe(20_000_000);
    expect(contents(dir)).toEqual(contents(join(runs, 'r')));
  });

  it('leaves nothing for long of an import that was ended in the middle', async () => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }));
    const other = projectFolder();
    const left = (name: string, age: number): string => {
      const path = dirname(write(join(other.runs, name), 'run/run.json', {}));
      utimesSync(dirname(path), new Date(Date.now() - age), new Date(Date.now() - age));
      return name;
    };
    const [dead, hour] = [99_999_999, 3_600_000];
    left(`.import-${dead}-old`, 2 * hour);
    const kept = [left(`.import-${dead}-young`, hour / 2), left(`.import-${process.pid}-alive`, 2 * hour)];
    (await unpack(target, other.runs)).discard();
    expect(readdirSync(other.runs).toSorted()).toEqual(kept.toSorted());
  });

  it('says which events were altered', async () => {
    const { runs } = projectFolder();
    const dir = writeRun(runs, 'r', { journal: journal().created().requested('a') });
    const [, second = ''] = readdirSync(join(dir, 'journal')).toSorted();
    const path = join(dir, 'journal', second);
    writeFileSync(path, readFileSync(path, 'utf8').replace('agent', 'shell'));
    const { target } = pack(dir);
    expect((await unpack(target, projectFolder().runs)).altered).toEqual([second]);
  });

  it('brings its process file where there is none, and only there', async () => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }), { processFile: true });
    const elsewhere = projectFolder();
    const file = join(elsewhere.dir, '.a5c/processes/demo.mjs');
    const same = await unpack(target, elsewhere.runs);
    expect((await same.place('same')).processFile).toEqual({ state: 'there', path: file });
    same.writeProcessFile();
    writeFileSync(file, 'another one');
    const different = await unpack(target, elsewhere.runs);
    expect((await different.place('different')).processFile).toEqual({ state: 'different', path: file });
    different.writeProcessFile();
    expect(readFileSync(file, 'utf8')).toBe('another one');
    rmSync(file);
    const missing = await unpack(target, elsewhere.runs);
    expect((await missing.place('missing')).processFile).toEqual({
      state: 'missing',
      path: file,
      carried: true,
    });
    expect(existsSync(file)).toBe(false);
    missing.writeProcessFile();
    expect(readFileSync(file, 'utf8')).toContain('export const process');
    rmSync(file);
    const without = await unpack(pack(join(runs, 'r')).target, elsewhere.runs);
    expect((await without.place('without')).processFile).toEqual({
      state: 'missing',
      path: file,
      carried: false,
    });
  });

  it('never writes a process file outside of the project', async () => {
    const { runs, dir } = projectFolder();
    const run = writeRun(runs, 'r', { journal: journal().created(), metadata: {} });
    const { target } = pack(run, { processFile: true });
    const entries = await ZipReader.open(target, { entries: 100, total: 1e9, each: 1e9 });
    const evil: Record<string, string> = {};
    for (const entry of entries.entries) evil[entry.name] = Buffer.from(entries.read(entry)).toString();
    entries.close();
    const json = JSON.parse(evil['run/run.json'] ?? '') as Record<string, unknown>;
    evil['run/run.json'] = JSON.stringify({
      ...json,
      entrypoint: { importPath: '../../../../evil.mjs', exportName: 'process' },
    });
    const elsewhere = projectFolder();
    const unpacked = await unpack(zipOf(evil), elsewhere.runs);
    expect((await unpacked.place('r')).processFile).toEqual({ state: 'outside' });
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
  ])('is not written as %s', async (place) => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }), { processFile: true });
    const elsewhere = projectFolder();
    const unpacked = await unpack(await withEntry(target, `../../../${place}`), elsewhere.runs);
    expect((await unpacked.place('r')).processFile).toMatchObject({ state: 'missing', carried: false });
    unpacked.writeProcessFile();
    expect(existsSync(join(elsewhere.dir, place))).toBe(false);
  });

  it.skipIf(isWindows)('makes no folder where a link leads', async () => {
    const { runs } = projectFolder();
    const { target } = pack(writeRun(runs, 'r', { journal: journal().created() }), { processFile: true });
    const [elsewhere, outside] = [projectFolder(), temporaryFolder()];
    symlinkSync(outside, join(elsewhere.dir, 'linked'));
    const unpacked = await unpack(await withEntry(target, '../../../linked/new/x.js'), elsewhere.runs);
    await unpacked.place('r');
    expect(() => unpacked.writeProcessFile()).toThrow(/outside of the project/);
    expect(readdirSync(outside)).toEqual([]);
  });
});

/** The same archive with another process file named in its run.json. */
async function withEntry(archive: string, importPath: string): Promise<string> {
  const zip = await ZipReader.open(archive, { entries: 100, total: 1e9, each: 1e9 });
  const files: Record<string, string> = {};
  for (const entry of zip.entries) files[entry.name] = Buffer.from(zip.read(entry)).toString();
  zip.close();
  const json = JSON.parse(files['run/run.json'] ?? '') as Record<string, unknown>;
  files['run/run.json'] = JSON.stringify({ ...json, entrypoint: { importPath, exportName: 'process' } });
  return zipOf(files);
}

describe('an archive of another program', () => {
  it('is taken: one folder with a run in it, packed or stored, with what a Mac adds', async () => {
    const { runs } = projectFolder();
    const path = zipOf({ ...runFiles('my run/'), '__MACOSX/x': '', 'my run/.DS_Store': '' });
    const unpacked = await unpack(path, runs);
    expect(unpacked.runId).toBe('my run');
    expect(existsSync(join((await unpacked.place('my run')).dir, '.DS_Store'))).toBe(false);
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
    ['a hidden run', () => runFiles('.r/'), 'which is not a plain name'],
    ['no events', () => ({ 'r/run.json': '{}' }), 'The archive holds no run that can be read'],
    [
      'a description that no export writes',
      () => ({ ...runFiles('run/'), 'archive.json': ' '.repeat(1024 * 1024 + 1) }),
      'archive.json is larger than 1 MB',
    ],
    ['a newer one', () => ({ ...runFiles('run/'), 'archive.json': '{"version":2}' }), 'newer version'],
    [
      'an id that leads out',
      () => ({
        ...runFiles('run/'),
        'archive.json': '{"format":"babysitter-runs/archive","version":1,"runId":"../evil"}',
      }),
      'is called ../evil, which is not a plain name',
    ],
  ])('is refused with %s, and nothing is written', async (_, entries, sentence) => {
    const { dir, runs } = projectFolder();
    const before = contents(dir);
    await expect(unpack(zipOf(entries()), runs)).rejects.toThrow(sentence);
    expect(contents(dir)).toEqual(before);
    expect(readdirSync(runs)).toEqual([]);
  });

  it('is refused with a link or a device in it', async () => {
    for (const mode of [0o120_777, 0o020_666, 0o010_644]) {
      const path = zipOf(runFiles('r/'));
      const bytes = readFileSync(path);
      // The last entry of the list becomes something else.
      const at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
      bytes.writeUInt32LE((mode << 16) >>> 0, at + 38);
      writeFileSync(path, bytes);
      await expect(unpack(path, projectFolder().runs)).rejects.toThrow('which is a link or a device');
    }
  });

  it('is refused when it unpacks to more than it says, or says too much', async () => {
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
    await expect(unpack(lie(10), runs)).rejects.toThrow('The archive is damaged');
    await expect(unpack(lie(3_000_000_000), runs)).rejects.toThrow(
      'The archive holds a file of more than 64 MB',
    );
    await expect(unpack(lie(0xffff_ffff), runs)).rejects.toThrow('more than 4 GB');
    expect(readdirSync(runs)).toEqual([]);
  });

  it('is refused when it holds too many files, or too much in all', async () => {
    const path = zipOf({ a: 'aaaa', b: 'bbbb', c: 'cccc' });
    const open = (limits: Partial<ZipLimits>) =>
      ZipReader.open(path, { entries: 10, total: 100, each: 100, ...limits });
    await expect(open({ entries: 2 })).rejects.toThrow('more than 2 files');
    await expect(open({ total: 10 })).rejects.toThrow('which no run needs');
    await expect(open({ each: 3 })).rejects.toThrow('which no run needs');
  });

  it('is refused when a byte of it changed, or a part is missing', async () => {
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
      await expect(
        unpack(
          broken((b) => b.subarray(0, cut)),
          runs,
        ),
      ).rejects.toThrow(/no zip archive|damaged/);
    }
    await expect(
      unpack(
        broken((b) => b.fill(0x55, 60, 90)),
        runs,
      ),
    ).rejects.toThrow(/damaged/);
    await expect(
      unpack(
        broken((b) => b.subarray(50)),
        runs,
      ),
    ).rejects.toThrow(/damaged/);
    const other = (b: Buffer): Buffer => b.fill('Stop it', b.indexOf('Ship it'), b.indexOf('Ship it') + 7);
    await expect(unpack(broken(other), runs)).rejects.toThrow(/damaged/);
    expect(readdirSync(runs)).toEqual([]);
  });

  it('is refused when it is encrypted or packed otherwise, with the reason', async () => {
    const { runs } = projectFolder();
    const change = (offset: number, value: number): string => {
      const path = zipOf(runFiles('r/'));
      const bytes = readFileSync(path);
      bytes.writeUInt16LE(value, bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2])) + offset);
      writeFileSync(path, bytes);
      return path;
    };
    await expect(unpack(change(8, 0x0801), runs)).rejects.toThrow('The archive is encrypted');
    await expect(unpack(change(10, 14), runs)).rejects.toThrow('packed in a way that cannot be read');
  });

  it('may be missing, or a folder', async () => {
    const { runs, dir } = projectFolder();
    await expect(unpack(join(dir, 'none.zip'), runs)).rejects.toThrow(
      'The archive could not be imported: it is missing.',
    );
    await expect(unpack(dir, runs)).rejects.toThrow(/no zip archive/);
  });
});

describe('the zip format', () => {
  it('holds more files than its first version could count', async () => {
    const path = join(temporaryFolder(), 'many.zip');
    const zip = new ZipWriter(path);
    for (let i = 0; i < 66_000; i += 1) zip.add(`run/journal/${i}`, Buffer.from(String(i)));
    zip.finish();
    zip.close();
    const reader = await ZipReader.open(path, { entries: 100_000, total: 1e9, each: 1e6 });
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
    const { dir: placed } = await (await unpack(foreign, other.runs)).place('r');
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
    const unpacked = await unpack(archive, join(other, '.a5c', 'runs'));
    const placed = await unpacked.place('another name');
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
    const again = await (await unpack(cut, join(other, '.a5c', 'runs'))).place('cut');
    expect(again.processFile.state).toBe('there');
    expect(readdirSync(join(again.dir, 'journal'))).toHaveLength(events);
    expect(await finish(again.dir)).toEqual({ plan: 'the plan', approved: true });
  }, 120_000);
});
