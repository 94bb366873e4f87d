import { expect, test } from 'vitest';
import { ShownRows } from '../../src/core/views/tree/shownRows';
import { moreNode, treeNode, type TreeNode } from '../../src/core/views/tree/treeNode';
import { asRunKey } from '../../src/core/run/runKey';

const run = (dir: string): TreeNode => treeNode({ kind: 'run', runKey: asRunKey(dir) });
const iteration = (dir: string, n: number): TreeNode =>
  treeNode({ kind: 'iteration', runKey: asRunKey(dir), n });

/** A tree of two runs, the first opened, and what is drawn of it. */
function shownTree() {
  const [a, b] = [run('a'), run('b')];
  const below = new Map<string, readonly TreeNode[]>([
    ['', [a, b]],
    [a.id, [iteration('a', 1), iteration('a', 2)]],
    [b.id, [iteration('b', 1)]],
  ]);
  const looks = new Map<string, string>();
  const asked: string[] = [];
  const shown = new ShownRows();
  const now = {
    children: (parent?: TreeNode) => {
      asked.push(parent?.id ?? '');
      return below.get(parent?.id ?? '') ?? [];
    },
    look: (node: TreeNode) => looks.get(node.id) ?? '',
  };
  const draw = (parent?: TreeNode): void => {
    const rows = below.get(parent?.id ?? '') ?? [];
    shown.gave(parent, rows);
    for (const row of rows) shown.drew(row, now.look(row));
  };
  draw();
  draw(a);
  return { shown, now, below, looks, asked, draw, a, b };
}

test('nothing is drawn again while nothing looks different', async () => {
  const { shown, now, asked, b } = shownTree();
  expect(await shown.outdated(now)).toEqual([]);
  expect(asked).not.toContain(b.id);
});

test('a row that looks different is drawn again, and its neighbours are not', async () => {
  const { shown, now, looks, b } = shownTree();
  looks.set(b.id, 'completed');
  looks.set(iteration('a', 2).id, 'passed');
  expect(await shown.outdated(now)).toEqual([iteration('a', 2), b]);
  // What nobody looked at is not asked for.
  looks.set(iteration('b', 1).id, 'passed');
  expect(await shown.outdated(now)).toEqual([iteration('a', 2), b]);
});

test('other rows below a row: only that branch is drawn again; at the top: the whole tree', async () => {
  const { shown, now, below, a, b } = shownTree();
  below.set(a.id, [iteration('a', 2), iteration('a', 1)]);
  expect(await shown.outdated(now)).toEqual([a]);
  below.set('', [a, b, run('c')]);
  expect(await shown.outdated(now)).toEqual([undefined]);
});

test('how many rows are left is part of the list', async () => {
  const { shown, now, below, draw, a } = shownTree();
  below.set('', [a, moreNode('', 5)]);
  draw();
  expect(await shown.outdated(now)).toEqual([]);
  below.set('', [a, moreNode('', 6)]);
  expect(await shown.outdated(now)).toEqual([undefined]);
});

test('what was closed is not looked at, and is asked for again when it is opened', async () => {
  const { shown, now, below, asked, a, b } = shownTree();
  shown.close(a);
  below.set(a.id, []);
  expect(await shown.outdated(now)).toEqual([]);
  expect(asked).toEqual(['']);
  expect(shown.open(a)).toBe(true);
  expect(shown.open(a)).toBe(false);
  // Its rows were never asked for.
  shown.close(b);
  expect(shown.open(b)).toBe(false);
});

test('a row that left and came back is as good as new', async () => {
  const { shown, now, below, draw, a, b } = shownTree();
  below.set('', [b]);
  draw();
  below.set('', [a, b]);
  draw();
  below.set(a.id, []);
  expect(await shown.outdated(now)).toEqual([]);
});
