import { layoutVersion } from '../../src/engines/babysitter/core/metadata';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../../src/core/log';
import { JumpingClock, settled, Window } from './window';

export interface SoakSize {
  /** Runs that are written at the same time, and how many events each gets. */
  readonly live: number;
  readonly events: number;
  /** Runs that are made and deleted again. */
  readonly made: number;
  /** Answers that are killed, and as many that find the disk full. */
  readonly answers: number;
}

/** What was done so far. */
export interface ShakenFigures {
  /** Events written, runs made, questions asked. */
  readonly events: number;
  readonly runs: number;
  readonly questions: number;
  /** In words: rows missing, rows of what is gone, what was told twice or never. */
  readonly wrong: readonly string[];
}

const hour = 3_600_000;
/** Longer than anything takes on a busy machine, in milliseconds. */
const patience = 120_000;

/** A workspace, the windows on it, and what they must show. */
export class ShakenWorkspace {
  readonly workspace: string;
  readonly #runs: string;
  readonly #clock = new JumpingClock();
  readonly #windows: Window[] = [];
  /** How many events each run has, by folder. */
  readonly #expected = new Map<string, number>();
  readonly #asked = new Set<string>();
  readonly #told: string[] = [];
  readonly #wrong: string[] = [];
  #events = 0;
  #made = 0;

  constructor(
    private readonly folder: string,
    private readonly say: (text: string) => void,
  ) {
    this.workspace = join(folder, 'workspace');
    this.#runs = join(this.workspace, '.a5c', 'runs');
    mkdirSync(this.#runs, { recursive: true });
  }

  async begin(): Promise<void> {
    // A row that stays, so that a window without any is never right by chance.
    this.#make('first');
    const logger: Logger = {
      info: () => {},
      warn: () => {},
      error: (text) => void this.#wrong.push(`the log says: ${text}`),
    };
    for (const name of ['one', 'two']) {
      const places = {
        workspace: this.workspace,
        shared: join(this.folder, 'shared'),
        index: join(this.folder, `index-${name}`),
      };
      this.#windows.push(
        new Window(places, this.#clock, logger, (question) => void this.#told.push(question)),
      );
    }
    await this.check('the beginning');
    // What is there while a window opens is told together, some seconds later.
    await settled(() => false, 4000);
  }

  get figures(): ShakenFigures {
    const [events, runs, questions, wrong] = [this.#events, this.#made, this.#asked.size, this.#wrong];
    return { events, runs, questions, wrong };
  }

  /** Many runs are written at the same time; every tenth asks something. */
  async liveRuns({ live, events }: Pick<SoakSize, 'live' | 'events'>): Promise<void> {
    const runs: string[] = [];
    for (let i = 0; i < live; i += 1) {
      runs.push(this.#make());
      // Making all of them at once is a block of this process and of no window.
      await nextTurn();
    }
    for (let n = 2; n <= events; n += 1) {
      for (const [i, dir] of runs.entries()) {
        if (n === 3 && i % 10 === 0) this.#ask(dir);
        else this.#append(dir, 'PROCESS_LOG', { label: 'note', message: `line ${n}` });
        await nextTurn();
      }
    }
    await this.check('live runs');
    await this.#toldOnce();
    for (const dir of runs) {
      await this.#remove(dir);
    }
    await this.check('live runs were deleted');
  }

  async madeAndDeleted(count: number): Promise<void> {
    const runs: string[] = [];
    for (let i = 0; i < count; i += 1) {
      runs.push(this.#make());
      await nextTurn();
      // Some are gone before anybody has seen them.
      const doomed = i % 3 === 0 ? runs.pop() : undefined;
      if (doomed !== undefined) await this.#remove(doomed);
    }
    await this.check(`${count} runs were made`);
    for (const dir of runs) {
      await this.#remove(dir);
    }
    await this.check(`${count} runs were deleted`);
  }

  /** The runs directory is another one, and then the first one again. */
  async replaced(): Promise<void> {
    const away = join(this.workspace, 'away');
    const kept = new Map(this.#expected);
    renameSync(this.#runs, away);
    this.#expected.clear();
    await this.check('the runs directory was moved away');
    mkdirSync(this.#runs);
    const others = [this.#make(), this.#make()];
    await this.check('another runs directory came');
    for (const dir of others) this.#expected.delete(dir);
    rmSync(this.#runs, { recursive: true });
    renameSync(away, this.#runs);
    for (const [dir, events] of kept) this.#expected.set(dir, events);
    await this.check('the first runs directory came back');
  }

  async clockJumps(): Promise<void> {
    const dir = this.#make();
    for (const offset of [48 * hour, -72 * hour, 0]) {
      this.#clock.offset = offset;
      this.#append(dir, 'PROCESS_LOG', { label: 'note', message: `${offset}` });
      this.#ask(dir);
      await this.check(`the clock jumped by ${offset / hour} h`);
    }
    await this.#toldOnce();
    await this.#remove(dir);
    await this.check('the clock is right');
  }

  /** The windows look at everything again. */
  async refresh(): Promise<void> {
    await Promise.all(this.#windows.map(({ store }) => store.refresh()));
  }

  /** Nobody was told anything twice, and of every question once. */
  async #toldOnce(): Promise<void> {
    const isTold = (): boolean => [...this.#asked].every((question) => this.#told.includes(question));
    if (!(await settled(isTold, patience))) {
      const never = [...this.#asked].filter((question) => !this.#told.includes(question));
      this.wrong(`${never.length} questions were not told`);
    }
    const twice = this.#told.length - new Set(this.#told).size;
    if (twice > 0) this.wrong(`${twice} questions were told twice`);
  }

  wrong(what: string): void {
    this.#wrong.push(what);
    this.say(`WRONG: ${what}`);
  }

  /** Waits until both windows show what they must. */
  async check(when: string): Promise<void> {
    // Looked at often, so that looking costs little.
    const differs = (window: Window): boolean => {
      if (window.store.all.length !== this.#expected.size) return true;
      for (const [dir, events] of this.#expected) if (window.eventsOf(dir) !== events) return true;
      return false;
    };
    if (await settled(() => !this.#windows.some(differs), patience)) return;
    for (const { rows } of this.#windows) {
      const missing = [...this.#expected.keys()].filter((dir) => !rows.has(dir));
      const ghosts = [...rows.keys()].filter((dir) => !this.#expected.has(dir));
      const old = [...this.#expected].filter(([dir, events]) => rows.has(dir) && rows.get(dir) !== events);
      if (missing.length + ghosts.length + old.length > 0)
        this.wrong(
          `${when}: ${missing.length} missing, ${ghosts.length} ghosts, ${old.length} not up to date`,
        );
    }
  }

  dispose(): void {
    for (const window of this.#windows) window.dispose();
  }

  #make(name = `run-${this.#made}`): string {
    const dir = join(this.#runs, name);
    this.#made += 1;
    mkdirSync(join(dir, 'journal'), { recursive: true });
    const createdAt = new Date().toISOString();
    const entrypoint = { importPath: 'x.mjs', exportName: 'process' };
    writeFileSync(
      join(dir, 'run.json'),
      JSON.stringify({ runId: name, processId: 'p', createdAt, entrypoint, layoutVersion }),
    );
    this.#expected.set(dir, 0);
    this.#append(dir, 'RUN_CREATED', { processId: 'p' });
    return dir;
  }

  #ask(dir: string): void {
    const effectId = `question-${this.#asked.size}`;
    // As the engine does: a question without its task would make the run a damaged one.
    const task = join(dir, 'tasks', effectId);
    mkdirSync(task, { recursive: true });
    writeFileSync(join(task, 'task.json'), JSON.stringify({ kind: 'breakpoint', title: effectId }));
    const step = { stepId: effectId, invocationKey: effectId, taskDefRef: `tasks/${effectId}/task.json` };
    this.#append(dir, 'EFFECT_REQUESTED', { effectId, taskId: 't', kind: 'breakpoint', ...step });
    this.#asked.add(`${dir} ${effectId}`);
  }

  /** Writes an event as the engine does: a temporary file, then a rename. */
  #append(dir: string, type: string, data: object): void {
    const seq = (this.#expected.get(dir) ?? 0) + 1;
    const name = `${String(seq).padStart(6, '0')}.01M7${String(seq).padStart(22, '0')}.json`;
    const path = join(dir, 'journal', name);
    const recordedAt = new Date(this.#clock.now()).toISOString();
    writeFileSync(`${path}.tmp-1-1`, `${JSON.stringify({ type, recordedAt, data })}\n`);
    renameSync(`${path}.tmp-1-1`, path);
    this.#expected.set(dir, seq);
    this.#events += 1;
  }

  /** Not synchronously: deleting a hundred watched files takes a busy disk a second, which is no block of a window. */
  async #remove(dir: string): Promise<void> {
    await rm(dir, { recursive: true });
    this.#expected.delete(dir);
    for (const question of this.#asked)
      if (question.startsWith(`${dir} `) && !this.#told.includes(question)) this.#asked.delete(question);
  }
}
