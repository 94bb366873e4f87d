import { RunActivity } from '../../src/core/engine/runActivity';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { agentStores } from '../../src/agents/agentStores';
import type { Clock } from '../../src/core/clock';
import { toDisposable, type Disposable } from '../../src/core/disposables';
import { silentLogger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { KeptSessions } from '../../src/core/sessions/keptSessions';
import { SessionWork } from '../../src/core/sessions/runWork';
import { Outcomes } from '../../src/core/source/outcomes';
import type { RunStore } from '../../src/core/source/runStore';
import { babysitterKey } from '../../src/engines/babysitter/core/babysitterRun';
import { readReportSources } from '../../src/engines/babysitter/node/readReportSources';
import { runLinks } from '../../src/engines/babysitter/node/runLinks';
import { taskPrompts } from '../../src/engines/babysitter/node/taskPrompts';
import { AgentFiles } from '../../src/node/sessions/agentFiles';
import { RunSessions } from '../../src/node/sessions/runSessions';
import { readTextIn, realPath } from '../../src/node/safeFile';
import { inSlices } from '../../src/node/slices';
import { comparePages } from '../../src/vscode/panel/comparePage';
import { PastRuns } from '../../src/vscode/panel/pastRuns';
import { reportPages } from '../../src/vscode/panel/reportPanel';
import { runPages, type PanelDeps } from '../../src/vscode/panel/runPanel';
import { tablePages } from '../../src/vscode/panel/runsTable';
import type { OpenedRuns } from '../../src/vscode/tree/openedRuns';
import { RunArrangement } from '../../src/vscode/tree/runArrangement';
import { homeVariables } from '../support/agentSessions';

function sessionsAt(home: string, clock: Clock): AgentFiles {
  const env = homeVariables(home);
  return new AgentFiles({
    sessions: async () => new RunSessions(agentStores(env)),
    logger: silentLogger,
    links: (run) => runLinks(run, env, () => undefined),
    prompts: taskPrompts,
    options: () => ({ now: clock.now(), activityWindow: defaultActivityWindow }),
    beforeReading: () => {},
    pricer: async () => undefined,
  });
}

/** What reads the sessions of agents in the home folder. */
function sessionParts({ clock, project, home }: Parts) {
  return {
    sessions: sessionsAt(home ?? join(project, 'nobody'), clock),
    kept: new KeptSessions({ all: () => [], put: () => {} }, clock),
    mayRead: () => home !== undefined,
  };
}

export interface Parts {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly clock: Clock;
  readonly project: string;
  readonly home: string | undefined;
  readonly asked: { what: string; args: readonly unknown[] }[];
}

export type PageName = 'run' | 'report' | 'compare' | 'table';

/** Which page is shown, and of what. */
export interface Wanted {
  readonly dir: string;
  readonly kind?: PageName;
  readonly other?: string;
  readonly question?: string;
}

/** Puts a page into a panel, as the extension does. */
export function pageIn(panel: vscode.WebviewPanel, parts: Parts, wanted: Wanted): Disposable {
  const { store, opened, clock, project } = parts;
  const key = babysitterKey(wanted.dir);
  const noted = notedIn(parts);
  const { kept, sessions, mayRead } = sessionParts(parts);
  const shared = {
    ...{ store, opened, clock, logger: silentLogger, inSlices, extensionUri, opener: noted() },
    sessionWork: new SessionWork(sessions, kept, mayRead),
  };
  switch (wanted.kind ?? 'run') {
    case 'run': {
      const page = runPages(runDeps(parts)).create(panel, key);
      if (wanted.question !== undefined) page.reveal(wanted.question);
      return page;
    }
    case 'report':
      return reportPages({
        ...{ ...shared, readSources: readReportSources, folders: () => [project] },
        ...{ artefacts: noted({ versions: async () => [] }), evidence: noted(), command: async () => {} },
      }).create(panel, key);
    case 'compare':
      return comparePages(shared).create(panel, {
        left: { runKey: key },
        right: { runKey: babysitterKey(wanted.other ?? wanted.dir) },
      });
    case 'table': {
      const nothingKept = { get: () => undefined, update: async () => {} } as unknown as vscode.Memento;
      const arrangement = new RunArrangement(store, nothingKept, clock);
      const outcomes = new Outcomes(store);
      const deps = { ...shared, arrangement, outcomes, memento: nothingKept, command: async () => {} };
      return tablePages(deps).create(panel, 'table');
    }
  }
}

const extensionUri = { path: '', fsPath: '', toString: () => '' } as never;

/** What pages ask the rest of the extension for is noted and not done. */
function notedIn({ asked }: Parts) {
  return (answers: Readonly<Record<string, unknown>> = {}): never =>
    new Proxy(
      {},
      {
        get: (_, what: string) =>
          what in answers
            ? answers[what]
            : (...args: readonly unknown[]) => {
                asked.push({ what, args });
                return Promise.resolve({ recorded: true, sentence: '' });
              },
      },
    ) as never;
}

function runDeps(parts: Parts): PanelDeps {
  const { store, opened, clock, project, asked } = parts;
  const noted = notedIn(parts);
  const never = (): { dispose(): void } => toDisposable(() => {});
  return {
    ...{ store, opened, clock, logger: silentLogger, inSlices, extensionUri },
    past: new PastRuns(store, opened, inSlices),
    activity: new RunActivity(),
    actions: noted(),
    evidence: noted({ filesOf: async () => [] }),
    review: noted({ commentsOf: () => [] }),
    comments: noted({ onDidChange: never }),
    drafts: noted({ onDidChange: never, of: () => ({}), byAgent: () => [], get: () => '' }),
    files: {
      folders: () => [project],
      realPath,
      readText: (path, limit) => readTextIn(project, path, limit),
    },
    engineFacts: () => [],
    opener: noted(),
    ...sessionParts(parts),
    press: async (session, button) => void asked.push({ what: button, args: [session.id] }),
  };
}
