import * as vscode from 'vscode';
import { CancelledError, HumanError, NotNowError } from '../../core/errors';
import { count, visible } from '../../core/format';
import { commandLine, resumeCommand } from '../../core/engine/commandLine';
import { whyNot } from '../../core/engine/whyNot';
import { pendingEffects, processIdOf, runTitle, taskTitle, type Run } from '../../core/run/run';
import type { StoredRun } from '../../core/source/runStore';
import type { Logger } from '../../core/log';
import { tell, withoutIcons } from '../messages';
import { localTime, setting } from '../settings';

/** What Resume Run offers. */
export type ResumeChoice =
  | { readonly type: 'answer'; readonly effectId: string }
  | { readonly type: 'iterate' }
  | { readonly type: 'continue' }
  | { readonly type: 'agent' };

type ResumeItem = vscode.QuickPickItem & { readonly choice: ResumeChoice };

/**
 * Says where the run stands and what is kept, and asks how to go on.
 * @param known the run as it was last read
 * @param read reads it now: the offer is made on what is, not on what is remembered
 * @throws NotNowError with the reason when the run cannot go on at all; CancelledError when nothing is picked
 */
export async function chooseResume(
  known: StoredRun,
  read: () => Promise<StoredRun>,
): Promise<{ readonly stored: StoredRun; readonly choice: ResumeChoice }> {
  demandResume(known);
  const picker = vscode.window.createQuickPick<ResumeItem>();
  picker.title = withoutIcons(`Resume: ${visible(runTitle(known.run))}`);
  picker.placeholder = 'Reading the run…';
  picker.items = resumeItems(known);
  try {
    const picked = new Promise<ResumeItem | undefined>((resolve) => {
      picker.onDidAccept(() => picker.activeItems[0] && resolve(picker.activeItems[0]));
      picker.onDidHide(() => resolve(undefined));
    });
    const shown = new Promise((resolve) => picker.onDidChangeActive(resolve));
    picker.show();
    // Not read before the picker is there: a tree that is drawn again takes the focus back from a picker that is just
    // opening, and a picker without the focus is closed.
    await Promise.race([shown, picked]);
    const stored = await read();
    demandResume(stored);
    const replayed = [...stored.run.fold.effects.values()].filter(
      ({ status }) => status !== 'pending',
    ).length;
    const kept = `${count(replayed, 'result')} ${replayed === 1 ? 'is' : 'are'} replayed, nothing is run again.`;
    picker.placeholder = withoutIcons(`${visible(stored.state.reason)}.${replayed === 0 ? '' : ` ${kept}`}`);
    const items = resumeItems(stored);
    if (JSON.stringify(items) !== JSON.stringify(picker.items)) picker.items = items;
    const item = await picked;
    if (!item) throw new CancelledError();
    return { stored, choice: item.choice };
  } finally {
    picker.dispose();
  }
}

function demandResume(stored: StoredRun): void {
  const refused = whyNot('run.resume', stored, localTime);
  if (refused) throw new NotNowError(refused);
}

function resumeItems(stored: StoredRun): readonly ResumeItem[] {
  const { run } = stored;
  const answers = pendingEffects(run)
    .filter(({ effect }) => effect.kind === 'breakpoint')
    .map(({ effect, task }): ResumeItem => ({
      label: `$(question) Answer first: ${withoutIcons(visible(taskTitle(effect, task)))}`,
      detail: 'Opens the question; the run goes on from your answer.',
      choice: { type: 'answer', effectId: effect.effectId },
    }));
  const iterates: ResumeItem[] =
    whyNot('run.iterate', stored) === undefined
      ? [
          {
            label: '$(debug-step-over) Iterate once',
            detail: 'Runs the process function here, up to its next open question.',
            choice: { type: 'iterate' },
          },
          {
            label: '$(run-all) Iterate until it needs you…',
            detail: 'Goes on until it waits for you or an agent, ends, or brings nothing new.',
            choice: { type: 'continue' },
          },
        ]
      : [];
  const agent: ResumeItem = {
    label: '$(terminal) Resume an agent in a terminal',
    detail: withoutIcons(visible(agentCommandLine(run))),
    choice: { type: 'agent' },
  };
  return [...answers, ...iterates, agent];
}

function agentWords(run: Run): readonly [string, ...string[]] {
  return resumeCommand(setting('resume.command'), {
    runId: run.runId,
    runDir: run.dir,
    processId: processIdOf(run),
    projectDir: run.projectDir,
  });
}

function agentCommandLine(run: Run): string {
  try {
    return commandLine(agentWords(run), 'posix');
  } catch (error) {
    if (error instanceof HumanError) return error.message;
    throw error;
  }
}

/** Starts the agent's program in a terminal of its own, without a shell, so that nothing in a run is read as one. */
export function resumeAgent(run: Run, logger: Logger): void {
  const [program, ...args] = agentWords(run);
  logger.info(`Terminal: ${visible(commandLine([program, ...args], 'posix'))}`);
  const terminal = vscode.window.createTerminal({
    name: `Resume ${runTitle(run)}`.slice(0, 40),
    iconPath: new vscode.ThemeIcon('debug-continue'),
    shellPath: program,
    shellArgs: args,
    cwd: run.projectDir,
    isTransient: true,
  });
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
            run: () =>
              vscode.commands.executeCommand(
                'workbench.action.openSettings',
                'babysitterRuns.resume.command',
              ),
          },
        ],
      );
    }
  });
}
