import type { RunKey } from '../../core/run/runKey';
import type { RunPart, TreeNode } from '../../core/views/tree/treeNode';

const ours = new WeakSet<object>();

/**
 * Whether one of our trees handed this very object to VS Code. A command that comes with one comes from a click on our
 * row; anything else only looks like it.
 */
export function isOurNode(argument: unknown): argument is RunPart {
  return typeof argument === 'object' && argument !== null && ours.has(argument);
}

/**
 * The nodes that a tree handed to VS Code. The same row is always the same object, as VS Code tells rows apart by identity
 * when they are drawn again.
 */
export class HandedOut {
  readonly #nodes = new Map<string, TreeNode>();

  /** By the id of the row. `undefined`: it was never shown, or its run is gone. */
  get(id: string): TreeNode | undefined {
    return this.#nodes.get(id);
  }

  handOut(node: TreeNode): TreeNode {
    const known = this.#nodes.get(node.id);
    // How many rows are left is part of the object.
    if (known && node.kind !== 'more') return known;
    this.#nodes.set(node.id, node);
    if (node.kind !== 'group' && node.kind !== 'more') ours.add(node);
    return node;
  }

  forget(gone: ReadonlySet<RunKey>): void {
    if (gone.size === 0) return;
    for (const [id, node] of this.#nodes)
      if ('runKey' in node && gone.has(node.runKey)) this.#nodes.delete(id);
  }
}
