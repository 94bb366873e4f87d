import * as vscode from 'vscode';
import { writeMomentsIn } from './core/moments';
import { registerCommands } from './vscode/commands/registerCommands';
import { commandName } from './vscode/messages';
import { LookedAtPages } from './vscode/panel/lookedAt';
import { makeEngine } from './wire/engine';
import { makeHost } from './wire/host';
import { later } from './wire/later';
import { makeReading } from './wire/reading';
import { follow, showAll, tellAway } from './wire/showing';
import { bringBackPages, followLinks, loadedWork, offerToAgents, openerOf } from './wire/workLoader';

/** What is still to be done when the window closes. */
let settle = async (): Promise<void> => {};

/** VS Code waits some seconds for it. */
export async function deactivate(): Promise<void> {
  await settle();
}

/**
 * Joins the parts, in the order in which they are disposed. Waits for nothing: runs arrive when they are read. What shows
 * them is loaded now, what a person does with them (`wire/work`) a moment later.
 */
export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  writeMomentsIn(vscode.env.language);
  const host = makeHost(context);
  const engine = makeEngine(host);
  const reading = makeReading(host, later.agentSessions);
  const seen = host.own(new LookedAtPages());
  const work = loadedWork(host, engine, reading, seen);
  settle = work.settle;
  host.own(registerCommands(async (id) => (await work.get()).commands[id], commandName, host.logger));
  host.own(bringBackPages(work.get));
  host.own(followLinks(host, work.get));
  host.own(offerToAgents(host, work.get));
  const shownAttention = showAll(host, engine, reading, seen, openerOf(work.get));
  tellAway(host, reading, work.get);
  follow(host, reading, shownAttention);
  host.logger.info(`Activated in ${Math.round(performance.now() - began)} ms.`);
}
