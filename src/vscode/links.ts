import * as vscode from 'vscode';
import { pickerTitle } from '../core/commands';
import { HumanError } from '../core/errors';
import { visible } from '../core/format';
import { LinkFollower, type LinkFollowerDeps } from '../core/links/linkFollower';
import { parseLink, linkText, type RunLink } from '../core/links/runLink';
import type { StoredRun } from '../core/source/runStore';
import { pick, toRunItem } from './commands/targets';
import { keepLink, keptLink } from './keptLink';
import { tell, withoutIcons } from './messages';
import type { Opener } from './opener';
import type { OpenedRuns } from './tree/openedRuns';

export interface LinksDeps extends Pick<LinkFollowerDeps, 'store' | 'clock'> {
  /** Outlives the window. */
  readonly memory: vscode.Memento;
  readonly opened: OpenedRuns;
  readonly opener: Pick<Opener, 'run'>;
}

/** Opens what links from outside lead to, and does nothing else with it. */
export class Links {
  readonly #follower: LinkFollower;

  constructor(private readonly deps: LinksDeps) {
    const { store, clock, memory } = deps;
    this.#follower = new LinkFollower({
      ...{ store, clock },
      kept: () => {
        const { path, at } = keptLink(memory) ?? {};
        const link = path === undefined ? undefined : parseLink(path);
        return link && at !== undefined ? { link, at } : undefined;
      },
      keep: async (kept) => keepLink(memory, kept && { path: pathOf(kept.link), at: kept.at }),
      open: (link, runs) => this.#open(link, runs),
      tellMissing: (link) => tellMissing(link),
    });
  }

  /** @throws HumanError when it leads to no run */
  async follow({ path }: vscode.Uri): Promise<void> {
    const link = parseLink(path);
    if (!link) throw new HumanError('The link leads to no run: it is not one that Copy Link made.');
    await this.#follower.follow(link);
  }

  /** Goes on with a link whose run's folder was opened in this window meanwhile. */
  async resume(): Promise<void> {
    await this.#follower.resume();
  }

  dispose(): void {
    this.#follower.dispose();
  }

  async #open({ part }: RunLink, runs: readonly StoredRun[]): Promise<void> {
    const [first] = runs;
    const stored = runs.length > 1 ? await choose(runs) : first;
    if (!stored) return;
    const { opened, opener } = this.deps;
    const { key } = stored.run;
    if (!part || part.kind === 'event') return opener.run(key, part);
    const run = (await opened.get(key))?.run;
    const isThere = run?.story.effects.has(part.effectId) ?? false;
    opener.run(key, isThere ? part.effectId : undefined);
    if (!isThere) tell('info', `The run has no ${part.kind} ${visible(part.effectId)}.`);
  }
}

function pathOf(link: RunLink): string {
  return vscode.Uri.parse(linkText(vscode.env.uriScheme, link)).path;
}

/** @throws CancelledError when the person picks nothing */
async function choose(runs: readonly StoredRun[]): Promise<StoredRun> {
  const items = runs.map((stored) => ({
    ...toRunItem(stored),
    detail: withoutIcons(visible(`${stored.engine.name} · ${stored.run.location}`)),
  }));
  const place = 'Several runs have this id. Choose one';
  return (await pick(items, pickerTitle('run.open'), place)).stored;
}

function tellMissing({ runId }: RunLink): void {
  tell('warning', `The run ${visible(runId)} is not in this window. Open the folder of its project.`, [
    { title: 'Open Folder…', run: () => vscode.commands.executeCommand('vscode.openFolder') },
  ]);
}
