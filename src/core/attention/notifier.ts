import type { Clock } from '../clock';
import { DisposableStore, MutableDisposable, type Disposable } from '../disposables';
import { count, cutAtWord, list, visible } from '../format';
import type { Effect } from '../run/effect';
import { runTitle, taskTitle, type Run } from '../run/run';
import { keyText, type RunKey } from '../run/runKey';
import type { RunStore, StoredRun } from '../source/runStore';
import type { Attention } from './attention';
import type { Claim, SharedAttention } from './sharedAttention';

export interface NotifySettings {
  readonly breakpoints: boolean;
  readonly completed: boolean;
  readonly failed: boolean;
  /** Completed and failed runs that the person carried on are told in any case. */
  readonly mine: boolean;
  /** 0: no reminders. */
  readonly reminderMinutes: number;
}

/** One thing that a notification tells of. */
export interface NoticeItem {
  readonly kind: 'breakpoint' | 'completed' | 'failed';
  readonly runKey: RunKey;
  /** Of a breakpoint. */
  readonly effectId?: string;
}

/** One notification. */
export interface Notice {
  readonly items: readonly NoticeItem[];
  /** Safe to be shown as plain text. */
  readonly sentence: string;
}

export interface NotifierDeps {
  readonly clock: Clock;
  readonly store: RunStore;
  readonly attention: Attention;
  readonly shared: SharedAttention;
  /** The workspace's folders, which tell whether it was open before. */
  readonly workspace: string;
  settings(): NotifySettings;
  /** Whether the person is looking at the page of this run right now. */
  isLookedAt(key: RunKey): boolean;
  /** Whether this window carries the run on right now, which tells by itself how it goes. */
  isIterating(key: RunKey): boolean;
  /** Whether the person iterated or resumed this run here. */
  isMine(key: RunKey): boolean;
  /** Whether the person is in this window. */
  isFocused(): boolean;
  show(notice: Notice): void;
}

interface Found extends NoticeItem {
  readonly claim: Claim;
  readonly reminder: boolean;
  /** It is known to the person without a notification. */
  readonly quiet: boolean;
}

/** What comes within so many milliseconds of each other is told together, but no later than the second. */
const gather = { within: 2000, atMost: 6000 };
/** A window without the person lets the one with the person go first. */
const politeFor = 500;
/** So long after all places were looked at, nothing old comes any more. */
const startFor = 3000;

/**
 * Tells the person once, in one window, what newly needs them. While a window opens it is silent, but for one summary
 * of what came since the workspace was open last.
 */
export class Notifier implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #since: number;
  readonly #wasOpenBefore: boolean;
  /** What was told or passed over, by its claim. */
  readonly #done = new Set<string>();
  /** What was found and is told together soon. */
  readonly #found = new Map<string, Found>();
  /** What was there already while this window opens; `undefined` afterwards. */
  #old: Map<string, Found> | undefined = new Map();
  readonly #startTimer = this.#disposables.add(new MutableDisposable());
  readonly #reminderTimer = this.#disposables.add(new MutableDisposable());
  readonly #flushTimer = this.#disposables.add(new MutableDisposable());
  /** When what was found is told at the latest; `undefined`: nothing was found. */
  #flushBy: number | undefined;

  constructor(private readonly deps: NotifierDeps) {
    const { clock, store, attention, shared, workspace } = deps;
    this.#since = clock.now();
    this.#wasOpenBefore = !shared.claim({ kind: 'workspace', about: workspace, detail: '' });
    this.#disposables.add(store.onDidChange(({ keys }) => this.#lookAtEnds(keys)));
    this.#disposables.add(attention.onDidChange(() => this.update()));
    this.#waitForStart();
    this.update();
  }

  /** Looks at all questions; also after a setting changed. */
  update(): void {
    const { clock, attention } = this.deps;
    let reminderAt: number | undefined;
    for (const need of attention.needs) {
      if (need.kind !== 'breakpoint') continue;
      const next = this.#lookAtQuestion(need.stored.run, need.effect);
      if (next !== undefined) reminderAt = Math.min(next, reminderAt ?? next);
    }
    this.#reminderTimer.set(
      reminderAt === undefined
        ? undefined
        : clock.after(Math.max(0, reminderAt - clock.now()), () => this.update()),
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** @returns when its reminder is due; `undefined`: none is to come */
  #lookAtQuestion({ key, updatedAt }: Run, { effectId, requestedAt }: Effect): number | undefined {
    const { clock, shared, settings } = this.deps;
    const asked = requestedAt ?? updatedAt;
    // A question that was put off is new again when its time has come.
    const woken = shared.snooze(key, effectId)?.until;
    const detail = woken === undefined ? effectId : `${effectId} ${woken}`;
    const item = { kind: 'breakpoint', runKey: key, effectId } as const;
    const old = Math.max(asked, woken ?? 0) < this.#since;
    this.#find({ ...item, claim: { kind: 'question', about: keyText(key), detail }, reminder: false }, old);
    const minutes = settings().reminderMinutes;
    if (minutes <= 0) return undefined;
    const due = Math.max(asked, woken ?? 0, this.#since) + minutes * 60_000;
    if (due > clock.now()) return due;
    this.#find({ ...item, claim: { kind: 'reminder', about: keyText(key), detail }, reminder: true }, false);
    return undefined;
  }

  /** Ends from before this window are no news. */
  #lookAtEnds(keys: Iterable<RunKey>): void {
    for (const key of keys) {
      const stored = this.deps.store.get(key);
      const state = stored?.state.state;
      const kind = state === 'partial' ? 'failed' : state;
      const end = stored?.run.story.end;
      if (kind !== 'completed' && kind !== 'failed') continue;
      if (end?.at === undefined || end.at < this.#since || end.sealed) continue;
      this.#find(
        {
          kind,
          runKey: key,
          claim: { kind: 'end', about: keyText(key), detail: String(end.at) },
          reminder: false,
        },
        false,
      );
    }
  }

  #find(item: Omit<Found, 'quiet'>, old: boolean): void {
    const key = keyOf(item.claim);
    if (this.#done.has(key) || this.#found.has(key) || this.#old?.has(key)) return;
    const found = { ...item, quiet: this.deps.isIterating(item.runKey) };
    if (old && this.#old) {
      this.#old.set(key, found);
      // More may follow.
      this.#waitForStart();
      return;
    }
    this.#found.set(key, found);
    const { clock, isFocused } = this.deps;
    const polite = isFocused() ? 0 : politeFor;
    this.#flushBy ??= clock.now() + gather.atMost + polite;
    const at = Math.min(clock.now() + gather.within + polite, this.#flushBy);
    this.#flushTimer.set(clock.after(at - clock.now(), () => this.#flush()));
  }

  #waitForStart(): void {
    this.#startTimer.set(this.deps.clock.after(startFor, () => this.#start()));
  }

  #start(): void {
    if (!this.deps.store.loaded) return this.#waitForStart();
    const old = [...(this.#old?.values() ?? [])];
    this.#old = undefined;
    const told = this.#claimed(old);
    if (this.#wasOpenBefore && told.length > 0) this.#show(told, awaySentence(told.length));
  }

  #flush(): void {
    this.#flushBy = undefined;
    const found = [...this.#found.values()];
    this.#found.clear();
    const told = this.#claimed(found);
    if (told.length > 0) this.#show(told, this.#sentence(told));
  }

  /** Those of the found that this window is to tell; all of them are done with. */
  #claimed(found: readonly Found[]): readonly Found[] {
    const { shared, settings, isLookedAt, isMine } = this.deps;
    const { breakpoints, completed, failed, mine } = settings();
    const wanted = { breakpoint: breakpoints, completed, failed };
    return found.filter((item) => {
      // Answered or put off meanwhile: if it is woken, it is found again.
      if (!this.#isStillSo(item)) return false;
      this.#done.add(keyOf(item.claim));
      const isWanted = wanted[item.kind] || (item.kind !== 'breakpoint' && mine && isMine(item.runKey));
      // The end of a run may be wanted in the window where the person carried it on.
      if (!isWanted && item.kind !== 'breakpoint') return false;
      // Claimed even if it is not told here, so that nobody else tells it.
      const won = shared.claim(item.claim);
      return won && isWanted && !item.quiet && !isLookedAt(item.runKey);
    });
  }

  #isStillSo({ kind, runKey, effectId }: Found): boolean {
    const { store, attention } = this.deps;
    const stored = store.get(runKey);
    if (!stored) return false;
    if (effectId === undefined) return stored.state.state === kind;
    return (
      stored.run.story.effects.get(effectId)?.status === 'pending' &&
      attention.snoozedUntil(runKey, effectId) === undefined
    );
  }

  #show(told: readonly Found[], sentence: string): void {
    const items = told.map(({ kind, runKey, effectId }) => ({
      kind,
      runKey,
      ...(effectId === undefined ? {} : { effectId }),
    }));
    this.deps.show({ items, sentence });
  }

  #sentence(told: readonly Found[]): string {
    const [first, ...others] = told;
    const stored = first && this.deps.store.get(first.runKey);
    if (stored && others.length === 0) return this.#sentenceOfOne(first, stored);
    const number = (kind: Found['kind']): number => told.filter((item) => item.kind === kind).length;
    const [questions, failed, completed] = [number('breakpoint'), number('failed'), number('completed')];
    const still = told.every(({ reminder }) => reminder) ? 'still ' : '';
    const parts = [
      questions === 0
        ? ''
        : `${count(questions, 'question')} ${still}${questions === 1 ? 'waits' : 'wait'} for you`,
      failed === 0 ? '' : `${count(failed, 'run')} failed`,
      completed === 0 ? '' : `${count(completed, 'run')} ${completed === 1 ? 'is' : 'are'} completed`,
    ].filter(Boolean);
    return `${list(parts)}.`;
  }

  #sentenceOfOne({ kind, effectId, reminder }: Found, { run, state }: StoredRun): string {
    const title = visible(runTitle(run));
    if (kind === 'completed') return `"${title}" is completed.`;
    if (kind === 'failed') return `"${title}" failed: ${visible(cutAtWord(state.reason, 200))}`;
    const effect = run.story.effects.get(effectId ?? '');
    const asked = effect ? visible(taskTitle(effect, run.pendingTasks.get(effect.effectId))) : '';
    return `A question ${reminder ? 'still waits' : 'waits'} for you: "${asked}" in "${title}".`;
  }
}

function awaySentence(n: number): string {
  return `${count(n, 'question')} came while this workspace was closed and ${n === 1 ? 'waits' : 'wait'} for you.`;
}

function keyOf({ kind, about, detail }: Claim): string {
  return `${kind}\n${about}\n${detail}`;
}
