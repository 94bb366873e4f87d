import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackRun } from '../../src/engines/babysitter/node/unpackRun';
import { ZipReader, ZipWriter } from '../../src/node/zip';
import { journal } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, writeRun } from '../support/runFolder';

type Entries = readonly (readonly [name: string, text: string])[];

/** An archive of a small run in the folder `r`, and of whatever else there is to be in it. */
function zipOf(more: Entries): string {
  const { runs } = projectFolder();
  const dir = writeRun(runs, 'small', { journal: journal().created().done('a') });
  const own = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [`r${file.slice(dir.length)}`, readFileSync(file, 'utf8')] as const);
  const path = join(temporaryFolder(), 'any.zip');
  const zip = new ZipWriter(path);
  for (const [name, text] of [...own, ...more]) zip.add(name, Buffer.from(text));
  zip.finish();
  zip.close();
  return path;
}

/** The archive with the last entry of its list changed. */
function changed(path: string, change: (bytes: Buffer, entry: number, end: number) => void): string {
  const bytes = readFileSync(path);
  const [entry, end] = [0x0201, 0x0605].map((mark) =>
    bytes.lastIndexOf(Buffer.from([0x50, 0x4b, mark & 255, mark >> 8])),
  ) as [number, number];
  change(bytes, entry, end);
  writeFileSync(path, bytes);
  return path;
}

async function refusal(archive: string): Promise<string> {
  const { runs } = projectFolder();
  const said = await unpackRun(archive, runs).then(
    (unpacked) => `taken: ${unpacked.runId}`,
    (error: Error) => error.message,
  );
  if (!said.startsWith('taken')) expect(readdirSync(runs)).toEqual([]);
  return said;
}

describe('an archive that was made to deceive', () => {
  it.each([
    ['case', 'r/RUN.JSON'],
    ['case of a folder', 'r/Journal/000009.x.json'],
    ['an old letter', 'r/run.jſon'],
    ['a Kelvin sign', 'r/tasKs/x', 'r/tas\u212as/y'],
    ['a composed letter', 'r/\u00e9', 'r/e\u0301'],
    ['a dot at the end', 'r/journal./000009.x.json'],
    ['a space at the end', 'r/journal /000009.x.json'],
    ['dots and spaces', 'r/run.json. .'],
    ['a stream', 'r/run.json::$DATA'],
    ['a stream of a folder', 'r/journal::$INDEX_ALLOCATION/000009.x.json'],
    ['its own folder', 'R/artifacts/x'],
  ])('is refused where names differ only by %s', async (_, ...names) => {
    expect(await refusal(zipOf(names.map((name) => [name, ''])))).toContain(
      'which are one place on many systems',
    );
  });

  it.each([
    ...[
      '/x',
      '../x',
      'r/../x',
      'r/./x',
      'r//x',
      '..',
      'C:x',
      'c:/x',
      '//host/x',
      '\\\\host\\x',
      'r\\x',
      'r/..\\x',
    ],
    ...Array.from({ length: 32 }, (_, code) => `r/a${String.fromCodePoint(code)}b`),
  ])('is refused with %j in it', async (name) => {
    expect(await refusal(zipOf([[name, '']]))).toMatch(/leads out|not a plain name/);
  });

  const some: Entries = [['r/artifacts/x', 'a'.repeat(10_000)]];
  it.each<readonly [string, (bytes: Buffer, entry: number, end: number) => void, RegExp]>([
    ['a wrong sum', (bytes, at) => bytes.writeUInt32LE(1, at + 16), /damaged/],
    ['a size of nothing', (bytes, at) => bytes.writeUInt32LE(0, at + 24), /damaged/],
    ['packed data behind its end', (bytes, at) => bytes.writeUInt32LE(0x7fff_ffff, at + 20), /damaged/],
    ['an entry behind its end', (bytes, at) => bytes.writeUInt32LE(0x7fff_ffff, at + 42), /damaged/],
    ['an entry that is its own list', (bytes, at) => bytes.writeUInt32LE(at, at + 42), /damaged/],
    ['an entry over another', (bytes, at) => bytes.writeUInt32LE(0, at + 42), /damaged/],
    ['a name without end', (bytes, at) => bytes.writeUInt16LE(0xffff, at + 28), /damaged/],
    ['an encrypted entry', (bytes, at) => bytes.writeUInt16LE(0x0801, at + 8), /encrypted/],
    ['another packing', (bytes, at) => bytes.writeUInt16LE(99, at + 10), /packed in a way/],
    ['a symbolic link', (bytes, at) => bytes.writeUInt32LE((0o120_777 << 16) >>> 0, at + 38), /a link/],
    ['more entries than there are', (bytes, _, end) => bytes.writeUInt16LE(500, end + 10), /damaged/],
    ['as many as mean 64 bits', (bytes, _, end) => bytes.writeUInt16LE(0xffff, end + 10), /damaged/],
    ['a list that begins elsewhere', (bytes, _, end) => bytes.writeUInt32LE(7, end + 16), /damaged/],
    ['a list that is not there', (bytes, _, end) => bytes.writeUInt32LE(0xffff_fff0, end + 16), /damaged/],
    ['a list that is too long', (bytes, _, end) => bytes.writeUInt32LE(0x7fff_ffff, end + 12), /damaged/],
  ])('is refused with %s', async (_, change, said) => {
    expect(await refusal(changed(zipOf(some), change))).toMatch(said);
  });

  it('is not read whole for a few bytes that it says are in it', async () => {
    const path = changed(zipOf([['r/x', 'y'.repeat(100)]]), (bytes, at) =>
      bytes.writeUInt32LE(1500, at + 20),
    );
    const limits = { entries: 100, total: 1e9, each: 1e9 };
    await expect(ZipReader.open(path, limits)).rejects.toThrow('The archive is damaged');
  });

  it('is refused, and leaves nothing, with a file in place of a folder', async () => {
    const { runs } = projectFolder();
    const unpacked = await unpackRun(
      zipOf([
        ['r/a', ''],
        ['r/a/b', ''],
      ]),
      runs,
    ).catch((error: Error) => error);
    if (unpacked instanceof Error) return;
    await expect(unpacked.place('r')).rejects.toThrow('could not be put among the others');
    unpacked.discard();
    expect(readdirSync(runs)).toEqual([]);
  });
});
