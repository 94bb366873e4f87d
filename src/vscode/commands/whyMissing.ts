import * as vscode from 'vscode';
import { pickerTitle } from '../../core/commands';
import { whyMissing, type LookedPlace, type MissingReason } from '../../core/source/whyMissing';
import type { RunStore } from '../../core/source/runStore';
import { withoutIcons } from '../messages';
import { openSetting, setting } from '../settings';
import type { RunArrangement } from '../tree/runArrangement';
import { workspaceFolders } from '../workspacePlaces';
import { pick } from './targets';

export interface WhyMissingDeps {
  readonly store: RunStore;
  readonly arrangement: RunArrangement;
  /** Looks at all places of runs. */
  readonly lookAround: () => Promise<readonly LookedPlace[]>;
  /** Looks for runs of other engines that cannot be read: see `MissingFacts.elsewhere`. */
  readonly keptElsewhere: () => Promise<readonly string[]>;
}

/** Lists the places that were looked at and what was left out, and does what would show it. */
export async function tellWhyMissing(deps: WhyMissingDeps): Promise<void> {
  const { store, arrangement } = deps;
  const reasons = whyMissing({
    places: await deps.lookAround(),
    elsewhere: await deps.keptElsewhere(),
    folders: workspaceFolders(),
    globalRuns: setting('globalRuns'),
    hidden: store.all.length - arrangement.list.shown,
    filter: arrangement.description ?? '',
    loaded: store.loaded,
  });
  const { fix } = await pick(
    reasons.map(({ label, detail, fix }) => ({
      label: withoutIcons(label),
      detail: withoutIcons(detail),
      fix,
    })),
    pickerTitle('runs.whyMissing'),
    'Where runs were looked for, and what was left out',
  );
  await change(fix, arrangement);
}

async function change(fix: MissingReason['fix'], arrangement: RunArrangement): Promise<void> {
  switch (fix) {
    case undefined:
      return;
    case 'clearFilter':
      arrangement.clearFilter();
      return;
    case 'openFolder':
      await vscode.commands.executeCommand('vscode.openFolder');
      return;
    default:
      await openSetting(fix);
  }
}
