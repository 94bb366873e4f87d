import type { RunKey } from '../core/run/runKey';
import { RunDriver } from '../engines/babysitter/core/drive/runDriver';
import { SleepWatch } from '../engines/babysitter/core/drive/sleepWatch';
import { TaskPoster } from '../engines/babysitter/core/taskRun/taskPoster';
import { installedPlugin } from '../engines/babysitter/node/claudePlugin';
import { EngineFeatures } from '../engines/babysitter/node/engineFeatures';
import { findProcesses, readProcess } from '../engines/babysitter/node/findProcesses';
import { newRunId, runFolders } from '../engines/babysitter/node/runFolders';
import { commandRunner } from '../engines/babysitter/node/runTaskCommand';
import { visible } from '../core/format';
import { findOnPath } from '../node/findProgram';
import { realPath } from '../node/safeFile';
import { AnswerDrafts } from '../vscode/answerDrafts';
import { RecordFolder } from '../node/recordFolder';
import { HeldAnswers } from '../vscode/commands/heldAnswers';
import { ReviewQueue } from '../vscode/reviewQueue';
import { Answering } from '../vscode/commands/answering';
import { Comparing } from '../vscode/commands/compare';
import { withEngine } from '../engines/babysitter/vscode/engineAccess';
import type { Doing as EnginesDoing } from '../vscode/engineDoing';
import { babysitter } from '../engines/babysitter/core/babysitterRun';
import { EngineCommands } from '../engines/babysitter/vscode/engineCommands';
import { Iterating } from '../engines/babysitter/vscode/iterating';
import { NewRuns } from '../engines/babysitter/vscode/newRun';
import { Posting } from '../engines/babysitter/vscode/postTask';
import { TaskRuns } from '../engines/babysitter/vscode/runTask';
import { Snoozing } from '../vscode/commands/snoozing';
import { Targets } from '../vscode/commands/targets';
import { Deleting } from '../vscode/commands/deleting';
import { Ordering } from '../vscode/commands/ordering';
import { Undoing } from '../vscode/commands/undoing';
import { folderSize } from '../node/folderSize';
import { configAt, findConfigs, submittedConfig } from '../engines/themis/node/configs';
import { rerunInQueue } from '../engines/themis/node/queue';
import { printedBy } from '../node/printedBy';
import { runOutside } from '../node/runOutside';
import { daystromHandlers } from '../engines/daystrom/vscode/daystromCommands';
import { PerstackDriving } from '../engines/perstack/vscode/perstackDriving';
import { ThemisDriving } from '../engines/themis/vscode/themisDriving';
import { inSlices } from '../node/slices';
import { findContextFile } from '../vscode/contextFile';
import { Drafts } from '../vscode/drafts';
import { NotifyCommand } from '../vscode/notifyCommand';
import type { Opener } from '../vscode/opener';
import { workspaceFolders } from '../vscode/workspacePlaces';
import type { EngineParts } from './engine';
import type { Host } from './host';
import type { Reading } from './reading';
import { daystromId, perstackId, themisId } from './storeKinds';

/** Checking a config of Themis may load a whole machine learning library, in milliseconds. */
const configCheckTime = 180_000;
/** Telling somebody who is away goes over a network, in milliseconds. */
const notifyTime = 30_000;

export type Doing = ReturnType<typeof makeDoing>;

/**
 * What a person does with runs and tasks: answers, iterates, makes, posts.
 * @param shownRun the run whose page or report is in front
 */
export function makeDoing(
  host: Host,
  engineParts: EngineParts,
  reading: Reading,
  opener: Opener,
  shownRun: () => RunKey | undefined,
) {
  const { env, clock, logger, own } = host;
  const { engine, access, responder, useVersion, nodeOf } = engineParts;
  const { store, activity, opened, attention, shared, mine, order, runs } = reading;
  const targets = new Targets(store, opened, shownRun, () => runs.selectedRuns);
  const driver = new RunDriver(store, engine, clock, responder, activity);
  const undoing = new Undoing();
  const ordering = new Ordering({ store, order, targets, undoing });
  const deleting = new Deleting({ store, activity, targets, inSlices, sizeOf: folderSize });
  const features = new EngineFeatures(engine, env);
  const engineCommands = new EngineCommands({
    ...{ store, targets, engine, access, logger, useVersion, findProcesses },
    features: (projectDir) => features.commands(projectDir),
  });
  const iterating = new Iterating({
    ...{ store, driver, activity, targets, access, engineCommands, logger, opener },
    memory: host.context.workspaceState,
    carriedOn: (key) => mine.add(key),
    showLog: () => logger.show(),
    findProgram: (name) => findOnPath(name, env),
    plugin: (projectDir) => installedPlugin(env, projectDir),
  });
  const drafts = own(new Drafts());
  const newRuns = new NewRuns({
    ...{ store, engine, access, logger, iterating, drafts, opener },
    ...{ readProcess, newRunId, findProcesses, folders: runFolders },
  });
  const posting = new Posting({
    ...{ store, access, logger, iterating, drafts },
    poster: new TaskPoster({ store, engine, clock, responder }),
  });
  const taskRuns = new TaskRuns({ store, logger, posting, runner: commandRunner(env, nodeOf) });
  own(
    new SleepWatch({
      ...{ store, clock, shared },
      isIterating: (key) => activity.isIterating(key),
      due: (stored) => iterating.sleepIsOver(stored),
    }),
  );
  const snoozing = new Snoozing({ store, attention, shared, clock, targets, undoing });
  const perstack = new PerstackDriving(store, (key) => mine.add(key));
  const doing: EnginesDoing = new Map([
    [perstackId, perstack.doing],
    [
      babysitter,
      {
        answer: (...answer) => driver.answer(...answer),
        withProgram: (projectDir, work, again) => withEngine({ access, logger, projectDir }, work, again),
        resume: (key) => iterating.resume(key),
        iterate: (...asked) => iterating.iterate(...asked),
        continue: (...asked) => iterating.continue(...asked),
      },
    ],
  ]);
  const answerDrafts = own(new AnswerDrafts(new RecordFolder(host.storage('drafts'), logger)));
  const comments = own(new ReviewQueue(new RecordFolder(host.storage('comments'), logger)));
  const held = own(new HeldAnswers(clock));
  const answering = new Answering({
    ...{ store, doing, attention, logger, snoozing, opener, held },
    drafts: answerDrafts,
    commentsOn: ({ key, effectId }) => comments.toSend(key, effectId),
    findFile: (run, path) => findContextFile(run, path, workspaceFolders(), realPath),
  });
  const themis = new ThemisDriving({
    ...{ memory: host.context.workspaceState, submittedConfig, rerunInQueue, configAt },
    findConfigs: (run) => inSlices(findConfigs(run)),
    ask: (words, cwd, signal) =>
      printedBy(words, {
        ...{ cwd, env, signal },
        timeLimit: configCheckTime,
        name: `${visible(words[0])} ${words[1] ?? ''}`,
      }),
    carriedOn: (key) => mine.add(key),
    reread: (key) => store.reread(key),
  });
  const handlers = new Map([
    [themisId, themis.handlers],
    [perstackId, perstack.handlers],
    [daystromId, daystromHandlers],
  ]);
  const notifyCommand = new NotifyCommand({
    ...{ clock, logger, shared },
    run: (words) => runOutside(words, env, notifyTime),
  });
  const comparing = new Comparing({ store, opened, targets, opener });
  return {
    ...{ targets, engineCommands, iterating, drafts, newRuns, posting, taskRuns },
    ...{ undoing, ordering, deleting },
    ...{ notifyCommand, snoozing, answering, answerDrafts, comments, comparing, doing, handlers },
  };
}
