import * as vscode from 'vscode';
import { prefix, type Settings } from '../core/contract';
import type { MetricChoice } from '../core/run/metrics';
import type { ClassifyOptions } from '../core/run/runState';

/** Reads a setting. VS Code keeps restricted ones at their trusted value while the workspace is not trusted. */
export function setting<K extends keyof Settings>(name: K, scope?: vscode.Uri): Settings[K] {
  // The manifest gives every setting a default.
  return vscode.workspace.getConfiguration(prefix, scope).get<Settings[K]>(name) as Settings[K];
}

/** Calls back when one of the settings changes. */
export function onSettingsChange(
  names: readonly (keyof Settings)[],
  listener: () => void,
): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${prefix}.${name}`))) listener();
  });
}

export function metricChoice(): MetricChoice {
  const key = setting('metrics.key').trim();
  return { key: key === '' ? undefined : key, best: setting('metrics.best') };
}

export function classifyOptions(): ClassifyOptions {
  const seconds = setting('activityWindow');
  return {
    activityWindow: (Number.isFinite(seconds) && seconds > 0 ? seconds : 120) * 1000,
    formatTime: localTime,
  };
}

/** A moment in the person's own time and language, to the minute. */
export function localTime(time: number): string {
  return new Date(time).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
}
