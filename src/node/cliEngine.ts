import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, CliOutcome } from '../core/engine/engine';
import { NoEngineError } from '../core/engine/engine';
import { lastJsonObject, type CliCall } from '../core/engine/cliCalls';
import { HumanError } from '../core/errors';
import { cutAtWord, duration, oneLine, visible } from '../core/format';
import type { Logger } from '../core/log';
import { maskSecrets } from '../core/run/secrets';
import { locateCli, type CliLocation } from './locateCli';
import { runProcess } from './spawn';

export interface CliEngineOptions {
  /** The setting babysitterRuns.engine.path; asked at each call. */
  readonly setting: () => string;
  readonly workspaceFolders: () => readonly string[];
  /** The person allowed npx in this window. */
  readonly npxAllowed: () => boolean;
  readonly env: NodeJS.ProcessEnv;
}

/** A process may work for long within one iterate. In milliseconds. */
const timeLimit = 15 * 60_000;

/** The engine as its own command line, one process per call. */
export class CliEngine implements Engine {
  #reported: string | undefined;

  constructor(
    private readonly options: CliEngineOptions,
    private readonly logger: Logger,
  ) {}

  /** Where the command line is, for a project; `undefined` with all places tried when it is nowhere. */
  locate(projectDir: string): { readonly found: CliLocation | undefined; readonly tried: readonly string[] } {
    const { setting, workspaceFolders, npxAllowed, env } = this.options;
    const result = locateCli({
      setting: setting(),
      projectDir,
      workspaceFolders: workspaceFolders(),
      env,
      npxAllowed: npxAllowed(),
    });
    const told = result.found
      ? `Engine: ${result.found.script} (${result.found.version ?? 'version unknown'}, from ${result.found.where})`
      : `No engine found. Tried: ${result.tried.join('; ')}`;
    if (told !== this.#reported) this.logger.info(told);
    this.#reported = told;
    return result;
  }

  async call<T>(call: CliCall<T>, projectDir: string, signal: AbortSignal): Promise<CliOutcome<T>> {
    const { found, tried } = this.locate(projectDir);
    if (!found) throw new NoEngineError(tried);
    const folder =
      call.metadata === undefined ? undefined : await mkdtemp(join(tmpdir(), 'babysitter-runs-'));
    try {
      const extra: string[] = [];
      if (folder !== undefined && call.metadata !== undefined) {
        const file = join(folder, 'metadata.json');
        await writeFile(file, call.metadata, { mode: 0o600 });
        extra.push('--metadata', file);
      }
      const args = [...call.args, ...extra];
      for (const arg of args) {
        if (arg.includes('\0'))
          throw new HumanError('An argument holds a NUL character, so nothing was run.');
      }
      const outcome = await runProcess(process.execPath, [found.script, ...found.before, ...args], {
        cwd: await existing(projectDir),
        env: engineEnvironment(this.options.env),
        stdin: call.stdin,
        signal,
        timeLimit,
      });
      const parsed = call.answer.safeParse(lastJsonObject(outcome.stdout));
      this.#log(args, outcome.stdout, outcome.stderr, [
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
    for (const [name, text] of [
      ['stdout', stdout],
      ['stderr', stderr],
    ] as const) {
      const said = visible(cutAtWord(oneLine(maskSecrets(text)), 2000));
      if (said !== '') this.logger.info(`  ${name}: ${said}`);
    }
  }
}

/** The environment of the editor, less what would make a child behave as a part of the editor. */
function engineEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('VSCODE_') && name !== 'NODE_OPTIONS');
  // Makes an editor's own executable behave as Node; Node itself does not mind.
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}

/** The project folder may be gone, or come from a run.json of another machine. All paths in calls are absolute. */
async function existing(dir: string): Promise<string> {
  const found = await stat(dir).catch(() => undefined);
  return found?.isDirectory() ? dir : homedir();
}
