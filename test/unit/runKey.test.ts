import { describe, expect, it } from 'vitest';
import { asRunKey, keyText, type RunKey } from '../../src/core/run/runKey';
import { parseKeptSides, toKeptSides } from '../../src/core/views/compare/protocol';
import { fromTable } from '../../src/core/views/table/protocol';
import { babysitterKey } from '../../src/engines/babysitter/core/babysitterRun';
import { aRun } from '../support/runBuilder';

describe('run keys', () => {
  it('come back from their text, the same for the same run', () => {
    const key = babysitterKey('/w/.a5c/runs/a');
    expect(asRunKey(keyText(key))).toBe(key);
    expect(new Map([[key, 'a']]).get(babysitterKey('/w/.a5c/runs/a'))).toBe('a');
    expect(new Set([key, babysitterKey('/w/.a5c/runs/b')]).size).toBe(2);
  });

  it('are the folders of runs of Babysitter, so that what was kept by folder is found', () => {
    const run = aRun();
    expect(keyText(run.key)).toBe(run.dir);
    expect(keyText(run.key)).toBe(run.location);
  });

  it('are no texts to the compiler, and no text is one', () => {
    const key = asRunKey('/w/a');
    // @ts-expect-error: a key is no path
    const text: string = key;
    // @ts-expect-error: a path is no key
    const made: RunKey = '/w/a';
    // @ts-expect-error: a key has nothing that a text has
    const ends = key.endsWith('a');
    expect([text, made, ends]).toEqual(['/w/a', '/w/a', true]);
  });

  it('are told by pages as texts', () => {
    expect(fromTable.parse({ type: 'open', key: '/w/a' })).toEqual({ type: 'open', key: asRunKey('/w/a') });
    expect(fromTable.safeParse({ type: 'open', key: '' }).success).toBe(false);
  });

  it('are kept by the page of a comparison as before', () => {
    const sides = { left: { runKey: asRunKey('/w/a') }, right: { runKey: asRunKey('/w/b'), n: 2 } };
    const kept = { left: { dir: '/w/a' }, right: { dir: '/w/b', n: 2 } };
    expect(JSON.parse(JSON.stringify(toKeptSides(sides)))).toEqual(kept);
    expect(parseKeptSides(kept)).toEqual(sides);
    expect(parseKeptSides({ left: '/w/a', right: '/w/b' })).toBeUndefined();
  });
});
