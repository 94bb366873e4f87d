import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/disposables';
import { isInside } from '../core/paths';
import type { RunsPlace, RunSource } from '../core/source/runSource';
import type { RunStore } from '../core/source/runStore';
import { onSettingsChange, setting } from './settings';

/** Tells which home-wide runs belong to workspace folders, given by their paths. */
export type BelongsHere = (folders: readonly string[]) => NonNullable<RunsPlace['accepts']>;

/** Keeps the store's sources equal to what the workspace and the settings name, as both change. */
export function followWorkspace(
  store: RunStore,
  makeSource: (place: RunsPlace) => RunSource,
  belongsHere: BelongsHere,
): Disposable {
  const disposables = new DisposableStore();
  const current = new Map<string, Disposable>();
  const update = (): void => {
    const wanted = new Map(places(belongsHere).map((place) => [keyOf(place), place]));
    for (const [key, source] of current) {
      if (wanted.has(key)) continue;
      current.delete(key);
      disposables.delete(source);
    }
    for (const [key, place] of wanted) {
      if (!current.has(key)) current.set(key, disposables.add(store.add(makeSource(place))));
    }
  };
  update();
  disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(update));
  disposables.add(onSettingsChange(['runsDirectories', 'globalRuns'], update));
  return disposables;
}

/** A home-wide place shows other runs when the workspace folders or its setting change. */
function keyOf(place: RunsPlace): string {
  return JSON.stringify([place.holds, place.dir, place.accepts ? workspaceFolders() : []]);
}

/** The paths of the workspace folders that lie on this machine. */
export function workspaceFolders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
}

/** What tells the workspace of this window apart from others; windows without a folder are one. */
export function workspaceName(): string {
  const { workspaceFile, workspaceFolders: folders = [] } = vscode.workspace;
  return workspaceFile?.toString() ?? folders.map(({ uri }) => uri.toString()).join('\n');
}

/** Every place in which Babysitter's runs are looked for. */
export function places(belongsHere: BelongsHere): readonly RunsPlace[] {
  const folders = workspaceFolders();
  if (folders.length === 0) return [];
  const projects = folders.map((dir): RunsPlace => ({ dir, holds: 'project' }));
  const extra = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
    pathsIn(setting('runsDirectories', uri), uri).map((dir): RunsPlace => ({ dir, holds: 'runs' })),
  );
  return [...projects, ...extra, ...globalPlace(folders, belongsHere)];
}

/** The home-wide runs of newer engines; each says in its `cwd` which project it belongs to. */
function globalPlace(folders: readonly string[], belongsHere: BelongsHere): readonly RunsPlace[] {
  const scope = setting('globalRuns');
  if (scope === 'off') return [];
  const state = process.env['BABYSITTER_GLOBAL_STATE_DIR'];
  const dir = join(state !== undefined && isAbsolute(state) ? state : join(homedir(), '.a5c'), 'runs');
  if (folders.some((folder) => isInside(folder, dir))) return [];
  const place: RunsPlace = { dir, holds: 'runs', home: true };
  return [scope === 'all' ? place : { ...place, accepts: belongsHere(folders) }];
}

/** The absolute paths that a setting names for a workspace folder; what is no path is left out. */
export function pathsIn(named: readonly string[], { fsPath }: vscode.Uri): readonly string[] {
  return named
    .filter((path) => typeof path === 'string' && path.trim() !== '')
    .map((path) => resolve(fsPath, withHome(path)));
}

function withHome(path: string): string {
  return path.replace(/^~(?=$|[/\\])/, homedir());
}
