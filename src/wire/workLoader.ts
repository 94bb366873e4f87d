import * as vscode from 'vscode';
import { comparePageType, reportPanelType, runPanelType, runsTableType } from '../core/contract';
import { messageOf } from '../core/errors';
import { belongsHere } from '../engines/babysitter/node/belongsHere';
import { offerMcpServer, offerTools } from '../vscode/agentTools';
import { places } from '../vscode/workspacePlaces';
import { keptLink } from '../vscode/keptLink';
import { guarded } from '../vscode/messages';
import type { Opener } from '../vscode/opener';
import { restorePages, type LookedAtPages } from '../vscode/panel/lookedAt';
import type { EngineParts } from './engine';
import { rowsFirst, type Host } from './host';
import type { Reading } from './reading';
import { agentDraftsFolder } from './agentDraftsFolder';
import { later } from './later';
import type { AllPages } from './pages';
import type { Work } from './work';

/**
 * What a person does with what is shown, which the window can be without while it starts. It is loaded when it is first
 * asked for, or a moment after the first rows are there.
 */
export function loadedWork(host: Host, engine: EngineParts, reading: Reading, seen: LookedAtPages) {
  const { own, clock, logger } = host;
  let loading: Promise<Work> | undefined;
  const load = async (): Promise<Work> => {
    const began = performance.now();
    const { makeWork } = await later.work();
    const work = makeWork(host, engine, reading);
    seen.follow(work.pages.runs);
    logger.info(`Loaded commands and pages in ${Math.round(performance.now() - began)} ms.`);
    return work;
  };
  const get = (): Promise<Work> => (loading ??= load());
  const whenShown = own(
    reading.store.onDidChange(() => {
      if (!reading.store.loaded) return;
      whenShown.dispose();
      own(
        clock.after(rowsFirst, () => {
          get().catch((error: unknown) => logger.error(`Commands and pages: ${messageOf(error)}`));
        }),
      );
    }),
  );
  return { get, settle: async () => (await loading)?.settle() };
}

/** Opens pages when they are there. */
export function openerOf(work: () => Promise<Work>): Opener {
  const open = (with_: (opener: Opener) => void): void => void work().then(({ opener }) => with_(opener));
  return {
    run: (...asked) => open((opener) => opener.run(...asked)),
    preview: (...asked) => open((opener) => opener.preview(...asked)),
    report: (...asked) => open((opener) => opener.report(...asked)),
    compare: (...asked) => open((opener) => opener.compare(...asked)),
    table: () => open((opener) => opener.table()),
  };
}

/** Follows links from outside, also one that waits since before the window began anew. */
export function followLinks({ context, logger }: Host, work: () => Promise<Work>): vscode.Disposable {
  const then = (follow: (links: Work['links']) => Promise<void>): Promise<void> =>
    guarded(logger, async () => follow((await work()).links));
  if (keptLink(context.globalState)) void then((links) => links.resume());
  return vscode.window.registerUriHandler({ handleUri: (uri) => then((links) => links.follow(uri)) });
}

/** Offers what agents may ask, to those in the editor and to those outside. */
export function offerToAgents(
  { context, manifest, storage }: Host,
  work: () => Promise<Work>,
): vscode.Disposable {
  return vscode.Disposable.from(
    offerTools(async (name, input) => (await work()).callTool(name, input)),
    offerMcpServer({
      label: manifest.displayName,
      program: context.asAbsolutePath('dist/mcp.js'),
      version: manifest.version,
      args: () => [
        ...places(belongsHere).flatMap(({ dir, accepts }) => (accepts ? [] : [dir])),
        ...['--drafts', storage(agentDraftsFolder)],
      ],
    }),
  );
}

const pageTypes = {
  runs: runPanelType,
  table: runsTableType,
  comparisons: comparePageType,
  reports: reportPanelType,
} as const satisfies Readonly<Record<keyof AllPages, string>>;

/** Brings pages back that were open when the window was reloaded. */
export function bringBackPages(work: () => Promise<Work>): vscode.Disposable {
  const kinds = Object.entries(pageTypes) as [keyof AllPages, string][];
  return vscode.Disposable.from(
    ...kinds.map(([kind, type]) => restorePages(type, async () => (await work()).pages[kind])),
  );
}
