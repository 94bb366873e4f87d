import { explainError, explainFailure } from '../core/drive/explain';
import { messageOf } from '../../../core/errors';
import { cutAtWord, duration, oneLine, visible } from '../../../core/format';
import { feederAnswer, type FeederAnswer, type FeederRequest } from '../core/fork/feederProtocol';
import type { Feeder, Made, QuickFeeders } from '../core/fork/feeder';
import { errorToPost, type RecordedTask } from '../core/fork/recordedTask';
import type { CopiedRun } from '../core/fork/replayCalls';
import type { Logger } from '../../../core/log';
import { isSegment } from '../../../core/run/lenient';
import { maskSecrets } from '../../../core/run/secrets';
import { engineTimeLimit, existing } from './cliEngine';
import { type ChooseNode, compareVersions, editorsNode, nodeEnvironment } from './engineNode';
import { packageOf, type CliLocation } from './locateCli';
import { grace, startProcess, type Started } from '../../../node/spawn';

export interface ChildFeedersOptions {
  /** Absolute path of the program: dist/feeder.js. */
  readonly program: string;
  /** The command line that a project would use; the functions are those of its package. */
  readonly locate: (projectDir: string) => CliLocation | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The Node that runs it; left out: the one that this runs on. */
  readonly node?: ChooseNode;
  /** Milliseconds that one step may take. */
  readonly timeLimit?: number;
}

/** Our own program is built for this Node. */
const oldestForProgram = '20';

/** Makes and feeds runs with the engine's functions, each run in one process of its own. */
export class ChildFeeders implements QuickFeeders {
  constructor(
    private readonly options: ChildFeedersOptions,
    private readonly logger: Logger,
  ) {}

  fit(projectDir: string): boolean {
    return this.#package(projectDir) !== undefined;
  }

  async open(projectDir: string, signal: AbortSignal): Promise<Feeder | undefined> {
    const sdk = this.#package(projectDir);
    if (sdk === undefined) return undefined;
    try {
      const needs = this.options.locate(projectDir)?.needs;
      const node = (await this.options.node?.(needs)) ?? editorsNode();
      if (compareVersions(node.version, oldestForProgram) < 0) {
        this.gaveUp(`They need Node ${oldestForProgram}, and ${node.file} is ${node.version}.`);
        return undefined;
      }
      const started = startProcess(node.file, [...node.args, this.options.program], {
        cwd: await existing(projectDir),
        env: nodeEnvironment(this.options.env, node),
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      return new ChildFeeder(started, sdk, signal, this.options.timeLimit ?? engineTimeLimit, this.logger);
    } catch (error) {
      this.gaveUp(messageOf(error));
      return undefined;
    }
  }

  gaveUp(why: string): void {
    this.logger.info(
      `The engine's functions could not be used, so its command line is called for each step. ${visible(why)}`,
    );
  }

  #package(projectDir: string): string | undefined {
    // A policy demands signed answers, which only the command line checks.
    if (this.options.env['POLICY_CONFIG_ROOT_FP'] !== undefined) return undefined;
    const found = this.options.locate(projectDir);
    return found && packageOf(found);
  }
}

/** How a step ended. */
type Step = FeederAnswer | { readonly type: 'ended'; readonly sentence: string };

/** The end of what it printed is kept for the log and for a sentence, up to so many characters. */
const outputLimit = 20_000;

/** One process in which a run is made and fed; see feederProgram.ts for its other end. */
class ChildFeeder implements Feeder {
  readonly #start = performance.now();
  #steps = 0;
  #loaded = false;
  #output = '';
  #errors = '';
  #ended: 'cancelled' | 'timeout' | undefined;
  /** Why the process is not there any more. */
  #gone: string | undefined;
  #answered: ((step: Step) => void) | undefined;
  readonly #exited: Promise<void>;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #cancel = (): unknown => this.#later(grace, () => this.#end('cancelled'));

  constructor(
    private readonly started: Started,
    private readonly sdk: string,
    private readonly signal: AbortSignal,
    private readonly timeLimit: number,
    private readonly logger: Logger,
  ) {
    const { child } = started;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output = lastOf(this.#output + text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = lastOf(this.#errors + text);
    });
    child.on('message', (message) => this.#receive(message));
    this.#exited = new Promise((resolve) => {
      const gone = (sentence: string): void => {
        this.#gone ??= sentence;
        this.#answered?.({ type: 'ended', sentence: this.#gone });
        resolve();
      };
      child.on('error', (error) => gone(messageOf(error)));
      child.on('exit', (code) => gone(this.#explainEnd(code ?? undefined)));
    });
    signal.addEventListener('abort', this.#cancel);
  }

  async create(run: CopiedRun): Promise<Made> {
    const step = await this.#ask({ type: 'create', id: 1, sdk: this.sdk, run: { ...run } });
    if (step.type === 'done' && step.runId !== undefined && isSegment(step.runId)) {
      return { runId: step.runId };
    }
    return { failure: sentenceOf(step) ?? 'The engine made no run.', untouched: !this.#loaded };
  }

  async iterate(dir: string): Promise<string | undefined> {
    return sentenceOf(await this.#ask({ type: 'iterate', id: 1, dir }));
  }

  async post(
    dir: string,
    effectId: string,
    { invocationKey, result, files }: RecordedTask,
    metadata: Readonly<Record<string, unknown>>,
  ): Promise<string | undefined> {
    const { status, value, startedAt, finishedAt } = result;
    return sentenceOf(
      await this.#ask({
        ...{ type: 'post', id: 1, dir, effectId, invocationKey, status, startedAt, finishedAt },
        ...(files.value === undefined ? { value } : { value: undefined, valueFile: files.value }),
        ...{ stdoutFile: files.stdout, stderrFile: files.stderr },
        ...(status === 'error' ? { error: errorToPost(result) } : {}),
        metadata: { ...result.metadata, ...metadata },
      }),
    );
  }

  async close(): Promise<void> {
    const { child } = this.started;
    this.signal.removeEventListener('abort', this.#cancel);
    if (child.connected) child.disconnect();
    if (this.#ended === undefined) this.#later(grace, () => this.#end('cancelled'));
    await this.#exited;
    for (const timer of this.#timers) clearTimeout(timer);
    // What the process function started is in the same group.
    this.started.kill('SIGKILL');
    child.stdout?.destroy();
    child.stderr?.destroy();
    const took = duration(performance.now() - this.#start);
    this.logger.info(`${this.#steps} steps with the functions of ${visible(this.sdk)}, ${took}`);
    for (const [name, text] of [
      ['stdout', this.#output],
      ['stderr', this.#errors],
    ] as const) {
      const said = visible(cutAtWord(oneLine(maskSecrets(text)), 2000));
      if (said !== '') this.logger.info(`  ${name}: ${said}`);
    }
  }

  /** One after the other: each step is asked for when the one before was answered. */
  async #ask(request: FeederRequest): Promise<Step> {
    const { child } = this.started;
    this.#steps += 1;
    const id = this.#steps;
    if (this.#gone !== undefined || !child.connected) {
      return { type: 'ended', sentence: this.#gone ?? this.#explainEnd(child.exitCode ?? undefined) };
    }
    const limit = this.#later(this.timeLimit, () => this.#end('timeout'));
    try {
      return await new Promise<Step>((resolve) => {
        this.#answered = (step) => {
          if (step.type === 'ended' || step.id === id) resolve(step);
        };
        // Into a channel that is closing nothing can be sent; the end of the process itself may have been told already.
        child.send({ ...request, id }, (error) => {
          if (error) resolve({ type: 'ended', sentence: this.#gone ?? messageOf(error) });
        });
      });
    } catch (error) {
      // A value too deeply nested to be sent.
      return { type: 'ended', sentence: messageOf(error) };
    } finally {
      this.#answered = undefined;
      clearTimeout(limit);
    }
  }

  #receive(message: unknown): void {
    // The process function has the same channel; whatever else it says there is not meant for us.
    const parsed = feederAnswer.safeParse(message);
    if (!parsed.success) return;
    if (parsed.data.type === 'loaded') this.#loaded = true;
    else this.#answered?.(parsed.data);
  }

  #end(why: 'cancelled' | 'timeout'): void {
    this.#ended ??= why;
    this.started.kill('SIGTERM');
    this.#later(grace, () => this.started.kill('SIGKILL'));
  }

  #later(milliseconds: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(action, milliseconds);
    this.#timers.add(timer);
    return timer;
  }

  #explainEnd(exitCode: number | undefined): string {
    return explainFailure({
      ended: this.#ended ?? 'exit',
      exitCode,
      answer: undefined,
      silent: false,
      stderr: this.#errors,
    });
  }
}

/** The last whole lines: half of one may hold a secret without its name, by which it would be masked. */
function lastOf(text: string): string {
  if (text.length <= outputLimit) return text;
  const kept = text.slice(-outputLimit);
  return kept.slice(kept.indexOf('\n') + 1);
}

/** Why a step failed, as a sentence; `undefined`: it did not. */
function sentenceOf(step: Step): string | undefined {
  switch (step.type) {
    case 'ended':
      return step.sentence;
    case 'failed':
      return explainError(step.message);
    case 'stuck':
      return explainError(undefined);
    default:
      return undefined;
  }
}
