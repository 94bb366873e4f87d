import { Links } from '../vscode/links';
import type { Opener } from '../vscode/opener';
import { makeAgentTools } from './agents';
import { makeCommands } from './commands';
import { makeDoing } from './doing';
import type { EngineParts } from './engine';
import { makeEvidence } from './evidence';
import type { Host } from './host';
import { makeMending } from './mending';
import { makePages, openerOf, type AllPages } from './pages';
import type { Reading } from './reading';
import { makeSessionWork } from './sessionWork';

export type Work = ReturnType<typeof makeWork>;

/** What a person does with what is shown: commands, pages, and what they need. A bundle of its own, loaded when wanted. */
export function makeWork(host: Host, engine: EngineParts, reading: Reading) {
  // Commands open pages, and pages run commands: what comes later is asked for when it is wanted.
  const opener: Opener = openerOf(() => pages);
  const doing = makeDoing(host, engine, reading, opener, () => pages.runs.active ?? pages.reports.active);
  const sessions = makeSessionWork(host, reading);
  const evidence = makeEvidence(host, reading, doing);
  const mending = makeMending(host, engine, reading, doing, {
    opener,
    press: (command, key) => made.actions.command(command, key),
  });
  const made = makeCommands(host, reading, doing, evidence, mending, sessions, opener);
  const pages: AllPages = makePages(host, engine, reading, doing, evidence, sessions, made, opener);
  const links = host.own(
    new Links({
      store: reading.store,
      opened: reading.opened,
      clock: host.clock,
      memory: host.context.globalState,
      opener,
    }),
  );
  return {
    links,
    notifyCommand: doing.notifyCommand,
    callTool: makeAgentTools(host, reading, doing.answerDrafts),
    commands: made.commands,
    pages,
    opener,
    settle: () => doing.answering.settle(),
  };
}
