import * as vscode from 'vscode';
import { capital } from '../../core/format';
import { titleOfIteration } from '../../core/run/iterations';
import { pickerTitle } from '../../core/commands';
import { oneAtATime } from '../../core/oneAtATime';
import { comparing } from '../../core/views/compare/compareRuns';
import type { Side } from '../../core/views/compare/comparison';
import {
  fromCompare,
  parseKeptSides,
  toKeptSides,
  type ComparedSides,
  type FromCompare,
  type SideReference,
  type ToCompare,
} from '../../core/views/compare/protocol';
import { comparePageType } from '../../core/contract';
import { DisposableStore } from '../../core/disposables';
import { HumanError, runDeleted } from '../../core/errors';
import { visible } from '../../core/format';
import type { Logger } from '../../core/log';
import { cleaner } from '../../core/views/report/cleanText';
import { parseJson } from '../../core/run/lenient';
import { runTitle, taskTitle } from '../../core/run/run';
import { secretsIn } from '../../core/run/secrets';
import type { RunKey } from '../../core/run/runKey';
import { sameWork, type RunWork, type SessionWork } from '../../core/sessions/runWork';
import type { InSlices } from '../../core/sliced';
import type { DocumentName } from '../../core/source/documentName';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import type { OpenedRun } from '../../core/views/tree/buildTree';
import type { Opener } from '../opener';
import { openRunDocument, storyUri, taskUri, valueUri } from '../runDocuments';
import { metricChoice, onSettingsChange } from '../settings';
import type { OpenedRuns } from '../tree/openedRuns';
import type { Page, PageKind } from './pages';
import { besides, listen, showPage, whileOpen } from './pageShell';

export interface ComparePagesDeps {
  readonly store: RunStore;
  readonly opened: OpenedRuns;
  readonly logger: Logger;
  readonly extensionUri: vscode.Uri;
  readonly inSlices: InSlices;
  readonly sessionWork: SessionWork;
  readonly opener: Pick<Opener, 'run'>;
}

/** The pages that compare two runs or iterations, one for each two. */
export function comparePages(deps: ComparePagesDeps): PageKind<ComparedSides, never> {
  return {
    type: comparePageType,
    title: pickerTitle('run.compare'),
    // Two pages show the same once the sides of one were swapped.
    keepsTwins: true,
    keyOf: parseKeptSides,
    create: (panel, sides) => new ComparePage(panel, sides, deps),
  };
}

class ComparePage implements Page<ComparedSides, never> {
  readonly #disposables = new DisposableStore();
  readonly #attended = new Set<RunKey>();
  #sides: ComparedSides;
  #ready = false;
  readonly #update = oneAtATime(() => whileOpen(this.panel, () => this.#updateOnce()));
  /** What agents did, as far as it was read. */
  readonly #work = new Map<RunKey, RunWork | undefined>();
  /** What was compared last: nothing changes as long as these are the same. */
  #compared: readonly unknown[] = [];

  constructor(
    private readonly panel: vscode.WebviewPanel,
    sides: ComparedSides,
    private readonly deps: ComparePagesDeps,
  ) {
    this.#sides = sides;
    this.#disposables.add(
      listen(panel, 'The comparison', fromCompare, (message) => this.#handle(message), deps.logger),
    );
    this.#disposables.add(
      deps.store.onDidChange(({ keys }) => {
        // Runs that are read later, after a reload of the window, arrive here too.
        if (keys.size === 0 || this.#keys.some((key) => keys.has(key))) void this.#update();
      }),
    );
    this.#disposables.add(
      onSettingsChange(['agentSessions.read', 'agentSessions.cost', 'agentSessions.prices'], () => {
        this.#work.clear();
        void this.#update();
      }),
    );
    this.#disposables.add(panel.onDidChangeViewState(() => panel.visible && void this.#update()));
    showPage(panel, deps.extensionUri, {
      name: 'compare',
      title: pickerTitle('run.compare'),
      data: { sides: JSON.stringify(toKeptSides(sides)) },
    });
  }

  get #keys(): readonly RunKey[] {
    return [this.#sides.left.runKey, this.#sides.right.runKey];
  }

  shows({ left, right }: ComparedSides): boolean {
    const same = (a: SideReference, b: SideReference): boolean => a.runKey === b.runKey && a.n === b.n;
    return same(this.#sides.left, left) && same(this.#sides.right, right);
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.#disposables.dispose();
    this.panel.dispose();
  }

  async #handle(message: FromCompare): Promise<void> {
    const { left, right } = this.#sides;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#compared = [];
        return this.#update();
      case 'swap':
        this.#sides = { left: right, right: left };
        return this.#update();
      case 'diff': {
        const { what } = message;
        const uri = ({ runKey, n }: SideReference): vscode.Uri =>
          what === 'story' ? storyUri(runKey, this.#stored(runKey).run.runId, n) : valueUri(runKey, what);
        const names = {
          inputs: 'Inputs',
          output: 'Results',
          story: left.n === undefined ? 'Runs' : 'Iterations',
        };
        return this.#diff(uri(left), uri(right), names[what]);
      }
      case 'diffTask': {
        const opened = await this.deps.opened.get(left.runKey);
        const effect = opened?.run.story.effects.get(message.left);
        const title = effect ? taskTitle(effect, opened?.details.tasks.get(message.left)) : 'Task';
        return this.#diff(
          valueUri(left.runKey, message.what, message.left),
          valueUri(right.runKey, message.what, message.right),
          `${message.what === 'task-inputs' ? 'Inputs' : 'Results'} of ${visible(title)}`,
        );
      }
      case 'openTask': {
        const { runKey } = this.#sides[message.side];
        const opened = await this.deps.opened.get(runKey);
        const effect = opened?.run.story.effects.get(message.effectId);
        if (!effect) throw new HumanError('The run has no such task.');
        const title = taskTitle(effect, opened?.details.tasks.get(message.effectId));
        return openRunDocument(taskUri(runKey, message.effectId, title), besides(this.panel));
      }
      case 'openRun':
        return this.deps.opener.run(this.#stored(this.#sides[message.side].runKey).run.key);
      default:
        return message satisfies never;
    }
  }

  async #diff(left: vscode.Uri, right: vscode.Uri, what: string): Promise<void> {
    const name = async ({ runKey, n }: SideReference): Promise<string> =>
      n === undefined
        ? visible(runTitle(this.#stored(runKey).run))
        : titleOfIteration((await this.deps.opened.get(runKey))?.iterations.list ?? [], n);
    const title = `${what}: ${await name(this.#sides.left)} ↔ ${await name(this.#sides.right)}`;
    await vscode.commands.executeCommand('vscode.diff', left, right, title, {
      preview: true,
      viewColumn: besides(this.panel),
    });
  }

  #stored(key: RunKey): StoredRun {
    const stored = this.deps.store.get(key);
    if (!stored) throw new HumanError(runDeleted);
    return stored;
  }

  async #updateOnce(): Promise<void> {
    const { store, opened, inSlices } = this.deps;
    if (!this.#ready || !this.panel.visible) return;
    const { left, right } = this.#sides;
    for (const key of this.#keys) {
      if (!store.get(key)) {
        if (store.loaded) this.#post({ type: 'gone', sentence: 'One of the runs was deleted.' });
        return;
      }
      // Somebody looks at the runs, so their changes are to be seen at once, even if they were finished.
      if (!this.#attended.has(key)) this.#disposables.add(store.attend(key));
      this.#attended.add(key);
    }
    const [a, b] = [await opened.get(left.runKey), await opened.get(right.runKey)];
    const [storedA, storedB] = [store.get(left.runKey), store.get(right.runKey)];
    if (!a || !b || !storedA || !storedB) return;
    const works = this.#keys.map((key) => this.#work.get(key));
    const compared = [this.#sides, a, b, storedA.state.state, storedB.state.state, ...works];
    if (compared.every((item, i) => item === this.#compared[i])) return;
    const [x, y] = [await this.#side(storedA, a, left), await this.#side(storedB, b, right)];
    if (!x || !y) {
      this.#post({ type: 'gone', sentence: 'The run no longer has this iteration.' });
      return;
    }
    this.#compared = compared;
    const clean = cleaner(
      [...(await this.#secrets(left.runKey)), ...(await this.#secrets(right.runKey))],
      [],
    );
    const options = { now: Date.now(), metric: metricChoice(), clean };
    const view = await inSlices(comparing(x, y, options));
    const [one, other] = view.sides.map(({ title, iteration }) => capital(iteration ?? title));
    this.panel.title = `${one} ↔ ${other}`;
    this.#post({ type: 'view', view });
    void this.#readWork([a, b]);
  }

  /** Reading what agents did takes its time, so the page is there before. */
  async #readWork(sides: readonly OpenedRun[]): Promise<void> {
    let changed = false;
    for (const { run } of sides) {
      const work = await this.deps.sessionWork.of(run, true);
      if (sameWork(work, this.#work.get(run.key))) continue;
      this.#work.set(run.key, work);
      changed = true;
    }
    if (changed) await this.#update();
  }

  async #side(stored: StoredRun, opened: OpenedRun, { runKey, n }: SideReference): Promise<Side | undefined> {
    const iteration = opened.iterations.list.find((known) => known.n === n);
    if (n !== undefined && !iteration) return undefined;
    const [inputs, output] = [await this.#value(runKey, 'inputs'), await this.#value(runKey, 'output')];
    return { stored, opened, iteration, inputs, output, work: this.#work.get(runKey) };
  }

  async #value(key: RunKey, name: DocumentName): Promise<unknown> {
    const json = parseJson(await this.#text(key, name));
    return 'value' in json ? json.value : undefined;
  }

  async #secrets(key: RunKey): Promise<readonly string[]> {
    return secretsIn(await this.#text(key, 'run'));
  }

  /** Empty where it cannot be read. */
  async #text(key: RunKey, name: DocumentName): Promise<string> {
    const part = await this.deps.store.sourceOf(key)?.document(key, name);
    return part && 'text' in part ? part.text : '';
  }

  #post(message: ToCompare): void {
    void this.panel.webview.postMessage(message);
  }
}
