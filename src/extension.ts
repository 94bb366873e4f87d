import * as vscode from 'vscode';
import { systemClock } from './core/clock';
import { prefix, views } from './core/contract';
import { RunDriver } from './core/engine/runDriver';
import { RunStore } from './core/source/runStore';
import { needsYouNodes, runNodes } from './core/tree/buildTree';
import { CliEngine } from './node/cliEngine';
import { FsRunSource } from './node/fsRunSource';
import { currentUser } from './node/gitUser';
import { npmScript, enginePackage } from './node/locateCli';
import { realPath } from './node/safeFile';
import { showAttention } from './vscode/attention';
import { Commands } from './vscode/commands/commandTable';
import { Targets } from './vscode/commands/targets';
import { LogChannel } from './vscode/logChannel';
import { commandName } from './vscode/messages';
import { pageActions } from './vscode/panel/pageActions';
import { RunPanels } from './vscode/panel/runPanel';
import { RunDocuments } from './vscode/runDocuments';
import { classifyOptions, onSettingsChange, setting } from './vscode/settings';
import { OpenedRuns } from './vscode/tree/openedRuns';
import { RunTree } from './vscode/tree/runTree';
import { followWorkspace, workspaceFolders } from './vscode/workspacePlaces';

/** Joins the parts. Waits for nothing: runs arrive when they are read. */
export function activate(context: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const logger = own(new LogChannel(context.logUri));
  const clock = systemClock;
  const { env } = process;

  // The engine, and who answers through it.
  let npxAllowed = false;
  const engine = new CliEngine(
    {
      setting: () => setting('engine.path').trim(),
      workspaceFolders,
      npxAllowed: () => npxAllowed,
      env,
    },
    logger,
  );
  const access = {
    installCommand: () => {
      const script = npmScript('npm', env);
      const args = script === undefined ? [] : [script, 'install', '--save-dev', enginePackage];
      return script === undefined
        ? undefined
        : { file: process.execPath, args, env: { ELECTRON_RUN_AS_NODE: '1' } };
    },
    allowNpx: () => void (npxAllowed = true),
    npxAllowed: () => npxAllowed,
    version: (projectDir: string) => engine.locate(projectDir).found?.version,
  };
  const responder = {
    product: `${context.extension.packageJSON.displayName} ${context.extension.packageJSON.version}`,
    respondedBy: async (projectDir: string) =>
      setting('respondedBy').trim() || (await currentUser(projectDir, env)),
  };

  // Runs, what they are doing, and what drives them.
  const store = own(new RunStore(clock, classifyOptions()));
  const driver = own(new RunDriver(store, engine, clock, responder));
  const opened = new OpenedRuns(store);

  // What a person sees.
  const tree = { store, driver, opened, clock };
  const needsYou = own(new RunTree(views.needsYou, tree, { roots: needsYouNodes, alone: true }));
  const runs = own(new RunTree(views.runs, tree, { roots: runNodes, alone: false }));
  own(new RunDocuments(store));
  const targets = new Targets(store, opened);
  const commands = new Commands({
    store,
    driver,
    opened,
    targets,
    access,
    logger,
    panels: () => panels,
    showLog: () => logger.show(),
  });
  const actions = pageActions({ store, commands, folders: workspaceFolders, realPath });
  const panels: RunPanels = own(
    new RunPanels({ store, driver, opened, clock, logger, actions, extensionUri: context.extensionUri }),
  );
  own(commands.register(commandName));
  const attention = own(showAttention(store, needsYou, runs, viewMessage));

  // What changes while the window is open.
  own(
    onSettingsChange(['activityWindow', 'metrics.key', 'metrics.best'], () => {
      opened.clear();
      store.reclassify(classifyOptions());
    }),
  );
  own(onSettingsChange(['engine.path'], () => attention.update()));
  own(vscode.workspace.onDidGrantWorkspaceTrust(() => attention.update()));
  own(vscode.window.onDidChangeWindowState(({ focused }) => focused && void store.check()));
  own(followWorkspace(store, (place) => new FsRunSource(place, logger)));
  attention.update();

  function viewMessage(): string | undefined {
    if (!vscode.workspace.isTrusted) {
      return 'The workspace is not trusted: runs can be read, but not answered or resumed.';
    }
    const project = workspaceFolders()[0];
    return project === undefined || engine.locate(project).found
      ? undefined
      : `No Babysitter command line was found: runs can be read, but not driven. See the setting ${prefix}.engine.path.`;
  }
}
