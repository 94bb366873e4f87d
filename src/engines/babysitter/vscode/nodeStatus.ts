import * as vscode from 'vscode';
import { visible } from '../../../core/format';

/** The choice of a Node, as far as it is told. */
interface ChosenNode {
  readonly from: 'setting' | 'PATH' | 'editor';
  readonly version: string;
  readonly why: string | undefined;
}

/** A status bar item for as long as the engine runs with the editor's own Node, which may not be the project's. */
export class NodeStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('engineNode', vscode.StatusBarAlignment.Left, 8);

  constructor() {
    this.#item.name = 'Babysitter Engine: Node';
    this.#item.command = {
      command: 'workbench.action.openSettings',
      title: 'Open Settings',
      arguments: ['babysitterRuns.engine.node'],
    };
  }

  show({ from, version, why }: ChosenNode): void {
    if (from !== 'editor') return this.#item.hide();
    this.#item.text = `$(info) Editor's Node ${version}`;
    this.#item.tooltip = `Babysitter runs with the editor's own Node ${version}. ${visible(why ?? '')} Click to choose another one.`;
    this.#item.accessibilityInformation = { label: this.#item.tooltip };
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
