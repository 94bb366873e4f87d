import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { HumanError } from '../../../core/errors';
import { visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { findOnPath } from '../../../node/findProgram';
import { thisMachine, type Machine } from '../../../node/machine';
import { runProcess } from '../../../node/spawn';
import { childEnvironment } from '../../../node/childEnvironment';

/** A Node, and how it is started. */
export interface NodeProgram {
  /** Absolute. */
  readonly file: string;
  /** Arguments before the script. */
  readonly args: readonly string[];
  /** What its environment has besides that of a child. */
  readonly env: Readonly<Record<string, string>>;
  /** "20.20.2" */
  readonly version: string;
  /** `editor`: the one that the editor itself runs on. */
  readonly from: 'setting' | 'PATH' | 'editor';
  /** Why it is the editor's, as a sentence; `undefined` otherwise. */
  readonly why: string | undefined;
}

/** The Node that the editor runs on. */
export interface EditorsNode {
  readonly file: string;
  readonly version: string;
  /** It is the editor's own executable, which has to be told to behave as Node. */
  readonly isElectron: boolean;
}

const thisNode: EditorsNode = {
  file: process.execPath,
  version: process.versions.node,
  isElectron: process.versions['electron'] !== undefined,
};

/** What is told to the editor's executable must not reach what the engine starts. */
const forget = 'data:text/javascript,delete process.env.ELECTRON_RUN_AS_NODE';

export function editorsNode(
  why?: string,
  { file, version, isElectron }: EditorsNode = thisNode,
): NodeProgram {
  const how = isElectron
    ? { args: ['--import', forget], env: { ELECTRON_RUN_AS_NODE: '1' } }
    : { args: [], env: {} };
  return { file, ...how, version, from: 'editor', why };
}

/** The environment in which a Node is started. */
export function nodeEnvironment(env: NodeJS.ProcessEnv, node: NodeProgram): NodeJS.ProcessEnv {
  return { ...childEnvironment(env), ...node.env };
}

/** Engines that do not say what they need were made for this one. */
const oldestNode = '18';
/** Milliseconds that a Node may take to tell its version. */
const timeLimit = 10_000;

export interface EngineNodesOptions {
  /** The setting babysitterRuns.engine.node; asked at each call. */
  readonly setting: () => string;
  /** A relative setting is meant from the first one. */
  readonly workspaceFolders: () => readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly editor?: EditorsNode;
  readonly machine?: Machine;
}

/** Chooses a Node; `needs` is what the engine's package says: ">=20.9". @throws HumanError */
export type ChooseNode = (needs?: string) => Promise<NodeProgram>;

/** The Node with which the engine of a project would run, and so the project's own code. @throws HumanError */
export type NodeOf = (projectDir: string) => Promise<NodeProgram>;

/** Chooses the Node with which the engine, and with it the code of a project, runs. */
export class EngineNodes {
  readonly #versions = new Map<string, Promise<string | undefined>>();
  #told: string | undefined;

  constructor(
    private readonly options: EngineNodesOptions,
    private readonly logger: Logger,
    /** Told of each choice that differs from the one before. */
    private readonly chosen: (node: NodeProgram) => void = () => {},
  ) {}

  /**
   * The setting, else `node` of the PATH if it is new enough, else the editor's own.
   * @param needs `engines.node` of the engine's package: ">=20.9"; `undefined`: it does not say
   * @throws HumanError when the setting names no Node
   */
  async choose(needs?: string): Promise<NodeProgram> {
    const node = await this.#choose(oldestOf(needs) ?? oldestNode);
    const told = `Node of the engine: ${visible(node.file)} (${node.version}, from ${node.from === 'PATH' ? 'PATH' : `the ${node.from}`})${node.why === undefined ? '' : `. ${node.why}`}`;
    if (told !== this.#told) {
      this.logger.info(told);
      this.chosen(node);
    }
    this.#told = told;
    return node;
  }

  async #choose(oldest: string): Promise<NodeProgram> {
    const { env, workspaceFolders, editor, machine } = this.options;
    const set = this.options.setting();
    if (set !== '') {
      const named = set.replace(/^~(?=$|[/\\])/, homedir());
      const file = resolve(workspaceFolders()[0] ?? homedir(), named);
      const version = await this.#versionOf(file);
      if (version !== undefined) return { file, args: [], env: {}, version, from: 'setting', why: undefined };
      throw new HumanError(
        `The setting babysitterRuns.engine.node (${visible(file)}) names no Node.`,
        'Set it to the path of a node program, or leave it empty.',
      );
    }
    const file = findOnPath('node', env, machine);
    if (file === undefined) return editorsNode('There is no node on PATH.', editor);
    const version = await this.#versionOf(file);
    if (version === undefined) return editorsNode(`${visible(file)} does not tell its version.`, editor);
    return compareVersions(version, oldest) < 0
      ? editorsNode(`${visible(file)} is ${version}, and the engine needs ${oldest} or newer.`, editor)
      : { file, args: [], env: {}, version, from: 'PATH', why: undefined };
  }

  /** "20.20.2", as the program itself says; asked again when the file is another one. `undefined`: it is no Node. */
  #versionOf(file: string): Promise<string | undefined> {
    const key = `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? ''}`;
    const known = this.#versions.get(key);
    if (known) return known;
    const { env, machine = thisMachine } = this.options;
    const signal = new AbortController().signal;
    const options = { cwd: dirname(file), env: childEnvironment(env), signal, timeLimit };
    const asked = runProcess(file, ['--version'], options, machine).then(
      ({ stdout }) => /^v(\d+\.\d+\.\d+)/.exec(stdout.trim())?.[1],
      () => undefined,
    );
    this.#versions.set(key, asked);
    return asked;
  }
}

/** The least version that a range names: "^20.19 || >=22" needs 20.19. `undefined`: it names none. */
export function oldestOf(range: string | undefined): string | undefined {
  const parts = (range ?? '')
    .slice(0, 1000)
    .replace(/([<>=~^])\s+/g, '$1')
    .split(/[\s|]+/);
  // What begins with "<" is a limit from above, and what follows the number tells a pre-release.
  const named = parts.flatMap((part) => /^[>=~^v]{0,3}(\d+(?:\.\d+){0,2})/.exec(part)?.[1] ?? []);
  return named.toSorted(compareVersions)[0];
}

/** Negative: the first one is older. Parts that are left out are 0. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const at = [0, 1, 2].find((i) => (one[i] ?? 0) !== (other[i] ?? 0));
  return at === undefined ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
