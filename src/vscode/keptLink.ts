import type * as vscode from 'vscode';
import { isRecord } from '../core/run/lenient';

/** A link that was followed and has not found its run yet, as it is kept over the end of a window. */
export interface KeptPath {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const name = 'link';

/** `undefined`: no link waits. */
export function keptLink(memory: vscode.Memento): KeptPath | undefined {
  const kept = memory.get(name);
  if (!isRecord(kept)) return undefined;
  const { path, at } = kept;
  return typeof path === 'string' && typeof at === 'number' ? { path, at } : undefined;
}

/** `undefined`: none waits any more. */
export async function keepLink(memory: vscode.Memento, kept: KeptPath | undefined): Promise<void> {
  await memory.update(name, kept);
}
