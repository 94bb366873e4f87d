import type { Grouping } from './runGroups';
import type { RunKey } from '../../run/runKey';

/** A row of a tree: only what tells it apart. What it shows is computed from the store when it is drawn. */
export type TreeNode = RunPart | GroupNode | MoreNode;

/** A row that stands for a run or something in it. */
export type RunPart =
  | { readonly kind: 'run'; readonly id: string; readonly runKey: RunKey }
  | { readonly kind: 'breakpoint'; readonly id: string; readonly runKey: RunKey; readonly effectId: string }
  | { readonly kind: 'section'; readonly id: string; readonly runKey: RunKey; readonly name: string }
  | { readonly kind: 'iteration'; readonly id: string; readonly runKey: RunKey; readonly n: number }
  | { readonly kind: 'task'; readonly id: string; readonly runKey: RunKey; readonly effectId: string }
  | { readonly kind: 'skipped'; readonly id: string; readonly runKey: RunKey; readonly name: string }
  | {
      readonly kind: 'problem';
      readonly id: string;
      readonly runKey: RunKey;
      readonly file: string;
      readonly what: string;
    };

/** A row above runs that have something in common. */
export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly by: Grouping;
  readonly key: string;
}

/** The row after a page of rows, which brings the next ones. */
export interface MoreNode {
  readonly kind: 'more';
  readonly id: string;
  /** The id of the row whose rows go on; empty: those at the top. */
  readonly below: string;
  /** How many rows are not shown yet. */
  readonly left: number;
}

/** A node before it has its id. */
export type NewNode<N extends TreeNode = TreeNode> = N extends unknown ? Omit<N, 'id'> : never;

/** Gives a node its id, which stays the same as long as it is the same thing. */
export function treeNode<N extends NewNode>(node: N): N & { readonly id: string } {
  // JSON, since a lone surrogate, which run text may hold, makes encodeURIComponent throw.
  return { ...node, id: JSON.stringify(Object.values(node)) };
}

/** The same row however many are left. */
export function moreNode(below: string, left: number): MoreNode {
  return { kind: 'more', id: JSON.stringify(['more', below]), below, left };
}
