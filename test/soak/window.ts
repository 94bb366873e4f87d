import { setTimeout as delay } from 'node:timers/promises';
import { Attention } from '../../src/core/attention/attention';
import { KnownRuns } from '../../src/core/attention/knownRuns';
import { Notifier } from '../../src/core/attention/notifier';
import { systemClock, type Clock } from '../../src/core/clock';
import { DisposableStore, type Disposable } from '../../src/core/disposables';
import { enginesOf } from '../../src/core/engine/runEngine';
import type { Logger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { RunStore } from '../../src/core/source/runStore';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { DigestIndex } from '../../src/engines/babysitter/node/digestIndex';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { AttentionFiles } from '../../src/node/attentionFiles';

/** A clock that somebody sets. */
export class JumpingClock implements Clock {
  /** Milliseconds by which it is wrong. */
  offset = 0;
  readonly after = systemClock.after;

  now(): number {
    return Date.now() + this.offset;
  }
}

/** What a window on a workspace knows and tells, without what it draws. */
export class Window implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly store: RunStore;
  readonly #attention: Attention;

  /**
   * @param shared the folder in which windows tell each other what they told
   * @param told gets every question that a person is told of: folder and effect
   */
  constructor(
    { workspace, shared, index }: { workspace: string; shared: string; index: string },
    clock: Clock,
    logger: Logger,
    told: (question: string) => void,
  ) {
    const files = this.#disposables.add(new AttentionFiles(shared, clock, logger));
    this.store = this.#disposables.add(
      new RunStore(clock, enginesOf(babysitterEngine), {
        activityWindow: defaultActivityWindow,
        known: new KnownRuns(files, () => this.store.all),
      }),
    );
    this.#attention = this.#disposables.add(
      new Attention(this.store, files, clock, () => ({
        ready: true,
        failed: true,
        activityWindow: defaultActivityWindow,
      })),
    );
    this.#disposables.add(
      this.store.add(new FsRunSource({ dir: workspace, holds: 'project' }, logger, new DigestIndex(index))),
    );
    this.#disposables.add(
      new Notifier({
        ...{ clock, store: this.store, attention: this.#attention, shared: files, workspace },
        settings: () => ({
          breakpoints: true,
          completed: false,
          mine: false,
          failed: false,
          reminderMinutes: 0,
        }),
        isLookedAt: () => false,
        isMine: () => false,
        isIterating: () => false,
        isFocused: () => true,
        show: ({ items }) => {
          for (const { runKey, effectId } of items) told(`${keyText(runKey)} ${effectId}`);
        },
      }),
    );
  }

  /** How many events a run has; `undefined`: it has no row. */
  eventsOf(dir: string): number | undefined {
    return this.store.get(asRunKey(dir))?.run.eventCount;
  }

  /** Events of each run by folder. */
  get rows(): ReadonlyMap<string, number> {
    return new Map(this.store.all.map(({ run }) => [keyText(run.key), run.eventCount]));
  }

  /** The questions that wait for the person: folder and effect. */
  get questions(): readonly string[] {
    return this.#attention.needs.flatMap((need) =>
      need.kind === 'breakpoint' ? [`${keyText(need.stored.run.key)} ${need.effect.effectId}`] : [],
    );
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

/** Waits until something is so. @returns false when it is not so within the time, in milliseconds */
export async function settled(isSo: () => boolean, within: number): Promise<boolean> {
  const end = performance.now() + within;
  while (!isSo()) {
    if (performance.now() > end) return false;
    await delay(50);
  }
  return true;
}
