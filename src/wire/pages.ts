import { babysitter } from '../engines/babysitter/core/babysitterRun';
import { keyText } from '../core/run/runKey';
import { readReportSources } from '../engines/babysitter/node/readReportSources';
import { sessionsOf } from '../engines/babysitter/node/sessionBindings';
import { inSlices } from '../node/slices';
import { mayReadAgents } from '../vscode/agentReading';
import { pressSession } from '../vscode/commands/sessionCommands';
import type { Opener } from '../vscode/opener';
import { comparePages } from '../vscode/panel/comparePage';
import { Pages } from '../vscode/panel/pages';
import { reportPages } from '../vscode/panel/reportPanel';
import { runPages } from '../vscode/panel/runPanel';
import { tablePages } from '../vscode/panel/runsTable';
import { isTrusted } from '../vscode/trust';
import { workspaceFolders } from '../vscode/workspacePlaces';
import type { Commands } from './commands';
import type { Doing } from './doing';
import type { EngineParts } from './engine';
import { engineFacts } from '../engines/babysitter/vscode/engineFacts';
import type { EvidenceParts } from './evidence';
import type { Host } from './host';
import type { Reading } from './reading';
import type { SessionParts } from './sessionWork';

export type AllPages = ReturnType<typeof makePages>;

/** The pages of every kind. */
export function makePages(
  { context, env, clock, logger, own }: Host,
  { engine }: EngineParts,
  { store, activity, opened, outcomes, past, arrangement, sessions }: Reading,
  { comments, answerDrafts }: Doing,
  { evidence, review, artefacts, files }: EvidenceParts,
  { kept, sessionWork }: SessionParts,
  { commands, actions }: Commands,
  opener: Opener,
) {
  const shared = { store, logger, inSlices, opener, extensionUri: context.extensionUri };
  const factsOf = new Map([
    [
      babysitter,
      engineFacts({
        engine: (projectDir) => (isTrusted() ? engine.locate(projectDir).found : 'untrusted'),
        sessions: (runId) => sessionsOf(runId, env),
        now: () => clock.now(),
      }),
    ],
  ]);
  const runs = own(
    new Pages(
      runPages({
        ...{ ...shared, activity, opened, clock, actions, evidence, review, files, past },
        ...{ comments, drafts: answerDrafts, sessions, kept },
        ...{ mayRead: mayReadAgents, press: pressSession },
        engineFacts: (run, session) => factsOf.get(run.engine)?.(run, session) ?? [],
      }),
    ),
  );
  const table = own(
    new Pages(
      tablePages({
        ...shared,
        arrangement,
        clock,
        outcomes,
        sessionWork,
        memento: context.workspaceState,
        command: (id, keys) => commands[id](keys.map(keyText)),
      }),
    ),
  );
  const comparisons = own(new Pages(comparePages({ ...shared, opened, sessionWork })));
  const reports = own(
    new Pages(
      reportPages({
        ...{ ...shared, opened, clock, evidence, artefacts, sessionWork },
        readSources: readReportSources,
        folders: workspaceFolders,
        command: (id, argument) => commands[id](argument),
      }),
    ),
  );
  return { runs, table, comparisons, reports };
}

/** @param pages asked when something is opened: they are made after the commands, which open them */
export function openerOf(pages: () => AllPages): Opener {
  return {
    run: (key, part) => pages().runs.open(key, part),
    preview: (key) => pages().runs.preview(key),
    report: (key, extent) => pages().reports.open(key, extent),
    compare: (left, right) => pages().comparisons.open({ left, right }),
    table: () => pages().table.open('table'),
  };
}
