import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, CliOutcome } from '../core/drive/engine';
import { NoEngineError } from '../core/drive/engine';
import { lastJsonObject, type CliCall } from '../core/drive/cliCalls';
import { HumanError } from '../../../core/errors';
import { cutAtWord, duration, oneLine, visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { maskSecrets } from '../../../core/run/secrets';
import { type ChooseNode, editorsNode, nodeEnvironment, type NodeProgram } from './engineNode';
import { locateCli, type CliLocation } from './locateCli';
import { runProcess } from '../../../node/spawn';

export interface CliEngineOptions {
  /** The setting babysitterRuns.engine.path; asked at each call. */
  readonly setting: () => string;
  readonly workspaceFolders: () => readonly string[];
  /** The person allowed npx in this window. */
  readonly npxAllowed: () => boolean;
  /** The version that the person wants npx to bring for a project, before any other engine; `undefined`: none. */
  readonly npxVersion?: (projectDir: string) => string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The Node that runs it; left out: the one that this runs on. */
  readonly node?: ChooseNode;
  /** Whether the workspace is trusted: nothing is looked for in one that is not; left out: it is. */
  readonly isTrusted?: () => boolean;
}

/**
 * How long one call may take, in milliseconds. A process may work for long within one iterate, and every call of the
 * engine reads the whole journal: of 10,000 events that took 8 s for a post, so that a million fit.
 */
export const engineTimeLimit = 15 * 60_000;

/** The engine as its own command line, one process per call. */
export class CliEngine implements Engine {
  #reported: string | undefined;

  constructor(
    private readonly options: CliEngineOptions,
    private readonly logger: Logger,
  ) {}

  /** Where the command line is, for a project; `undefined` with all places tried when it is nowhere. */
  locate(projectDir: string): { readonly found: CliLocation | undefined; readonly tried: readonly string[] } {
    const { setting, workspaceFolders, npxAllowed, env, isTrusted } = this.options;
    if (isTrusted?.() === false) return { found: undefined, tried: [] };
    const result = locateCli({
      setting: setting(),
      projectDir,
      workspaceFolders: workspaceFolders(),
      env,
      npxAllowed: npxAllowed(),
      npxVersion: this.options.npxVersion?.(projectDir),
    });
    const told = result.found
      ? `Engine: ${result.found.script} (${result.found.version ?? 'version unknown'}, from ${result.found.where})`
      : `No engine found. Tried: ${result.tried.join('; ')}`;
    if (told !== this.#reported) this.logger.info(told);
    this.#reported = told;
    return result;
  }

  /** The Node with which a command line runs. @throws HumanError */
  node(found: CliLocation): Promise<NodeProgram> {
    return this.options.node?.(found.needs) ?? Promise.resolve(editorsNode());
  }

  /** The Node with which the engine of a project would run, and so the project's own code. @throws HumanError */
  nodeOf(projectDir: string): Promise<NodeProgram> {
    const { found } = this.locate(projectDir);
    return this.options.node?.(found?.needs) ?? Promise.resolve(editorsNode());
  }

  async call<T>(call: CliCall<T>, projectDir: string, signal: AbortSignal): Promise<CliOutcome<T>> {
    const { found, tried } = this.locate(projectDir);
    if (!found) throw new NoEngineError(tried);
    const files = Object.entries(call.files ?? {});
    const folder = files.length === 0 ? undefined : await mkdtemp(join(tmpdir(), 'babysitter-runs-'));
    try {
      const extra: string[] = [];
      for (const [option, text] of files) {
        const file = join(folder ?? '', option.slice(2));
        await writeFile(file, text, { mode: 0o600 });
        extra.push(option, file);
      }
      const args = [...call.args, ...extra];
      for (const arg of args) {
        if (arg.includes('\0'))
          throw new HumanError('An argument holds a NUL character, so nothing was run.');
      }
      // A process may work for long within one iterate, and what it prints tells how far it is.
      const live =
        args[0] === 'run:iterate' ? new LiveOutput((line) => this.#logOutput('', line)) : undefined;
      const node = await this.node(found);
      const outcome = await runProcess(node.file, [...node.args, found.script, ...found.before, ...args], {
        cwd: await existing(projectDir),
        env: nodeEnvironment(this.options.env, node),
        stdin: call.stdin,
        signal,
        timeLimit: engineTimeLimit,
        ...(live ? { onOutput: (text: string) => live.add(text) } : {}),
      });
      const parsed = call.answer.safeParse(lastJsonObject(outcome.stdout));
      const left = live ? { stdout: live.rest, stderr: '' } : outcome;
      this.#log(args, left.stdout, left.stderr, [
        outcome.ended === 'exit' ? `exit code ${outcome.exitCode ?? 'none'}` : outcome.ended,
        duration(outcome.milliseconds),
        parsed.success ? 'answered' : 'no answer',
      ]);
      return {
        ended: outcome.ended,
        exitCode: outcome.exitCode,
        answer: parsed.success ? parsed.data : undefined,
        silent: outcome.stdout.trim() === '',
        stderr: outcome.stderr,
      };
    } finally {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }

  #log(args: readonly string[], stdout: string, stderr: string, outcome: readonly string[]): void {
    const line = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
    this.logger.info(`${outcome.join(', ')}: babysitter ${visible(line)}`);
    this.#logOutput('stdout: ', stdout);
    this.#logOutput('stderr: ', stderr);
  }

  #logOutput(name: string, text: string): void {
    const said = visible(cutAtWord(oneLine(maskSecrets(text)), 2000));
    if (said !== '') this.logger.info(`  ${name}${said}`);
  }
}

/** So many lines of one call are told as they come; whoever prints more prints it for somebody else. */
const mostLines = 1000;

/** What a process prints within an iterate, line by line as it comes, up to the engine's own answer. */
class LiveOutput {
  #text = '';
  #lines = 0;
  #answer = false;

  constructor(private readonly tell: (line: string) => void) {}

  add(text: string): void {
    this.#text += text;
    while (!this.#answer) {
      const end = this.#text.indexOf('\n');
      if (end === -1) break;
      const line = this.#text.slice(0, end);
      // The answer is JSON in several lines, of which the first is this.
      this.#answer = line === '{';
      if (this.#answer) break;
      this.#text = this.#text.slice(end + 1);
      this.#lines += 1;
      if (this.#lines <= mostLines) this.tell(line);
      if (this.#lines === mostLines) this.tell('… (what follows is left out)');
    }
    // Not its end: a secret without its name before it would not be seen to be one.
    this.#text = this.#text.slice(0, outputKept);
  }

  /** What was not told yet. */
  get rest(): string {
    return this.#text;
  }
}

/** Of what was not told yet so much is kept, in characters. */
const outputKept = 100_000;

/** The project folder may be gone, or come from a run.json of another machine. All paths in calls are absolute. */
export async function existing(dir: string): Promise<string> {
  const found = await stat(dir).catch(() => undefined);
  return found?.isDirectory() ? dir : homedir();
}
