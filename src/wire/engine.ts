import type { Responder } from '../engines/babysitter/core/drive/runDriver';
import { CliEngine } from '../engines/babysitter/node/cliEngine';
import { currentUser } from '../node/gitUser';
import { enginePackage, npmScript } from '../engines/babysitter/node/locateCli';
import type { EngineAccess } from '../engines/babysitter/vscode/engineAccess';
import { setting } from '../vscode/settings';
import { isTrusted } from '../vscode/trust';
import { workspaceFolders } from '../vscode/workspacePlaces';
import type { Host } from './host';

export type EngineParts = ReturnType<typeof makeEngine>;

/** The engine, the ways to get one, and who answers through it. */
export function makeEngine({ env, logger, manifest }: Host) {
  let npxAllowed = false;
  const npxVersions = new Map<string, string>();
  const engine = new CliEngine(
    {
      setting: () => setting('engine.path').trim(),
      workspaceFolders,
      npxAllowed: () => npxAllowed,
      npxVersion: (projectDir) => npxVersions.get(projectDir),
      env,
      isTrusted,
    },
    logger,
  );
  const access: EngineAccess = {
    installCommand: () => {
      const script = npmScript('npm', env);
      const args = script === undefined ? [] : [script, 'install', '--save-dev', enginePackage];
      return script === undefined
        ? undefined
        : { file: process.execPath, args, env: { ELECTRON_RUN_AS_NODE: '1' } };
    },
    allowNpx: () => void (npxAllowed = true),
    npxAllowed: () => npxAllowed,
    version: (projectDir) => engine.locate(projectDir).found?.version,
    program: (projectDir) => engine.locate(projectDir).found?.script,
  };
  const responder: Responder = {
    product: `${manifest.displayName} ${manifest.version}`,
    respondedBy: async (projectDir) => setting('respondedBy').trim() || (await currentUser(projectDir, env)),
  };
  const useVersion = (projectDir: string, version: string): void => void npxVersions.set(projectDir, version);
  return { engine, access, responder, useVersion };
}
