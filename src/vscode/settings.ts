import * as vscode from 'vscode';
import type { NeedsOptions } from '../core/attention/needsYou';
import { prefix } from '../core/contract';
import type { MetricChoice } from '../core/run/metrics';
import type { JudgeOptions } from '../core/run/judgement';
import { settingNumbers } from '../core/settingNumbers';
import type { SettingName, Settings } from '../core/settings';

/** Reads a setting. VS Code keeps restricted ones at their trusted value while the workspace is not trusted. */
export function setting<K extends SettingName>(name: K, scope?: vscode.Uri): Settings[K] {
  // The manifest gives every setting a default.
  return vscode.workspace.getConfiguration(prefix, scope).get<Settings[K]>(name) as Settings[K];
}

/** Shows a setting in the editor of settings. */
export async function openSetting(name: SettingName): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openSettings', `${prefix}.${name}`);
}

/** Calls back when one of the settings changes. */
export function onSettingsChange(names: readonly SettingName[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${prefix}.${name}`))) listener();
  });
}

/** What settings say, read anew at each call, and an event for when that may have changed. */
export interface ConfigValue<T> {
  (): T;
  onDidChange(listener: () => void): vscode.Disposable;
}

function configValue<T>(names: readonly (keyof Settings)[], read: () => T): ConfigValue<T> {
  return Object.assign(() => read(), {
    onDidChange: (listener: () => void) => onSettingsChange(names, listener),
  });
}

export const metricChoice = configValue(
  ['metrics.key', 'metrics.best', 'metrics.lowerIsBetter'],
  (): MetricChoice => {
    const key = setting('metrics.key').trim();
    return {
      key: key === '' ? undefined : key,
      best: setting('metrics.best'),
      lowerIsBetter: setting('metrics.lowerIsBetter').map((name) => name.trim()),
    };
  },
);

export function classifyOptions(): JudgeOptions {
  const seconds = setting('activityWindow');
  return {
    activityWindow:
      (Number.isFinite(seconds) && seconds > 0 ? seconds : settingNumbers.activityWindow.default) * 1000,
    removesLocks: true,
  };
}

/** Which runs need the person, besides questions. */
export const needsOptions = configValue(
  ['needsYou.ready', 'needsYou.failed', 'activityWindow'],
  (): NeedsOptions => ({
    ready: setting('needsYou.ready'),
    failed: setting('needsYou.failed'),
    activityWindow: classifyOptions().activityWindow,
  }),
);

/** A day as groups name it ("2026-11-21"), in the person's own language. */
export function localDay(day: string): string {
  return new Date(`${day}T12:00`).toLocaleDateString(vscode.env.language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** How many rows are shown before "Load more". */
export const pageSize = configValue(['pageSize'], (): number => {
  const size = setting('pageSize');
  const { minimum, maximum, default: usual } = settingNumbers.pageSize;
  return Number.isFinite(size) ? Math.min(maximum, Math.max(minimum, Math.floor(size))) : usual;
});
