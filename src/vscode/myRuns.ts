import type * as vscode from 'vscode';
import { keyText, type RunKey } from '../core/run/runKey';

const name = 'mine';
/** The ones before are forgotten. */
const mostKept = 200;

/** The runs that the person carried on in this workspace, of which they want to know how they end. */
export class MyRuns {
  constructor(private readonly memory: vscode.Memento) {}

  has(key: RunKey): boolean {
    return this.#kept().includes(keyText(key));
  }

  /** The person iterated or resumed it. */
  add(key: RunKey): void {
    const text = keyText(key);
    const others = this.#kept().filter((other) => other !== text);
    void this.memory.update(name, [...others, text].slice(-mostKept));
  }

  #kept(): readonly string[] {
    const kept: unknown = this.memory.get(name);
    return Array.isArray(kept) ? kept.filter((text) => typeof text === 'string') : [];
  }
}
