import { majorOf } from '../../../core/engine/engineVersion';
import { basename, isAbsolute } from 'node:path';
import * as vscode from 'vscode';
import { commandTitle } from '../../../core/commands';
import { prefix } from '../../../core/contract';
import { commandLine, shellOf, typedLine } from '../../../core/shellLine';
import { agentPresets, claudeCommands, resumeCommand, usesVariable } from '../core/drive/commandLine';
import { inResumeOrder, type ResumeWay } from '../core/drive/resumeOrder';
import { demandEngineCan, whyNot } from '../../../core/engine/whyNot';
import { CancelledError, HumanError, NotNowError } from '../../../core/errors';
import { count, oneLine, visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { isInside } from '../../../core/paths';
import { stackFrames, type SourcePlace } from '../../../core/run/stackFrames';
import type { Problem } from '../../../core/run/problem';
import { isHalfRead, pendingEffects, runTitle, taskTitle, type Run } from '../../../core/run/run';
import type { StateAction } from '../../../core/run/judgement';
import { keyText } from '../../../core/run/runKey';
import type { StoredRun } from '../../../core/source/runStore';
import { commandName, confirm, tell, withoutIcons } from '../../../vscode/messages';
import { openSetting, setting } from '../../../vscode/settings';
import { workspaceFolders } from '../../../vscode/workspacePlaces';
import { pick } from '../../../vscode/commands/targets';

/** What Resume Run offers. */
export type ResumeChoice =
  | { readonly type: 'answer'; readonly effectId: string }
  | { readonly type: ResumeWay }
  | { readonly type: 'place'; readonly place: SourcePlace }
  /** The next step, where neither an iterate nor an agent is. */
  | { readonly type: 'next'; readonly command: 'run.fork' | 'run.repair' };

type ResumeItem = vscode.QuickPickItem & { readonly choice: ResumeChoice };
type WayItem = ResumeItem & { readonly choice: { readonly type: ResumeWay } };

export interface ResumeDeps {
  /** Reads the run now: the offer is made on what is, not on what is remembered. */
  read(): Promise<StoredRun>;
  /** What a person should know before the run goes on. */
  warnings(): Promise<readonly Problem[]>;
  /** The version of the engine that a project would use; `undefined`: it is not known. */
  engineVersion(projectDir: string): string | undefined;
  readonly plugin: AgentDeps['plugin'];
  readonly memory: vscode.Memento;
}

/** In the workspace's memory: the type of the last choice. */
const lastChoice = 'resume.lastChoice';

/**
 * Says where the run stands and what is kept, and asks how to go on.
 * @param known the run as it was last read
 * @throws NotNowError with the reason when the run cannot go on at all; CancelledError when nothing is picked
 */
export async function chooseResume(
  known: StoredRun,
  deps: ResumeDeps,
): Promise<{ readonly stored: StoredRun; readonly choice: ResumeChoice }> {
  demandAction('run.resume', known);
  const last = deps.memory.get<string>(lastChoice);
  const picker = vscode.window.createQuickPick<ResumeItem>();
  picker.title = withoutIcons(`Resume: ${visible(runTitle(known.run))}`);
  picker.placeholder = 'Reading the run…';
  // A tree that is drawn again takes the focus; the person leaves with Escape.
  picker.ignoreFocusOut = true;
  picker.items = resumeItems(known, [], last, deps);
  try {
    const picked = new Promise<ResumeItem | undefined>((resolve) => {
      picker.onDidAccept(() => picker.activeItems[0] && resolve(picker.activeItems[0]));
      picker.onDidHide(() => resolve(undefined));
    });
    const shown = new Promise((resolve) => picker.onDidChangeActive(resolve));
    picker.show();
    // Not read before the picker is there, so that what is read then does not draw the tree again while it opens.
    await Promise.race([shown, picked]);
    const stored = await deps.read();
    demandAction('run.resume', stored);
    const warnings = await deps.warnings();
    const replayed = stored.run.story.effects.list().filter(({ status }) => status !== 'pending').length;
    // With a process file that was changed since, that may not be so.
    const again = warnings.length > 0 ? '.' : ', nothing is run again.';
    const kept = `${count(replayed, 'result')} ${replayed === 1 ? 'is' : 'are'} replayed${again}`;
    picker.placeholder = withoutIcons(`${visible(stored.state.reason)}.${replayed === 0 ? '' : ` ${kept}`}`);
    const items = resumeItems(stored, warnings, last, deps);
    if (JSON.stringify(items) !== JSON.stringify(picker.items)) picker.items = items;
    const item = await picked;
    if (!item) throw new CancelledError();
    const { choice } = item;
    if (choice.type !== 'answer' && choice.type !== 'place' && choice.type !== 'next')
      await deps.memory.update(lastChoice, choice.type);
    return { stored, choice };
  } finally {
    picker.dispose();
  }
}

/**
 * Refuses what is not possible now with the reason. A run that is over offers a new one with the same inputs.
 * @throws NotNowError, CancelledError
 */
export function demandAction(action: StateAction, stored: StoredRun): void {
  demandEngineCan(action, stored);
  const refused = whyNot(action, stored);
  if (refused === undefined) return;
  const { run, state } = stored;
  const over = state.state === 'completed' || state.state === 'halted' || run.story.end?.sealed;
  if (!over || whyNot('run.startAgain', stored) !== undefined) throw new NotNowError(refused);
  tell('info', refused, [
    {
      title: commandTitle('run.report'),
      run: () => vscode.commands.executeCommand(commandName('run.report'), { dir: keyText(run.key) }),
    },
    {
      title: commandTitle('run.startAgain'),
      run: () => vscode.commands.executeCommand(commandName('run.startAgain'), { dir: keyText(run.key) }),
    },
  ]);
  throw new CancelledError();
}

function resumeItems(
  stored: StoredRun,
  warnings: readonly Problem[],
  last: string | undefined,
  deps: ResumeDeps,
): readonly ResumeItem[] {
  const { run } = stored;
  const answers = pendingEffects(run)
    .filter(({ effect }) => effect.kind === 'breakpoint')
    .map(({ effect, task }): ResumeItem => ({
      label: `$(question) Answer first: ${withoutIcons(visible(taskTitle(effect, task)))}`,
      detail: 'Opens the question; the run goes on from your answer.',
      choice: { type: 'answer', effectId: effect.effectId },
    }));
  const [first] = warnings;
  const changed = first?.hint ? 'may have changed' : 'has changed';
  const warning = first ? `$(warning) The process file ${changed}: finished tasks may be asked again.` : '';
  const ways = [
    ...iterateItems(stored, warning, deps),
    ...agentItems(run, agentTemplate(deps.plugin(run.projectDir))),
  ];
  const marked = ways.map((item) =>
    item.choice.type === last ? { ...item, description: '(last used)' } : item,
  );
  const sorted = inResumeOrder(marked, ({ choice }) => choice.type, stored.state.next.action, last);
  return [...nextItems(stored), ...answers, ...sorted, ...placeItems(run)];
}

/** What has to be done first, where going on as ever brings nothing or does damage. */
function nextItems({ state }: StoredRun): readonly ResumeItem[] {
  const { action, reason } = state.next;
  if (action !== 'run.fork' && action !== 'run.repair') return [];
  const detail =
    action === 'run.fork'
      ? 'The error is recorded, so iterating fails again. A fork keeps what was done before it.'
      : `${withoutIcons(visible(reason))}. Iterating now would fail or cause more damage.`;
  const icon = action === 'run.fork' ? 'repo-forked' : 'tools';
  return [{ label: `$(${icon}) ${commandTitle(action)}`, detail, choice: { type: 'next', command: action } }];
}

function iterateItems(stored: StoredRun, warning: string, deps: ResumeDeps): readonly WayItem[] {
  const { run } = stored;
  // It is still being read.
  if (isHalfRead(run)) return [];
  if (run.story.end?.type === 'PROCESS_RUNTIME_ERROR' && !run.story.end.sealed) {
    // Only engines from 6.x on write such an error, and only they can take it back.
    return (majorOf(deps.engineVersion(run.projectDir)) ?? 0) < 6
      ? []
      : [
          {
            label: '$(debug-restart) Recover from the error, then iterate once',
            detail: warning || 'The engine removes the error, then the process function runs again.',
            choice: { type: 'recover' },
          },
        ];
  }
  if (whyNot('run.iterate', stored) !== undefined) return [];
  const again = run.story.end ? 'Tries again: the' : 'The';
  return [
    {
      label: '$(debug-step-over) Iterate once',
      detail: warning || `${again} process function runs here, up to its next open question.`,
      choice: { type: 'iterate' },
    },
    {
      label: '$(run-all) Iterate until it needs you…',
      detail: warning || 'Until it waits for you or an agent, ends, or nothing changes.',
      choice: { type: 'continue' },
    },
  ];
}

function agentItems(run: Run, template: readonly string[]): readonly WayItem[] {
  return [
    {
      label: '$(terminal) Resume an agent in a terminal',
      detail: withoutIcons(visible(agentCommandLine(run, template))),
      choice: { type: 'agent' },
    },
    {
      label: '$(settings-gear) Choose the agent…',
      detail: 'Which program resumes agents, for all runs.',
      choice: { type: 'choose-agent' },
    },
  ];
}

/** Where the error of a failed run was thrown, in a file of the workspace. */
function placeItems({ story }: Run): readonly ResumeItem[] {
  const folders = workspaceFolders();
  const [place] = stackFrames(story.end?.error?.stack ?? '').flatMap(({ path, line, column, foreign }) =>
    path !== undefined && !foreign && folders.some((folder) => isInside(folder, path))
      ? [{ path, line, column }]
      : [],
  );
  if (!place) return [];
  const name = withoutIcons(visible(`${basename(place.path)}:${place.line}`));
  return [
    {
      label: `$(go-to-file) Go to Error: ${name}`,
      detail: withoutIcons(visible(story.end?.error?.message ?? '')),
      choice: { type: 'place', place },
    },
  ];
}

/** Shows a place in an editor. */
export async function openPlace({ path, line, column }: SourcePlace): Promise<void> {
  const at = new vscode.Position(line - 1, Math.max(0, column - 1));
  await vscode.window.showTextDocument(vscode.Uri.file(path), { selection: new vscode.Range(at, at) });
}

/** The program that resumes agents: what a person set, else what the installed plugin understands, else the older form. */
export function agentTemplate(plugin: 'newer' | 'older' | undefined): readonly string[] {
  const set = vscode.workspace.getConfiguration(prefix).inspect('resume.command');
  const chosen = set?.globalValue ?? set?.workspaceValue ?? set?.workspaceFolderValue;
  return chosen === undefined && plugin ? claudeCommands[plugin] : setting('resume.command');
}

function agentWords(
  run: Run,
  template: readonly string[],
  maxIterations: string,
): readonly [string, ...string[]] {
  return resumeCommand(template, {
    ...{ runId: run.runId, runDir: run.location, processId: run.processId, projectDir: run.projectDir },
    prompt: oneLine(run.prompt ?? ''),
    maxIterations,
  });
}

function agentCommandLine(run: Run, template: readonly string[]): string {
  try {
    return commandLine(agentWords(run, template, '…'), 'posix');
  } catch (error) {
    if (error instanceof HumanError) return error.message;
    throw error;
  }
}

/** Asks which program resumes agents, and writes it into the setting. @throws CancelledError when none is chosen */
export async function chooseAgent(
  findProgram: (name: string) => string | undefined,
  plugin: 'newer' | 'older' | undefined,
): Promise<void> {
  const current = JSON.stringify(agentTemplate(plugin));
  const { command } = await pick(
    agentPresets.map(({ name, command }) => ({
      label: name,
      description: [
        JSON.stringify(command) === current ? 'chosen now' : '',
        findProgram(command[0]) === undefined ? 'not found on PATH' : '',
      ]
        .filter(Boolean)
        .join(' · '),
      detail: commandLine(command, 'posix'),
      command,
    })),
    'Choose the Agent',
    'Which program resumes agents? Any other one: the setting babysitterRuns.resume.command',
  );
  const settings = vscode.workspace.getConfiguration(prefix);
  const local = settings.inspect('resume.command')?.workspaceValue !== undefined;
  await settings.update(
    'resume.command',
    command,
    local ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
}

export interface AgentDeps {
  readonly logger: Logger;
  /** Where a program lies on PATH; `undefined`: nowhere. */
  findProgram(name: string): string | undefined;
  /** The form of the engine's plugin that Claude Code has; `undefined`: it is not known to have any. */
  plugin(projectDir: string): 'newer' | 'older' | undefined;
}

/**
 * Starts the agent's program in a terminal of its own, without a shell, so that nothing in a run is read as one. A
 * program that only the person's shell knows is typed there, quoted by us.
 * @throws HumanError when it is neither found nor may be typed; CancelledError when the person does not go on
 */
export async function resumeAgent(run: Run, { logger, findProgram, plugin }: AgentDeps): Promise<void> {
  const template = agentTemplate(plugin(run.projectDir));
  const asked = usesVariable(template, 'maxIterations') ? await askMaxIterations() : '';
  const words = agentWords(run, template, asked);
  const [program, ...args] = words;
  logger.info(`Terminal: ${visible(commandLine(words, 'posix'))}`);
  const common = {
    name: `Resume ${runTitle(run)}`.slice(0, 40),
    iconPath: new vscode.ThemeIcon('debug-continue'),
    cwd: run.projectDir,
    isTransient: true,
  };
  const found = /[/\\]/.test(program) || isAbsolute(program) ? program : findProgram(program);
  // A .cmd file of npm is a script of cmd.exe, which no program can start without that shell.
  if (found === undefined || /\.(?:cmd|bat)$/i.test(found)) {
    const shell = shellOf(vscode.env.shell);
    if (!shell) {
      throw new HumanError(
        `"${visible(program)}" is not on PATH, and ${visible(basename(vscode.env.shell)) || 'the shell'} passes text on in ways that cannot be relied on. Set the program's whole path in babysitterRuns.resume.command, or use bash, zsh, fish or PowerShell.`,
      );
    }
    const line = typedLine(words, shell, process.platform);
    if (found === undefined) {
      await confirm(
        `"${visible(program)}" was not found on the PATH`,
        'It can be typed into your shell, which may know it all the same. Another program: Resume Run, Choose the agent.',
        'Open Terminal Anyway',
      );
    }
    const terminal = vscode.window.createTerminal({ ...common, shellPath: vscode.env.shell });
    terminal.show();
    return terminal.sendText(line);
  }
  const terminal = vscode.window.createTerminal({ ...common, shellPath: found, shellArgs: args });
  terminal.show();
  const closed = vscode.window.onDidCloseTerminal((which) => {
    if (which !== terminal) return;
    closed.dispose();
    // A program that could not be started leaves no exit code; neither does a terminal that a person closed.
    const { code, reason } = which.exitStatus ?? {};
    if (code === undefined && reason !== vscode.TerminalExitReason.User) {
      tell(
        'error',
        `"${visible(program)}" could not be started. Is it installed, and is the setting right?`,
        [
          {
            title: 'Open Settings',
            run: () => openSetting('resume.command'),
          },
        ],
      );
    }
  });
}

async function askMaxIterations(): Promise<string> {
  const typed = await vscode.window.showInputBox({
    title: 'Resume an Agent',
    ignoreFocusOut: true,
    prompt: 'How many iterations may the agent make at most?',
    value: '50',
    validateInput: (value) =>
      /^[1-9]\d{0,5}$/.test(value.trim()) ? undefined : 'Enter a whole number, 1 or more.',
  });
  if (typed === undefined) throw new CancelledError();
  return typed.trim();
}
