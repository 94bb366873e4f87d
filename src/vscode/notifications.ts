import { Notifier, type Notice, type NotifierDeps } from '../core/attention/notifier';
import { commandTitle } from '../core/commands';
import { views } from '../core/contract';
import type { Disposable } from '../core/disposables';
import * as vscode from 'vscode';
import { tell, type Choice } from './messages';
import type { Opener } from './opener';
import type { LookedAt } from './panel/lookedAt';
import { whileStillSo } from './stillSo';
import { onSettingsChange, setting } from './settings';
import type { RunKey } from '../core/run/runKey';

export interface NotificationDeps extends Omit<
  NotifierDeps,
  'settings' | 'isFocused' | 'isLookedAt' | 'show'
> {
  readonly pages: LookedAt;
  readonly opener: Pick<Opener, 'run' | 'report'>;
}

/** Says what newly needs the person, in notifications. */
export function showNotifications({ pages, opener, ...deps }: NotificationDeps): Disposable {
  const canBeAnswered = (key: RunKey): boolean =>
    deps.store.get(key)?.engine.can.has('breakpoint.answer') ?? false;
  const notifier = new Notifier({
    ...deps,
    settings: () => ({
      breakpoints: setting('notify.breakpoints'),
      completed: setting('notify.completed'),
      failed: setting('notify.failed'),
      mine: setting('notify.mine'),
      reminderMinutes: setting('notify.reminderMinutes'),
    }),
    isFocused: () => vscode.window.state.focused,
    isLookedAt: (key) => pages.lookedAt.includes(key),
    show: (notice) =>
      tell(
        severityOf(notice),
        notice.sentence,
        choicesFor(notice, opener, canBeAnswered).map((choice) =>
          choice === later ? later : whileStillSo(choice, notice.items, { store: deps.store, opener }),
        ),
      ),
  });
  const settings = onSettingsChange(['notify.reminderMinutes'], () => notifier.update());
  return vscode.Disposable.from(notifier, settings);
}

const later: Choice = { title: 'Later', run: () => {} };

function severityOf({ items }: Notice): 'info' | 'warning' {
  return items.some(({ kind }) => kind === 'failed') ? 'warning' : 'info';
}

function choicesFor(
  { items }: Notice,
  opener: NotificationDeps['opener'],
  canBeAnswered: (key: RunKey) => boolean,
): readonly Choice[] {
  const [only] = items;
  if (!only || items.length > 1) {
    return [{ title: 'Show', run: () => vscode.commands.executeCommand(`${views.needsYou}.focus`) }, later];
  }
  const open: Choice = { title: 'Open', run: () => opener.run(only.runKey) };
  if (only.kind === 'completed') {
    return [{ title: commandTitle('run.report'), run: () => opener.report(only.runKey) }, open, later];
  }
  if (only.kind !== 'breakpoint' || !canBeAnswered(only.runKey)) return [open, later];
  return [{ title: 'Answer', run: () => opener.run(only.runKey, only.effectId) }, open, later];
}
