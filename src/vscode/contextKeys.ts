import * as vscode from 'vscode';

/** What VS Code was told last. */
const told = new Map<string, string | boolean>();

/**
 * Sets a context key, which the `when` of menus, the palette and welcome texts ask for. VS Code is told only what it
 * does not know yet.
 * @param key one of core/contract.ts
 * @param value left out, as `false`: the key counts as not set
 */
export function setContext(key: string, value: string | boolean = false): void {
  if ((told.get(key) ?? false) === value) return;
  told.set(key, value);
  void vscode.commands.executeCommand('setContext', key, value);
}
