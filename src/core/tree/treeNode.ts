/** A row of a tree: only what tells it apart. What it shows is computed from the store when it is drawn. */
export type TreeNode =
  | { readonly kind: 'run'; readonly id: string; readonly dir: string }
  | { readonly kind: 'breakpoint'; readonly id: string; readonly dir: string; readonly effectId: string }
  | { readonly kind: 'iteration'; readonly id: string; readonly dir: string; readonly n: number }
  | { readonly kind: 'task'; readonly id: string; readonly dir: string; readonly effectId: string }
  | {
      readonly kind: 'problem';
      readonly id: string;
      readonly dir: string;
      readonly file: string;
      readonly what: string;
    };

type Without<N, K extends PropertyKey> = N extends unknown ? Omit<N, K> : never;

/** Gives a node its id, which stays the same as long as it is the same thing. */
export function treeNode<N extends Without<TreeNode, 'id'>>(node: N): N & { readonly id: string } {
  // JSON, since a lone surrogate, which run text may hold, makes encodeURIComponent throw.
  return { ...node, id: JSON.stringify(Object.values(node)) };
}
