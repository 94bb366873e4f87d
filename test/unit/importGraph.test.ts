import { describe, expect, test } from 'vitest';
import { findCircles, forbiddenArrows, type ImportGraph } from '../../scripts/lib/importGraph.mjs';

/** "a > b c" for each file that imports others. */
function graphOf(...lines: readonly string[]): ImportGraph {
  return new Map(
    lines.map((line) => {
      const [file = '', imported = ''] = line.split(' > ');
      return [file, new Set(imported.split(' ').filter(Boolean))];
    }),
  );
}

function circlesOf(...lines: readonly string[]): readonly string[] {
  return findCircles(graphOf(...lines)).map((circle) => [...circle.keys()].join(' '));
}

describe('circles between files', () => {
  test('none where everything leads one way, even by several ways', () => {
    expect(circlesOf('a > b c', 'b > d', 'c > d', 'd > ')).toEqual([]);
  });

  test('of two files, of three, and of one that imports itself', () => {
    expect(circlesOf('a > b', 'b > a')).toEqual(['a b']);
    expect(circlesOf('a > b', 'b > c', 'c > a')).toEqual(['a b c']);
    expect(circlesOf('a > a')).toEqual(['a']);
  });

  test('two that touch are one; two that only lead to each other one way are two', () => {
    expect(circlesOf('a > b', 'b > a c', 'c > b')).toEqual(['a b c']);
    expect(circlesOf('a > b', 'b > a c', 'c > d', 'd > c')).toEqual(['a b', 'c d']);
  });

  test('without the files that only lead to it or away from it, and with the imports among its own', () => {
    const [circle] = findCircles(graphOf('before > a', 'a > b after', 'b > a', 'after > '));
    expect(circle).toEqual(graphOf('a > b', 'b > a'));
  });
});

describe('forbidden imports', () => {
  const rules = [
    { room: 'src/core', mayImport: [] },
    { room: 'src/node', mayImport: ['src/core'] },
    { room: 'src/engines/*/node', mayImport: ['src/node', 'src/engines/*/core'] },
    { room: 'src/engines/*/core', mayImport: ['src/core'] },
  ];

  test('a room imports itself and what its rule names', () => {
    const graph = graphOf('src/node/a.ts > src/core/b.ts src/node/c.ts', 'src/core/b.ts > src/core/run/d.ts');
    expect(forbiddenArrows(graph, rules)).toEqual([]);
  });

  test('anything else is told in a sentence', () => {
    expect(forbiddenArrows(graphOf('src/core/a.ts > src/node/b.ts'), rules)).toEqual([
      'src/core/a.ts must not import src/node/b.ts: src/core imports nothing but itself.',
    ]);
    expect(forbiddenArrows(graphOf('src/node/a.ts > src/corelike/b.ts'), rules)).toEqual([
      'src/node/a.ts must not import src/corelike/b.ts: src/node imports only src/core.',
    ]);
  });

  test('an engine knows its own files, and not those of another', () => {
    const own = graphOf('src/engines/one/node/a.ts > src/engines/one/core/b.ts src/node/c.ts');
    const other = graphOf('src/engines/one/node/a.ts > src/engines/two/core/b.ts');
    expect(forbiddenArrows(own, rules)).toEqual([]);
    expect(forbiddenArrows(other, rules)).toHaveLength(1);
  });

  test('a file outside of every room is told', () => {
    expect(forbiddenArrows(graphOf('src/other/a.ts > '), rules)).toEqual([
      'src/other/a.ts lies in no folder that the rules know.',
    ]);
  });
});
