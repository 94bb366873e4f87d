import * as vscode from 'vscode';
import type { StoreKind } from '../node/stores';
import type { StorePlaces } from '../node/storeSearch';
import { onSettingsChange, setting } from '../vscode/settings';
import { pathsIn, workspaceFolders } from '../vscode/workspacePlaces';
import { daystromId, perstackId, themisId } from './storeKinds';

/** What the settings say of an engine's stores. */
interface StoreSettings {
  /** They are looked for in the workspace, and where the engine itself keeps them. */
  readonly enabled: () => boolean;
  /** What a person names for a workspace folder. */
  readonly folders: (scope: vscode.Uri) => readonly string[];
}

/** By engine. */
const storeSettings: Readonly<Record<string, StoreSettings>> = {
  [perstackId]: {
    enabled: () => setting('stores.perstack.enabled'),
    folders: (scope) => setting('stores.perstack.folders', scope),
  },
  [themisId]: {
    enabled: () => setting('stores.themis.enabled'),
    folders: (scope) => setting('stores.themis.folders', scope),
  },
  [daystromId]: {
    enabled: () => setting('stores.daystrom.enabled'),
    folders: (scope) => setting('stores.daystrom.folders', scope),
  },
};

/** Calls back when stores are to be looked for elsewhere than before. */
export function onStorePlacesChange(listener: () => void): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeWorkspaceFolders(listener),
    onSettingsChange(['stores.perstack.enabled', 'stores.perstack.folders'], listener),
    onSettingsChange(['stores.themis.enabled', 'stores.themis.folders'], listener),
    onSettingsChange(['stores.daystrom.enabled', 'stores.daystrom.folders'], listener),
  );
}

/**
 * Where stores are looked for. In a window without a folder they are not.
 * @param home the person's home folder
 */
export function storePlaces(
  kinds: readonly StoreKind[],
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): StorePlaces {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return { searched: [], named: [] };
  const enabled = kinds.filter(({ engine }) => storeSettings[engine.id]?.enabled());
  const named = kinds.flatMap((kind) =>
    folders
      .flatMap(({ uri }) => pathsIn(storeSettings[kind.engine.id]?.folders(uri) ?? [], uri))
      .concat(enabled.includes(kind) ? (kind.storesAtHome?.(home, env) ?? []) : [])
      .map((path) => ({ kind, path })),
  );
  return { searched: workspaceFolders().map((root) => ({ root, kinds: enabled })), named };
}
