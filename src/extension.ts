import type * as vscode from 'vscode';
import { registerCommands } from './vscode/commands/commandTable';
import { commandName } from './vscode/messages';
import { makeCommands, type Commands } from './wire/commands';
import { makeDoing } from './wire/doing';
import { makeEngine } from './wire/engine';
import { makeEvidence } from './wire/evidence';
import { makeHost } from './wire/host';
import { makeMending } from './wire/mending';
import { makePages, openerOf, type AllPages } from './wire/pages';
import { makeReading } from './wire/reading';
import { follow, showAll } from './wire/showing';

/** What is still to be done when the window closes. */
let settle = async (): Promise<void> => {};

/** VS Code waits some seconds for it. */
export async function deactivate(): Promise<void> {
  await settle();
}

/** Joins the parts, in the order in which they are disposed. Waits for nothing: runs arrive when they are read. */
export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  const host = makeHost(context);
  const engine = makeEngine(host);
  const reading = makeReading(host, engine);

  // Commands open pages, and pages run commands: what comes later is asked for when it is wanted.
  const opener = openerOf(() => pages);
  const doing = makeDoing(host, engine, reading, opener);
  settle = () => doing.answering.settle();
  const evidence = makeEvidence(host, reading, doing);
  const mending = makeMending(host, engine, reading, doing, {
    opener,
    press: (command, key) => commands.actions.command(command, key),
  });
  const commands: Commands = makeCommands(host, reading, doing, evidence, mending, opener);
  const pages: AllPages = makePages(host, engine, reading, doing, evidence, commands, opener);
  host.own(registerCommands(commands.commands, commandName, host.logger));

  const shownAttention = showAll(host, engine, reading, pages.runs, opener);
  follow(host, reading, shownAttention);
  host.logger.info(`Activated in ${Math.round(performance.now() - began)} ms.`);
}
