import type { Responder } from '../engines/babysitter/core/drive/runDriver';
import { CliEngine } from '../engines/babysitter/node/cliEngine';
import { EngineNodes, type ChooseNode, type NodeOf } from '../engines/babysitter/node/engineNode';
import { currentUser } from '../node/gitUser';
import { enginePackage, npmScript } from '../engines/babysitter/node/locateCli';
import type { EngineAccess } from '../engines/babysitter/vscode/engineAccess';
import { NodeStatus } from '../engines/babysitter/vscode/nodeStatus';
import { setting } from '../vscode/settings';
import { isTrusted } from '../vscode/trust';
import { workspaceFolders } from '../vscode/workspacePlaces';
import type { Host } from './host';

export type EngineParts = ReturnType<typeof makeEngine>;

/** The engine, the ways to get one, and who answers through it. */
export function makeEngine({ env, logger, manifest, own }: Host) {
  const nodeStatus = own(new NodeStatus());
  let npxAllowed = false;
  const npxVersions = new Map<string, string>();
  const nodes = new EngineNodes(
    { setting: () => setting('engine.node').trim(), workspaceFolders, env },
    logger,
    (node) => nodeStatus.show(node),
  );
  const node: ChooseNode = (needs) => nodes.choose(needs);
  const engine = new CliEngine(
    {
      setting: () => setting('engine.path').trim(),
      workspaceFolders,
      npxAllowed: () => npxAllowed,
      npxVersion: (projectDir) => npxVersions.get(projectDir),
      ...{ env, node, isTrusted },
    },
    logger,
  );
  const nodeOf: NodeOf = (projectDir) => engine.nodeOf(projectDir);
  const access: EngineAccess = {
    installCommand: async () => {
      const script = npmScript('npm', env);
      if (script === undefined) return undefined;
      const { file, args, env: own } = await node();
      return {
        file,
        args: [...args, script, 'install', '--save-dev', enginePackage],
        env: { ELECTRON_RUN_AS_NODE: null, ...own },
      };
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
  return { engine, access, responder, useVersion, node, nodeOf };
}
