import { homedir } from 'node:os';
import { knownCommands } from '../core/drive/newerCalls';
import { NoEngineError } from '../core/drive/engine';
import type { CliEngine } from './cliEngine';
import type { CliLocation } from './locateCli';
import { nodeEnvironment } from './engineNode';
import { runProcess } from '../../../node/spawn';

/** npx may have to download the package first. In milliseconds. */
const timeLimit = 120_000;

/** What the engines found on this machine can be asked for, by their help and version; each is asked once, and again where that failed. */
export class EngineFeatures {
  readonly #commands = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(
    private readonly engine: CliEngine,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * The commands of the engine that a project would use: "run:create", "task:post".
   * @throws NoEngineError, HumanError when it cannot be started
   */
  commands(projectDir: string): Promise<ReadonlySet<string>> {
    const { found, tried } = this.engine.locate(projectDir);
    if (!found) throw new NoEngineError(tried);
    const key = [found.script, found.version, ...found.before].join('\n');
    const known = this.#commands.get(key);
    if (known) return known;
    const asked = this.#ask(found);
    this.#commands.set(key, asked);
    // What failed may work the next time.
    asked.catch(() => this.#commands.delete(key));
    return asked;
  }

  async #ask(found: CliLocation): Promise<ReadonlySet<string>> {
    const node = await this.engine.node(found);
    const args = [...node.args, found.script, ...found.before, '--help'];
    const { stdout, stderr } = await runProcess(node.file, args, {
      cwd: homedir(),
      env: nodeEnvironment(this.env, node),
      signal: new AbortController().signal,
      timeLimit,
    });
    // Some versions print it as an error.
    return knownCommands(`${stdout}\n${stderr}`, found.version);
  }
}
