import { basename } from 'node:path';
import * as vscode from 'vscode';
import { prefix } from '../core/contract';
import { HumanError } from '../core/errors';
import { visible } from '../core/format';
import { shellOf, typedLine } from '../core/shellLine';

/** One command that a person sees being run. */
export interface TerminalCommand {
  readonly name: string;
  /** Absolute. */
  readonly cwd: string;
  /** The program and its arguments, each of which is passed on as it is. */
  readonly words: readonly [string, ...string[]];
  /** Where the program can be set, without the prefix. */
  readonly setting: string;
  /** The command ended, as far as the shell tells, or the terminal was closed; once. */
  onEnd(): void;
}

/**
 * Types a command, quoted by us, into a shell of its own, so that what it prints stays there to be read.
 * @throws HumanError when the shell passes text on in ways that cannot be relied on
 */
export function runInTerminal({ name, cwd, words, setting, onEnd }: TerminalCommand): void {
  const shell = shellOf(vscode.env.shell);
  if (!shell) {
    throw new HumanError(
      `${visible(basename(vscode.env.shell)) || 'The shell'} passes text on in ways that cannot be relied on. Use bash, zsh, fish or PowerShell; the program is set in ${prefix}.${setting}.`,
    );
  }
  const line = typedLine(words, shell, process.platform);
  const terminal = vscode.window.createTerminal({
    ...{ name: name.slice(0, 40), cwd, shellPath: vscode.env.shell, isTransient: true },
    iconPath: new vscode.ThemeIcon('beaker'),
  });
  const end = (which: vscode.Terminal): void => {
    if (which !== terminal) return;
    ends.dispose();
    onEnd();
  };
  const ends = vscode.Disposable.from(
    vscode.window.onDidCloseTerminal(end),
    vscode.window.onDidEndTerminalShellExecution((ended) => end(ended.terminal)),
  );
  terminal.show();
  terminal.sendText(line);
}
