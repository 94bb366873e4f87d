import * as vscode from 'vscode';
import { pickerTitle } from '../../../core/commands';
import { textOf } from '../../../core/documents';
import { CancelledError, messageOf, NotNowError } from '../../../core/errors';
import { duration, toIso, visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { isInside } from '../../../core/paths';
import { runTitle, taskTitle } from '../../../core/run/run';
import { keyText } from '../../../core/run/runKey';
import { OutputSample, TerminalText } from '../../../core/terminalText';
import type { RunStore } from '../../../core/source/runStore';
import {
  commandError,
  commandValue,
  looksSecret,
  readTaskCommand,
  type CommandOutcome,
  type CommandRunner,
  type CommandValue,
  type PreparedCommand,
  type TaskCommand,
} from '../core/taskRun/taskCommand';
import { confirm, plain, withoutIcons } from '../../../vscode/messages';
import { workspaceFolders } from '../../../vscode/workspacePlaces';
import { demandTrust } from '../../../vscode/trust';
import { Once } from '../../../vscode/commands/once';
import type { Posting } from './postTask';
import { pick, type EffectTarget } from '../../../vscode/commands/targets';

export interface TaskRunsDeps {
  readonly store: RunStore;
  readonly runner: CommandRunner;
  readonly posting: Posting;
  readonly logger: Logger;
}

/** Runs what a pending task names, in a terminal, and hands what came of it to the person. */
export class TaskRuns {
  readonly #once = new Once();

  constructor(private readonly deps: TaskRunsDeps) {}

  /** Shows what would be run, runs it, and shows what would be posted. Nothing is posted by itself. */
  async run(target: EffectTarget): Promise<void> {
    demandTrust();
    const { stored, effect } = target;
    const { key, location, projectDir } = stored.run;
    const part = await this.deps.store.sourceOf(key)?.document(key, { task: effect.effectId, part: 'task' });
    const command = readTaskCommand(part ? textOf(part) : '');
    if ('problem' in command) throw new NotNowError(command.problem);
    const title = visible(taskTitle(effect, stored.run.pendingTasks.get(effect.effectId)));
    const secrets = await askSecrets(command, title);
    const prepared = await this.deps.runner.prepare(command, location, projectDir, secrets);
    await confirm(`Run "${title}"?`, describe(command, prepared, visible(runTitle(stored.run))), 'Run');
    await this.#once.run(`${effect.effectId} ${keyText(key)}`, () =>
      this.#run(target, title, command, prepared),
    );
  }

  async #run(
    target: EffectTarget,
    title: string,
    command: TaskCommand,
    prepared: PreparedCommand,
  ): Promise<void> {
    for (let terminal = new TaskTerminal(title); ;) {
      const startedAt = toIso(Date.now());
      if (terminal.closed) terminal = new TaskTerminal(title);
      const outcome = await terminal.run(commandText(command), this.deps.runner, prepared);
      this.deps.logger.info(`Task "${title}": ${ending(outcome)} after ${duration(outcome.milliseconds)}.`);
      const { exitCode, stdout, stderr } = outcome;
      const value = commandValue(command.expectedExitCode, exitCode, stdout, stderr);
      const record = { stdout, stderr, startedAt, finishedAt: toIso(Date.now()) };
      if (outcome.ended === 'exit' && value.success) {
        return this.deps.posting.edit(target, { status: 'ok', value, record });
      }
      const choice = await afterFailure(title, outcome, value);
      if (choice === 'result') return this.deps.posting.edit(target, { status: 'ok', value, record });
      if (choice === 'error') {
        return this.deps.posting.edit(target, { status: 'error', value: commandError(value), record });
      }
    }
  }
}

/** What is asked of a person before a command runs: all of it stands there. */
function describe(command: TaskCommand, prepared: PreparedCommand, run: string): string {
  const shown = Object.keys(command.env).map(
    (name) => `${name}=${looksSecret(name) ? '•••' : (command.env[name] ?? '')}`,
  );
  const asked = command.redactedKeys.map((name) => `${name}=•••`);
  const outside = workspaceFolders().some((folder) => isInside(folder, prepared.cwd))
    ? ''
    : ' (outside of the workspace)';
  const lines = [
    `Run: ${run}`,
    command.type === 'line' ? `Command line, run by ${prepared.file}:` : 'Command:',
    commandText(command),
    `Folder: ${prepared.cwd}${outside}`,
    ...(shown.length + asked.length === 0 ? [] : [`Environment: ${[...shown, ...asked].join('  ')}`]),
    ...(command.timeout === undefined ? [] : [`Ended after: ${duration(command.timeout)}`]),
    'Nothing is posted before you have seen the outcome.',
  ];
  return lines.map(visible).join('\n');
}

function commandText({ type, command, args }: TaskCommand): string {
  const words = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : JSON.stringify(arg)));
  return visible([...(type === 'node' ? ['node'] : []), command, ...words].join(' '));
}

/** Asks for the values that the engine did not write down. Left empty: as in the editor's environment. */
async function askSecrets(command: TaskCommand, title: string): Promise<Readonly<Record<string, string>>> {
  const secrets: Record<string, string> = {};
  for (const name of command.redactedKeys) {
    const value = await vscode.window.showInputBox({
      title: `${pickerTitle('task.run')}: ${title}`,
      prompt: `The task wants ${visible(name)}, whose value is not written down in the run. Empty: as the editor has it.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (value === undefined) throw new CancelledError();
    if (value !== '') secrets[name] = value;
  }
  return secrets;
}

/** A failing command is never posted by itself. */
async function afterFailure(
  title: string,
  outcome: CommandOutcome,
  { exitCode }: CommandValue,
): Promise<'again' | 'result' | 'error'> {
  const again = {
    label: '$(refresh) Run Again',
    detail: 'The same command once more.',
    choice: 'again',
  } as const;
  const result = {
    label: '$(pass) Post as Result',
    detail: `The process gets success: false and the exit code ${exitCode ?? 'null'}, and decides itself.`,
    choice: 'result',
  } as const;
  const error = {
    label: '$(error) Post as Error',
    detail: 'Thrown in the process; this usually fails the run.',
    choice: 'error',
  } as const;
  return (
    await pick(
      [again, result, error],
      withoutIcons(`${pickerTitle('task.run')}: ${title}`),
      `It ${ending(outcome)}. Nothing is posted yet`,
    )
  ).choice;
}

function ending({ ended, exitCode }: CommandOutcome): string {
  if (ended === 'timeout') return 'took too long and was ended';
  if (ended === 'cancelled') return 'was ended by you';
  return exitCode === undefined ? 'was ended by a signal' : `ended with exit code ${exitCode}`;
}

/** Of one piece of output so much is looked at, in characters: a pipe brings less. */
const mostAtOnce = 1024 * 1024;

/** A terminal of our own that shows what a command prints. Ctrl+C, or closing it, ends the command. */
class TaskTerminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #opened: Promise<void>;
  #running = new AbortController();
  closed = false;

  constructor(title: string) {
    this.#opened = new Promise((resolve) => {
      const terminal = vscode.window.createTerminal({
        name: plain(title).slice(0, 40),
        iconPath: new vscode.ThemeIcon('terminal'),
        isTransient: true,
        pty: {
          onDidWrite: this.#written.event,
          open: () => resolve(),
          close: () => {
            this.closed = true;
            this.#running.abort();
          },
          handleInput: (keys: string) => keys.includes('\u0003') && this.#running.abort(),
        },
      });
      terminal.show(true);
    });
  }

  /** @throws HumanError when it cannot be started */
  async run(text: string, runner: CommandRunner, command: PreparedCommand): Promise<CommandOutcome> {
    await this.#opened;
    this.#running = new AbortController();
    this.#write(`\u001b[1m${text}\u001b[0m\n`);
    try {
      const [safe, sample] = [new TerminalText(), new OutputSample()];
      const outcome = await runner.run(command, this.#running.signal, (output) =>
        this.#write(sample.take(safe.filter(output.slice(0, mostAtOnce)), performance.now())),
      );
      this.#write(sample.end());
      this.#write(`\n\u001b[2mIt ${ending(outcome)} after ${duration(outcome.milliseconds)}.\u001b[0m\n`);
      return outcome;
    } catch (error) {
      this.#write(`\n${visible(messageOf(error))}\n`);
      throw error;
    }
  }

  /** A terminal wants the carriage returned, too. */
  #write(output: string): void {
    this.#written.fire(output.replace(/\r?\n/g, '\r\n'));
  }
}
