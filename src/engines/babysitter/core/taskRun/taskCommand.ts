import { isRecord, parseJson } from '../../../../core/run/lenient';

/** What a task wants to be run for it, as its task.json says. */
export interface TaskCommand {
  /**
   * `line`: a command line that the system's shell runs; `program`: a program with its arguments, no shell;
   * `node`: a JavaScript file that Node runs.
   */
  readonly type: 'line' | 'program' | 'node';
  /** The command line, the program, or the file. */
  readonly command: string;
  readonly args: readonly string[];
  /** As the task names it, relative to the project; `undefined`: the project itself. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables whose values the engine left out of task.json, as they look like secrets. */
  readonly redactedKeys: readonly string[];
  /** Milliseconds; `undefined`: the task sets no limit. */
  readonly timeout: number | undefined;
  readonly expectedExitCode: number;
}

/** How a command is run, everything decided. */
export interface PreparedCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Windows: the arguments are the command line as it is. */
  readonly verbatim?: boolean | undefined;
  /** Milliseconds. */
  readonly timeLimit: number;
}

/** How a command ended, and what it printed. */
export interface CommandOutcome {
  readonly ended: 'exit' | 'cancelled' | 'timeout';
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Runs what tasks want to be run. */
export interface CommandRunner {
  /**
   * Decides how a task's command is run.
   * @param runDir the run's folder: a node file below `tasks/` lies there
   * @param secrets values for the variables that the engine left out
   * @throws HumanError when there is no Node as the settings want it
   */
  prepare(
    command: TaskCommand,
    runDir: string,
    projectDir: string,
    secrets: Readonly<Record<string, string>>,
  ): Promise<PreparedCommand>;
  /**
   * Runs it to its end, without standard input.
   * @param onOutput told of what it prints, as it comes
   * @throws HumanError when it cannot be started
   */
  run(
    command: PreparedCommand,
    signal: AbortSignal,
    onOutput: (text: string) => void,
  ): Promise<CommandOutcome>;
}

/** Reads what a task wants to be run. `problem` is a sentence: there is nothing to be run, or it cannot be read. */
export function readTaskCommand(json: string): TaskCommand | { readonly problem: string } {
  const parsed = parseJson(json);
  if ('problem' in parsed) return { problem: `Its task.json ${parsed.problem}.` };
  const task = parsed.value;
  if (!isRecord(task)) return { problem: 'Its task.json is not an object.' };
  const { node, shell, command, metadata } = task;
  const redacted = isRecord(metadata) ? metadata['redactedEnvKeys'] : undefined;
  const redactedKeys = texts(redacted) ?? [];
  if (isRecord(node) && typeof node['entry'] === 'string' && node['entry'] !== '') {
    return {
      ...options(node),
      type: 'node',
      command: node['entry'],
      args: texts(node['args']) ?? [],
      redactedKeys,
    };
  }
  const source = isRecord(shell) ? shell : command === undefined ? undefined : task;
  const found = source && words(source['command'], source['args']);
  return source && found
    ? { ...options(source), ...found, redactedKeys }
    : { problem: 'Its task.json names no command that could be run: it is for an agent.' };
}

/** A plain program name or path; anything else is a line for a shell. */
const plainProgram = /^[\w@%+=:,./\\-]+$/;

function words(command: unknown, args: unknown): Pick<TaskCommand, 'type' | 'command' | 'args'> | undefined {
  const list = texts(command);
  const given = texts(args) ?? [];
  if (list) {
    const [program = '', ...rest] = list;
    return program === '' ? undefined : { type: 'program', command: program, args: [...rest, ...given] };
  }
  if (typeof command !== 'string' || command.trim() === '') return undefined;
  if (given.length > 0 || plainProgram.test(command)) return { type: 'program', command, args: given };
  return { type: 'line', command, args: [] };
}

function options(
  source: Readonly<Record<string, unknown>>,
): Pick<TaskCommand, 'cwd' | 'env' | 'timeout' | 'expectedExitCode'> {
  const { cwd, env, timeout, timeoutMs, expectedExitCode } = source;
  const limit = timeout ?? timeoutMs;
  return {
    cwd: typeof cwd === 'string' && cwd !== '' ? cwd : undefined,
    env: Object.fromEntries(
      Object.entries(isRecord(env) ? env : {}).flatMap(([key, value]) =>
        typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
      ),
    ),
    timeout: typeof limit === 'number' && limit > 0 ? limit : undefined,
    expectedExitCode: typeof expectedExitCode === 'number' ? expectedExitCode : 0,
  };
}

/** A list of texts; `undefined` for anything else. */
function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** Whether a variable's value should not be shown, by its name. */
export function looksSecret(name: string): boolean {
  return /secret|token|passw|pwd|key|credential|auth|cookie|private/i.test(name);
}

/** What came of a command, in the shape that processes read. */
export interface CommandValue {
  readonly success: boolean;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** So much of each output becomes part of the value; all of it is kept in stdout.log and stderr.log. In characters. */
const outputInValue = 200_000;

export function commandValue(
  expectedExitCode: number,
  exitCode: number | undefined,
  stdout: string,
  stderr: string,
): CommandValue {
  return {
    success: exitCode === expectedExitCode,
    exitCode: exitCode ?? null,
    stdout: stdout.slice(-outputInValue),
    stderr: stderr.slice(-outputInValue),
  };
}

/** The same as an error, which the process gets thrown. */
export function commandError({ exitCode, stdout, stderr }: CommandValue): Readonly<Record<string, unknown>> {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  const code = exitCode === null ? 'was ended by a signal' : `failed with exit code ${exitCode}`;
  return {
    name: 'CommandFailed',
    message: `The command ${code}${last === '' ? '' : `: ${last.slice(0, 500)}`}`,
    data: { exitCode, stdout, stderr },
  };
}
