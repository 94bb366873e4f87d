import { dirname, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { Attention } from './core/attention/attention';
import { needNode } from './core/attention/needsYou';
import { systemClock } from './core/clock';
import { prefix, views } from './core/contract';
import { RunDriver } from './core/engine/runDriver';
import { Forker } from './core/fork/forker';
import { Repairer } from './core/repair/repairer';
import { SleepWatch } from './core/engine/sleepWatch';
import { RunStore } from './core/source/runStore';
import { TaskPoster } from './core/taskRun/taskPoster';
import { runNodes } from './core/tree/buildTree';
import { AttentionFiles } from './node/attentionFiles';
import { ChildFeeders } from './node/childFeeder';
import { CliEngine } from './node/cliEngine';
import { indexOfPlace } from './node/digestIndex';
import { EngineFeatures } from './node/engineFeatures';
import { ForkFolder } from './node/forkFiles';
import { findProcesses, readProcess } from './node/findProcesses';
import { FsRunSource } from './node/fsRunSource';
import { GitProgram } from './node/gitHistory';
import { currentUser } from './node/gitUser';
import { CopiesFolder } from './node/keptCopies';
import { checkProcess } from './node/processCheck';
import { readReportSources } from './node/readReportSources';
import { RepairFolder } from './node/repairFiles';
import { runArchives } from './node/runArchive';
import { sessionsOf } from './node/sessionBindings';
import { findOnPath, npmScript, enginePackage } from './node/locateCli';
import { newRunId, runFolders } from './node/runFolders';
import { commandRunner } from './node/runTaskCommand';
import { readTextIn, realPath } from './node/safeFile';
import { inSlices } from './node/slices';
import { Artefacts } from './vscode/artefacts';
import { showAttention } from './vscode/attention';
import { Answering } from './vscode/commands/answering';
import { commandTable, registerCommands } from './vscode/commands/commandTable';
import { Comparing } from './vscode/commands/compare';
import { Diagnosing } from './vscode/commands/diagnose';
import { EngineCommands } from './vscode/commands/engineCommands';
import { Forking } from './vscode/commands/fork';
import { Repairing } from './vscode/commands/repair';
import { Iterating } from './vscode/commands/iterating';
import { inputsOf, NewRuns } from './vscode/commands/newRun';
import { Posting } from './vscode/commands/postTask';
import { TaskRuns } from './vscode/commands/runTask';
import { Snoozing } from './vscode/commands/snoozing';
import { Targets } from './vscode/commands/targets';
import { Drafts } from './vscode/drafts';
import { Evidence } from './vscode/evidence';
import { findContextFile } from './vscode/contextFile';
import { showEngineStatus } from './vscode/engineStatus';
import { LogChannel } from './vscode/logChannel';
import { commandName } from './vscode/messages';
import { pageActions } from './vscode/panel/pageActions';
import { PastRuns } from './vscode/panel/pastRuns';
import { showNotifications } from './vscode/notifications';
import { comparePages } from './vscode/panel/comparePage';
import { Pages } from './vscode/panel/pages';
import { reportPages } from './vscode/panel/reportPanel';
import { runPages } from './vscode/panel/runPanel';
import { tablePages } from './vscode/panel/runsTable';
import type { Opener } from './vscode/opener';
import type { ReportExtent } from './core/panel/reportView';
import type { ComparedSides } from './core/compare/protocol';
import { Review } from './vscode/review';
import { RunDocuments } from './vscode/runDocuments';
import { classifyOptions, needsOptions, onSettingsChange, setting } from './vscode/settings';
import { OpenedRuns } from './vscode/tree/openedRuns';
import { RunArrangement } from './vscode/tree/runArrangement';
import { RunTree } from './vscode/tree/runTree';
import { followWorkspace, workspaceFolders } from './vscode/workspacePlaces';

/** Joins the parts. Waits for nothing: runs arrive when they are read. */
export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const logger = own(new LogChannel(context.logUri));
  const clock = systemClock;
  const manifest: { displayName: string; version: string } = context.extension.packageJSON;
  const { env } = process;

  // The engine, and who answers through it.
  let npxAllowed = false;
  const npxVersions = new Map<string, string>();
  const engine = new CliEngine(
    {
      setting: () => setting('engine.path').trim(),
      workspaceFolders,
      npxAllowed: () => npxAllowed,
      npxVersion: (projectDir) => npxVersions.get(projectDir),
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
    product: `${manifest.displayName} ${manifest.version}`,
    respondedBy: async (projectDir: string) =>
      setting('respondedBy').trim() || (await currentUser(projectDir, env)),
  };

  // Runs, what they are doing, and what drives them.
  const store = own(new RunStore(clock, classifyOptions()));
  const driver = own(new RunDriver(store, engine, clock, responder));
  const opened = new OpenedRuns(store, inSlices);

  // What needs the person; windows share what they know of that.
  const shared = own(new AttentionFiles(join(context.globalStorageUri.fsPath, 'attention'), clock, logger));
  const attention = own(new Attention(store, shared, clock, needsOptions));

  // What a person sees.
  const tree = { store, attention, driver, opened, clock };
  const needsYou = own(
    new RunTree(views.needsYou, tree, { roots: () => attention.needs.map(needNode), alone: true }),
  );
  const arrangement = own(new RunArrangement(store, context.workspaceState, clock));
  const runs = own(
    new RunTree(views.runs, tree, {
      roots: (_, paging) => runNodes(arrangement.list, arrangement.grouping, paging),
      alone: false,
      arrangement,
    }),
  );
  const past = new PastRuns(store, opened, inSlices);
  own(new RunDocuments(store, opened, past));
  const targets = new Targets(store, opened);
  const opener: Opener = {
    run: (dir, effectId) => runPagesOpen.open(dir, effectId),
    report: (dir, extent) => reports.open(dir, extent),
    compare: (left, right) => comparisons.open({ left, right }),
    table: () => tables.open('table'),
  };
  const showLog = (): Promise<void> => logger.show();
  const memory = context.workspaceState;
  const features = new EngineFeatures(engine, env);
  const engineCommands = new EngineCommands({
    ...{ store, targets, engine, access, logger },
    features: (projectDir) => features.commands(projectDir),
    useVersion: (projectDir, version) => void npxVersions.set(projectDir, version),
    findProcesses,
  });
  const iterating = new Iterating({
    ...{ store, driver, targets, access, engineCommands, logger, memory, opener, showLog },
    findProgram: (name) => findOnPath(name, env),
  });
  const drafts = own(new Drafts());
  const newRuns = new NewRuns({
    ...{ store, engine, access, logger, iterating, drafts, readProcess, newRunId },
    ...{ opener, folders: runFolders, findProcesses },
  });
  const posting = new Posting({
    ...{ store, access, logger, iterating, drafts },
    poster: new TaskPoster({ store, engine, clock, responder }),
  });
  const taskRuns = new TaskRuns({ store, logger, posting, runner: commandRunner(env) });
  own(
    new SleepWatch({
      ...{ store, clock, shared },
      isIterating: (dir) => driver.isIterating(dir),
      due: (stored) => iterating.sleepIsOver(stored),
    }),
  );
  const snoozing = new Snoozing({ store, attention, shared, clock, targets });
  const answering = new Answering({
    ...{ store, driver, attention, access, logger, iterating, snoozing, opener },
    findFile: (run, path) => findContextFile(run, path, workspaceFolders(), realPath),
  });
  const copies = new CopiesFolder(join(context.globalStorageUri.fsPath, 'copies'), logger);
  void copies.clean(clock.now());
  const files = {
    folders: workspaceFolders,
    realPath,
    readText: (path: string, limit: number) => readTextIn(dirname(path), path, limit),
  };
  const git = new GitProgram(env);
  const evidence = own(new Evidence({ store, git, copies, ...files }));
  const review = own(new Review({ store, opened, targets, answering, memory, ...files }));
  const repairer = new Repairer(store, engine, new RepairFolder(), clock);
  const feeders = new ChildFeeders(
    {
      program: context.asAbsolutePath('dist/feeder.js'),
      locate: (projectDir) => engine.locate(projectDir).found,
      env,
    },
    logger,
  );
  const forker = new Forker(engine, feeders, new ForkFolder(), clock);
  const forking = new Forking({
    ...{ store, opened, targets, forker, access, engineCommands, logger, drafts, opener },
    respondedBy: responder.respondedBy,
    inputsOf: (run) => inputsOf(run, { store, folders: runFolders }),
    inputSchema: ({ dir, metadata }) =>
      metadata?.entry && readProcess(resolve(dir, metadata.entry.importPath))?.inputs,
  });
  const repairing = own(new Repairing({ store, repairer, forker, forking, access, logger, opener }));
  const diagnosing = new Diagnosing({
    ...{ store, opened, driver, repairer, engineCommands, logger, opener },
    engine: (projectDir) => {
      const { found } = engine.locate(projectDir);
      return { found: found !== undefined, version: found?.version };
    },
    checkProcess: (path, exportName) => checkProcess(path, exportName, env),
    press: (command, dir) => actions.command(command, dir),
    sessions: (runId) => sessionsOf(runId, env),
    now: () => clock.now(),
  });
  const comparing = new Comparing({ store, opened, targets, opener });
  const commands = commandTable({
    ...{ store, opened, targets, answering, iterating, snoozing, attention, review, runs, arrangement },
    ...{ newRuns, posting, taskRuns, drafts },
    ...{ diagnosing, repairing, forking, engineCommands, comparing },
    ...{ readSources: readReportSources, archives: runArchives, inSlices },
    ...{ opener, showLog },
  });
  const actions = pageActions({ store, commands, answering, iterating, snoozing, review });
  const runPagesOpen: Pages<string, string> = own(
    new Pages(
      runPages({
        engine: (projectDir) => engine.locate(projectDir).found,
        ...{ store, driver, opened, clock, logger, actions, evidence, review, files, inSlices, past, opener },
        sessions: (runId) => sessionsOf(runId, env),
        extensionUri: context.extensionUri,
      }),
    ),
  );
  const tables: Pages<'table', never> = own(
    new Pages(
      tablePages({
        ...{ store, arrangement, clock, logger, inSlices },
        extensionUri: context.extensionUri,
        opener,
        compare: (a, b) => comparing.openRuns(a, b),
      }),
    ),
  );
  const comparisons: Pages<ComparedSides, never> = own(
    new Pages(
      comparePages({
        ...{ store, opened, logger, inSlices },
        extensionUri: context.extensionUri,
        opener,
      }),
    ),
  );
  const reports: Pages<string, ReportExtent> = own(
    new Pages(
      reportPages({
        ...{ store, opened, clock, logger, evidence, inSlices, readSources: readReportSources },
        extensionUri: context.extensionUri,
        artefacts: new Artefacts({ store, git, copies, ...files }),
        folders: workspaceFolders,
        opener,
        command: (id, argument) => commands[id](argument),
      }),
    ),
  );
  own(registerCommands(commands, commandName, logger));
  own(showEngineStatus({ store, pages: runPagesOpen, version: access.version }));
  const shownAttention = own(
    showAttention({ store, attention, needsYou, runs, pages: runPagesOpen, message: viewMessage }),
  );
  own(
    showNotifications({
      ...{ clock, store, attention, shared, pages: runPagesOpen, opener },
      workspace: workspaceFolders().join('\n'),
      isIterating: (dir) => driver.isIterating(dir),
    }),
  );

  // What changes while the window is open.
  own(
    onSettingsChange(['activityWindow', 'metrics.key', 'metrics.best'], () => {
      opened.clear();
      store.reclassify(classifyOptions());
    }),
  );
  own(onSettingsChange(['engine.path'], () => shownAttention.update()));
  own(arrangement.onDidChange(() => shownAttention.update()));
  own(vscode.workspace.onDidGrantWorkspaceTrust(() => shownAttention.update()));
  own(vscode.window.onDidChangeWindowState(({ focused }) => focused && void store.check()));
  const digests = join(context.globalStorageUri.fsPath, 'digests');
  own(
    followWorkspace(
      store,
      (place) => new FsRunSource(place, logger, indexOfPlace(digests, place, manifest.version)),
    ),
  );
  shownAttention.update();
  logger.info(`Activated in ${Math.round(performance.now() - began)} ms.`);

  function viewMessage(): string | undefined {
    // VS Code shows either a message or the welcome text, which leads out of the filter.
    if (arrangement.hidesAll) return undefined;
    if (!vscode.workspace.isTrusted) {
      return 'The workspace is not trusted: runs can be read, but not answered or resumed.';
    }
    const project = workspaceFolders()[0];
    return project === undefined || engine.locate(project).found
      ? undefined
      : `No Babysitter command line was found: runs can be read, but not driven. See the setting ${prefix}.engine.path.`;
  }
}
