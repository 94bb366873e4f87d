import * as vscode from 'vscode';
import type { Attention } from '../../core/attention/attention';
import { mayNeed, needsRepair, pendingBreakpoints, troubleAt } from '../../core/attention/needsYou';
import { untilItChanges, type SharedAttention } from '../../core/attention/sharedAttention';
import { parseSnoozeTime, snoozeOffers } from '../../core/attention/snoozeTime';
import type { Clock } from '../../core/clock';
import { pickerTitle } from '../../core/commands';
import { CancelledError, NotNowError } from '../../core/errors';
import { visible } from '../../core/format';
import { runsText, shownTitle } from '../../core/order/runMarks';
import { taskTitle } from '../../core/run/run';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import { confirm, withoutIcons } from '../messages';
import { moment } from '../../core/moments';
import { pick, type Targets } from './targets';
import type { Undoing } from './undoing';

export interface SnoozingDeps {
  readonly store: RunStore;
  readonly attention: Attention;
  readonly shared: SharedAttention;
  readonly clock: Clock;
  readonly targets: Targets;
  readonly undoing: Undoing;
}

/** What is put off: a question, or a run that is damaged, ready or failed. */
interface Snoozed {
  readonly stored: StoredRun;
  readonly effectId: string | undefined;
}

/** Puts off what needs the person, or wakes it. */
export class Snoozing {
  constructor(private readonly deps: SnoozingDeps) {}

  /** Finds out what is meant, by the argument or by asking, and until when. */
  async snooze(argument: unknown): Promise<void> {
    const named =
      argument === undefined
        ? await this.#pickNeed()
        : await this.deps.targets.run(argument, pickerTitle('breakpoint.snooze'));
    await this.snoozeUntil(await this.#meant(named));
  }

  /** Asks until when. */
  async snoozeUntil(what: Snoozed): Promise<void> {
    const { attention, shared, clock } = this.deps;
    const { key } = what.stored.run;
    const now = clock.now();
    const snoozed = what.effectId === undefined ? undefined : attention.snoozedUntil(key, what.effectId);
    const offers = snoozeOffers(now).map(({ label, until }) => ({
      label,
      description: moment(until, now),
      until: () => until,
    }));
    const items = [
      ...(snoozed === undefined
        ? []
        : [
            {
              label: '$(bell) Wake now',
              description: `snoozed until ${moment(snoozed, now)}`,
              until: () => undefined,
            },
          ]),
      ...offers,
      ...(what.effectId === undefined
        ? [{ label: 'Until something happens in the run', until: () => untilItChanges }]
        : []),
      { label: 'Choose a time…', until: () => askForTime(clock) },
    ];
    const title = `${pickerTitle('breakpoint.snooze')}: ${titleOf(what)}`;
    const chosen = await pick<vscode.QuickPickItem & { until(): unknown }>(
      items,
      withoutIcons(title),
      'It leaves Needs You until then',
    );
    const until = (await chosen.until()) as number | undefined;
    shared.setSnooze(key, what.effectId, until === undefined ? undefined : { until, at: clock.now() });
    const said =
      until === undefined
        ? 'is awake again'
        : until === untilItChanges
          ? 'is snoozed until something happens in it'
          : `is snoozed until ${moment(until, now)}`;
    vscode.window.setStatusBarMessage(`$(bell-slash) ${withoutIcons(titleOf(what))} ${said}.`, 5000);
  }

  /** Takes damaged or failed runs out of Needs You until they change: those that are meant, or one that the person chooses. */
  async markSeen(argument: unknown, selected: unknown): Promise<void> {
    const { attention, targets, shared, undoing } = this.deps;
    const title = pickerTitle('run.markSeen');
    const chosen =
      argument === undefined
        ? [(await pickTrouble(attention, title)).stored]
        : await targets.runs(argument, selected, title);
    const unseen = chosen
      .map((stored) => ({ stored, at: troubleAt(stored), seen: shared.seenTrouble(stored.run.key) }))
      .filter(({ at, seen }) => at !== undefined && at !== seen);
    const [only] = unseen;
    if (!only) throw new NotNowError('Nothing is wrong here that you have not seen.');
    const others = chosen.length - unseen.length;
    if (chosen.length > 1) {
      const detail = [
        'They leave Needs You until something happens in them.',
        others === 0 ? '' : `${runsText(others)} did not fail, or you have seen it.`,
        'You can undo this.',
      ];
      const question = `Mark ${runsText(unseen.length)} as seen?`;
      await confirm(question, detail.filter(Boolean).join('\n'), title);
    }
    for (const { stored } of unseen) attention.markSeen(stored.run.key);
    const what = chosen.length === 1 ? `"${visible(shownTitle(only.stored))}"` : runsText(unseen.length);
    undoing.did(
      `Marked ${what} as seen`,
      () => {
        // Nothing happened at the beginning of time.
        for (const { stored, seen = 0 } of unseen) shared.setSeenTrouble(stored.run.key, seen);
      },
      chosen.length === 1,
    );
  }

  /** A run that asks one thing means that; one that is damaged, ready or failed means itself. */
  async #meant({ stored, effectId }: Snoozed): Promise<Snoozed> {
    const open = pendingBreakpoints(stored.run);
    if (effectId !== undefined) {
      if (open.some(({ effect }) => effect.effectId === effectId)) return { stored, effectId };
      throw new NotNowError('This question is not open any more.');
    }
    if (!mayNeed(stored)) throw new NotNowError('Nothing in this run needs you.');
    if (needsRepair(stored) || stored.state.state !== 'needs-you') return { stored, effectId };
    const items = open.map(({ effect, task }) => ({
      label: withoutIcons(visible(taskTitle(effect, task))),
      effectId: effect.effectId,
    }));
    const [only] = items;
    const chosen =
      items.length === 1 && only
        ? only
        : await pick(items, pickerTitle('breakpoint.snooze'), 'Choose a question');
    return { stored, effectId: chosen.effectId };
  }

  async #pickNeed(): Promise<Snoozed> {
    const { store, attention, clock } = this.deps;
    const needs = attention.needs.map((need) => ({
      stored: need.stored,
      effectId: need.kind === 'breakpoint' ? need.effect.effectId : undefined,
    }));
    const asleep = store.all.flatMap((stored) =>
      pendingBreakpoints(stored.run)
        .map(({ effect: { effectId } }) => ({ stored, effectId }))
        .filter(({ effectId }) => attention.snoozedUntil(stored.run.key, effectId) !== undefined),
    );
    const items = [...needs, ...asleep].map((what) => {
      const until =
        what.effectId === undefined ? undefined : attention.snoozedUntil(what.stored.run.key, what.effectId);
      return {
        label: withoutIcons(titleOf(what)),
        description: [
          what.effectId === undefined ? '' : withoutIcons(visible(shownTitle(what.stored))),
          until === undefined ? '' : `snoozed until ${moment(until, clock.now())}`,
        ]
          .filter(Boolean)
          .join(' · '),
        what,
      };
    });
    if (items.length === 0) throw new NotNowError('Nothing needs you, so there is nothing to snooze.');
    return (await pick(items, pickerTitle('breakpoint.snooze'), 'Choose what to put off')).what;
  }
}

async function pickTrouble(attention: Attention, title: string): Promise<{ readonly stored: StoredRun }> {
  const items = attention.needs
    .filter(({ kind }) => kind === 'damaged' || kind === 'failed')
    .map(({ stored }) => ({
      label: withoutIcons(visible(shownTitle(stored))),
      description: withoutIcons(visible(stored.state.next.reason)),
      stored,
    }));
  if (items.length === 0) throw new NotNowError('No damaged or failed run is in Needs You.');
  return pick(items, title, 'It leaves Needs You until it changes');
}

function titleOf({ stored, effectId }: Snoozed): string {
  const effect = stored.run.story.effects.get(effectId ?? '');
  return visible(
    effect ? taskTitle(effect, stored.run.pendingTasks.get(effect.effectId)) : shownTitle(stored),
  );
}

/** @throws CancelledError when the person leaves */
async function askForTime(clock: Clock): Promise<number> {
  const text = await vscode.window.showInputBox({
    title: 'Snooze Until',
    ignoreFocusOut: true,
    prompt: 'For example: 45 min, 3 h, 16:30, tomorrow 8:00, friday, 2026-12-24 10:00',
    validateInput: (value) => {
      if (value.trim() === '') return undefined;
      const until = parseSnoozeTime(value, clock.now());
      return until === undefined
        ? 'That is not a time in the future. Try "45 min", "16:30" or "tomorrow 8:00".'
        : {
            message: `Until ${moment(until, clock.now())}`,
            severity: vscode.InputBoxValidationSeverity.Info,
          };
    },
  });
  const until = parseSnoozeTime(text ?? '', clock.now());
  if (until === undefined) throw new CancelledError();
  return until;
}
