import { cutAtWord, visible } from '../../format';
import { maskSecrets } from '../../run/secrets';
import { isRecord } from '../../run/lenient';

/** A value of unknown origin as rows that can be folded. Bounded, its texts made visible and without secrets. */
export interface ValueNode {
  readonly name: string;
  /** What a single value says; for a list or an object how much is in it. */
  readonly text: string;
  readonly children: readonly ValueNode[];
}

const most = { depth: 6, children: 50, nodes: 400, text: 2000 };

/** The values of an object by their names. */
export function valueTree(values: Readonly<Record<string, unknown>>): readonly ValueNode[] {
  return children(Object.entries(values), 1, { left: most.nodes });
}

function children(
  entries: readonly (readonly [string, unknown])[],
  depth: number,
  budget: { left: number },
): readonly ValueNode[] {
  const nodes: ValueNode[] = [];
  for (const [name, value] of entries.slice(0, most.children)) {
    if (budget.left <= 0) break;
    budget.left -= 1;
    nodes.push(node(name, value, depth, budget));
  }
  const left = entries.length - nodes.length;
  return left === 0 ? nodes : [...nodes, { name: '…', text: `${left} more`, children: [] }];
}

function node(name: string, value: unknown, depth: number, budget: { left: number }): ValueNode {
  const shown = visible(cutAtWord(name, 200));
  const entries = Array.isArray(value)
    ? value.map((item: unknown, i): [string, unknown] => [String(i), item])
    : isRecord(value)
      ? Object.entries(value)
      : undefined;
  if (!entries) return { name: shown, text: scalarText(name, value), children: [] };
  const text = Array.isArray(value) ? `${entries.length} in a list` : `${entries.length} values`;
  return { name: shown, text, children: depth < most.depth ? children(entries, depth + 1, budget) : [] };
}

/** A value that is neither list nor object. `name`: by which a secret is known. */
export function scalarText(name: string, value: unknown): string {
  if (typeof value !== 'string') return String(value);
  // Masked together with its name, by which a secret is known.
  if (maskSecrets(`${JSON.stringify(name)}:${JSON.stringify(value)}`).endsWith('•••"')) return '•••';
  const masked = maskSecrets(value);
  return visible(masked.length > most.text ? `${masked.slice(0, most.text)}…` : masked);
}
