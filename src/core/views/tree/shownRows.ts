import type { TreeNode } from './treeNode';

/** How a tree is now, to be compared with what was shown of it. */
export interface TreeNow {
  /** The rows below a row, or at the top where it is left out. */
  children(parent?: TreeNode): readonly TreeNode[] | Promise<readonly TreeNode[]>;
  /** Everything that a row shows, as one text. */
  look(node: TreeNode): string;
}

/**
 * What was last shown of a tree, so that only rows that are different now are drawn again. Drawing a row again loses a
 * click on it that is under way, and all rows below it until they are asked for again.
 */
export class ShownRows {
  /** The rows below each row whose rows were asked for, by its id; empty: at the top. */
  readonly #below = new Map<string, readonly TreeNode[]>();
  readonly #looks = new Map<string, string>();
  /** Rows that were closed. What is below them is not looked at until they are opened again. */
  readonly #closed = new Set<string>();

  /** These rows were given as those below a row. */
  gave(parent: TreeNode | undefined, rows: readonly TreeNode[]): void {
    const id = parent?.id ?? '';
    const kept = new Set(rows.map((row) => row.id));
    for (const old of this.#below.get(id) ?? []) if (!kept.has(old.id)) this.#forget(old.id);
    this.#below.set(id, rows);
  }

  /** A row was drawn like this. */
  drew({ id }: TreeNode, look: string): void {
    this.#looks.set(id, look);
  }

  close({ id }: TreeNode): void {
    if (!this.#below.has(id)) return;
    for (const row of this.#below.get(id) ?? []) this.#forget(row.id);
    this.#below.delete(id);
    this.#closed.add(id);
  }

  /** @returns whether the rows below it are to be asked for again */
  open({ id }: TreeNode): boolean {
    return this.#closed.delete(id);
  }

  /**
   * The rows to be drawn again, each with all rows below it; `undefined` among them stands for the whole tree. Rows
   * that nobody has asked for are not looked at.
   */
  async outdated(now: TreeNow, parent?: TreeNode): Promise<(TreeNode | undefined)[]> {
    const shown = this.#below.get(parent?.id ?? '');
    if (!shown) return [];
    const rows = await now.children(parent);
    if (rows.length !== shown.length || !rows.every((row, i) => isSame(row, shown[i]))) return [parent];
    const outdated: (TreeNode | undefined)[] = [];
    for (const row of rows) {
      const same = this.#looks.get(row.id) === now.look(row);
      outdated.push(...(same ? await this.outdated(now, row) : [row]));
    }
    return outdated;
  }

  #forget(id: string): void {
    this.#looks.delete(id);
    this.#closed.delete(id);
    for (const row of this.#below.get(id) ?? []) this.#forget(row.id);
    this.#below.delete(id);
  }
}

/** How many rows are left is part of the row that brings them. */
function isSame(a: TreeNode, b: TreeNode | undefined): boolean {
  return a.id === b?.id && (a.kind !== 'more' || b.kind !== 'more' || a.left === b.left);
}
