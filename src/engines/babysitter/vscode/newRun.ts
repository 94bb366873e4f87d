import { asBabysitter, babysitterKey } from '../core/babysitterRun';
import { basename, dirname, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { commandTitle, pickerTitle } from '../../../core/commands';
import type { Engine } from '../core/drive/engine';
import { prettyJson } from '../../../core/run/jsonText';
import { CancelledError, HumanError, NotNowError } from '../../../core/errors';
import { visible } from '../../../core/format';
import type { Logger } from '../../../core/log';
import { exampleOf } from '../core/newRun/processFile';
import { makeRun, whyNotRunId, type RunFolders } from '../core/newRun/runMaker';
import { runTitle, type Run } from '../../../core/run/run';
import type { RunKey } from '../../../core/run/runKey';
import type { RunStore, StoredRun } from '../../../core/source/runStore';
import type { Drafts } from '../../../vscode/drafts';
import { guarded, plain, tell, withoutIcons } from '../../../vscode/messages';
import { workspaceFolders } from '../../../vscode/workspacePlaces';
import type { Opener } from '../../../vscode/opener';
import { demandTrust } from '../../../vscode/trust';
import { withEngine, type EngineAccess } from './engineAccess';
import type { Iterating } from './iterating';
import { demandValid } from './demandValid';
import { inputsOf } from './inputsOf';
import { pickInputs, previewInputs } from './pickInputs';
import { pickExport, pickProcess, type PickProcessDeps } from './pickProcess';
import { pick } from '../../../vscode/commands/targets';
import { isInside } from '../../../core/paths';
import type { Schema } from '../../../core/jsonSchema';

export interface NewRunsDeps extends PickProcessDeps {
  readonly store: RunStore;
  readonly engine: Engine;
  readonly access: EngineAccess;
  readonly logger: Logger;
  readonly iterating: Iterating;
  readonly drafts: Drafts;
  readonly opener: Pick<Opener, 'run' | 'report'>;
  readonly folders: RunFolders;
  /** An id as the engine makes it. */
  newRunId(): string;
}

/** A run as far as it is decided. */
interface Plan {
  readonly title: string;
  readonly projectDir: string;
  readonly runsDir: string;
  readonly entry: string;
  readonly exportName: string;
  readonly processId: string;
  readonly inputs: unknown;
  readonly prompt: string;
}

/** How many of the latest inputs of a process are offered. */
const mostRecent = 8;

/** Makes runs: asks what for, and whatever was typed stays until there is a run. */
export class NewRuns {
  constructor(private readonly deps: NewRunsDeps) {}

  /** New Run: process, export, inputs, prompt, id. */
  async create(): Promise<void> {
    demandTrust();
    const title = pickerTitle('run.create');
    const file = await pickProcess(title, this.deps);
    const exportName = await pickExport(file, title);
    const projectDir = projectOfProcess(file.path);
    const { value, edits } = await pickInputs(title, file.inputs, await this.#recentInputs(file.path));
    const make = async (inputs: unknown): Promise<boolean> => {
      const prompt = await askPrompt(title);
      const runsDir = join(projectDir, '.a5c', 'runs');
      const { path: entry, processId } = file;
      return this.#make({ title, projectDir, runsDir, entry, exportName, processId, inputs, prompt });
    };
    if (edits) await this.#edit(value, file.inputs, make);
    else await make(value);
  }

  /** New Run With the Same Inputs: everything as in a run that is there; the inputs may be edited before. */
  async startAgain({ run }: StoredRun): Promise<void> {
    demandTrust();
    const { entry } = asBabysitter(run).metadata ?? {};
    if (!entry) throw new NotNowError('Its run.json names no process, so it cannot be started again.');
    const title = pickerTitle('run.startAgain');
    const path = resolve(run.location, entry.importPath);
    const file = this.deps.readProcess(path);
    const same = await inputsOf(run, this.deps);
    const make = (inputs: unknown): Promise<boolean> =>
      this.#make({
        ...{ title, projectDir: run.projectDir, runsDir: dirname(run.location), entry: path, inputs },
        ...{ exportName: entry.exportName, processId: run.processId, prompt: run.prompt ?? '' },
      });
    const chosen = await pick(
      [
        { label: '$(copy) The same inputs', detail: previewInputs(same), edit: false },
        { label: '$(edit) Edit the inputs first…', detail: 'Opens them as a JSON document.', edit: true },
      ],
      `${title}: ${withoutIcons(visible(runTitle(run)))}`,
      same === undefined ? 'The run has no inputs' : 'Inputs of the new run',
    );
    if (!chosen.edit) return void (await make(same));
    await this.#edit(same ?? exampleOf(file?.inputs) ?? {}, file?.inputs, make);
  }

  /** Opens inputs as a document, and goes on with them when the person is done with it. */
  async #edit(
    value: unknown,
    schema: Schema | undefined,
    next: (inputs: unknown) => Promise<boolean>,
  ): Promise<void> {
    await this.deps.drafts.open({
      ...{ name: 'inputs.json', value, schema, button: 'Continue with these inputs' },
      use: async (inputs, problems) => {
        await demandValid(problems, 'Continue Anyway');
        return next(inputs);
      },
    });
  }

  /**
   * @param taken the id that was chosen before, which another run has now
   * @returns whether there is a run now
   */
  async #make(plan: Plan, taken?: string): Promise<boolean> {
    const { access, logger, engine, folders, iterating } = this.deps;
    const runId = await this.#askRunId(plan, taken);
    if (runId === undefined) return true;
    const create = {
      label: '$(add) Create',
      detail: 'Creates the run; nothing runs yet.',
      iterate: false,
    };
    const both = {
      label: '$(run-all) Create and iterate',
      detail: 'Runs until it waits for you or an agent, or ends.',
      iterate: true,
    };
    const { iterate } = await pick(
      [create, both],
      `${plan.title}: ${visible(runId)}`,
      'This loads the process file, which runs code of the workspace',
    );
    const report = await withEngine(
      { access, logger, projectDir: plan.projectDir },
      async () =>
        vscode.window.withProgress(
          {
            location: vscode.ProgressLocation.Notification,
            title: plain(`Creating the run ${visible(runId)}`),
          },
          () => makeRun({ ...plan, runId }, plan.projectDir, engine, folders),
        ),
      async () => void (await this.#make(plan)),
    );
    // Somebody made one of this id while this person was asked.
    if (!report.made && report.taken) return this.#make(plan, runId);
    if (!report.made) throw new HumanError(`The run was not created. ${report.sentence}`);
    logger.info(`${visible(report.dir)} was made of ${visible(plan.entry)}.`);
    const key = babysitterKey(report.dir);
    // Read once more: it may have appeared while the engine still held it.
    const stored = (await this.#appears(key)) && (await this.deps.store.reread(key));
    const iterateAll = (run: StoredRun) => (): Promise<void> =>
      iterating.iterate(run, 'palette', Number.POSITIVE_INFINITY);
    if (!stored) {
      tell(
        'info',
        `Created run ${visible(runId)} in ${visible(dirname(report.dir))}, which is not shown here.`,
      );
    } else if (iterate) {
      // The document of the inputs is done with now, however long it takes.
      void guarded(logger, iterateAll(stored));
    } else {
      tell('info', `Created run ${visible(runTitle(stored.run))}.`, [
        { title: commandTitle('run.open'), run: () => this.deps.opener.run(key) },
        { title: 'Iterate', run: () => guarded(logger, iterateAll(stored)) },
      ]);
    }
    return true;
  }

  /** @returns `undefined` when the person chose to go on with the run that has the id already */
  async #askRunId(plan: Plan, taken = ''): Promise<string | undefined> {
    const { folders, newRunId } = this.deps;
    let typed = taken === '' ? await askId(plan.title, '') : taken;
    for (;;) {
      if (typed === '') return newRunId();
      const dir = folders.path(plan.runsDir, typed);
      if (!folders.exists(dir)) return typed;
      const decided = await this.#decideOnExisting(plan, babysitterKey(dir), typed);
      if (decided !== 'other') return decided === 'use' ? undefined : decided;
      typed = await askId(plan.title, typed);
    }
  }

  /** The id is taken: the run that has it is used, another one is made, or another id is chosen. Nothing is cleared. */
  async #decideOnExisting(plan: Plan, key: RunKey, runId: string): Promise<string> {
    const stored = this.deps.store.get(key);
    const completed = stored?.state.state === 'completed';
    const fresh = freeId(runId, (id) => this.deps.folders.exists(this.deps.folders.path(plan.runsDir, id)));
    const use = completed
      ? {
          label: '$(graph) Open the report of the existing run',
          description: 'auto',
          detail: 'It is completed, so it is reused.',
          decided: 'use',
        }
      : {
          label: '$(debug-continue) Resume the existing run…',
          description: 'auto',
          detail: withoutIcons(visible(stored?.state.reason ?? '')),
          decided: 'use',
        };
    const { decided } = await pick(
      // What Enter takes does nothing to the run that is there.
      [
        {
          label: '$(edit) Choose another id',
          description: 'error',
          detail: 'Nothing is created under an id that is taken.',
          decided: 'other',
        },
        {
          label: `$(add) Create a new run with the id ${visible(fresh)}`,
          description: 'rerun',
          detail: 'The existing run stays as it is; nothing is cleared.',
          decided: fresh,
        },
        ...(stored ? [use] : []),
      ],
      plan.title,
      `Run "${visible(runId)}" exists already`,
    );
    if (decided === 'use') {
      if (completed) this.deps.opener.report(key);
      else void guarded(this.deps.logger, () => this.deps.iterating.resume(key));
    }
    return decided;
  }

  /** The inputs of the latest runs of a process file, the newest first, each once. */
  async #recentInputs(entry: string): Promise<readonly { readonly run: Run; readonly inputs: unknown }[]> {
    const recent: { run: Run; inputs: unknown }[] = [];
    const seen = new Set<string>();
    const ofFile = this.deps.store.all.filter(
      ({ run }) => run.entry && resolve(run.location, run.entry.importPath) === entry,
    );
    for (const { run } of ofFile.slice(0, 4 * mostRecent)) {
      const inputs = await inputsOf(run, this.deps);
      // Without text it is nested too deeply to be shown, or to be given to anybody.
      const key = prettyJson(inputs);
      if (key === undefined || seen.has(key)) continue;
      seen.add(key);
      if (recent.push({ run, inputs }) === mostRecent) break;
    }
    return recent;
  }

  /** Waits until a new run is read; `undefined`: it does not belong to what is shown here. */
  async #appears(key: RunKey): Promise<StoredRun | undefined> {
    const { store } = this.deps;
    return new Promise((settle) => {
      const done = (stored: StoredRun | undefined): void => {
        clearTimeout(look);
        clearTimeout(giveUp);
        listening.dispose();
        settle(stored);
      };
      const check = (): void => {
        const stored = store.get(key);
        if (stored && stored.run.depth !== 'reading') done(stored);
      };
      const listening = store.onDidChange(check);
      // The watching of a folder that was just made may be late.
      const look = setTimeout(() => void store.refresh(), 1500);
      const giveUp = setTimeout(() => done(undefined), 10_000);
      check();
    });
  }
}

/** @throws CancelledError */
async function askId(title: string, value: string): Promise<string> {
  const typed = await vscode.window.showInputBox({
    title,
    prompt: 'The id of the run, also the name of its folder (optional)',
    placeHolder: 'feature-auth-20260125',
    value,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' ? undefined : whyNotRunId(text)),
  });
  if (typed === undefined) throw new CancelledError();
  return typed;
}

async function askPrompt(title: string): Promise<string> {
  const prompt = await vscode.window.showInputBox({
    title,
    prompt: 'What is the run for? This becomes its title (optional).',
    placeHolder: 'Add rate limiting to the public API',
    ignoreFocusOut: true,
  });
  if (prompt === undefined) throw new CancelledError();
  return prompt.trim();
}

/** The project of a process file: the folder around its `.a5c`, else the workspace folder it lies in. */
function projectOfProcess(path: string): string {
  for (let dir = dirname(path); dir !== dirname(dir); dir = dirname(dir)) {
    if (basename(dir) === '.a5c') return dirname(dir);
  }
  return workspaceFolders().find((folder) => isInside(folder, path)) ?? dirname(path);
}

/** The id with the first number that is free: "feature-2". */
function freeId(runId: string, taken: (id: string) => boolean): string {
  for (let n = 2; ; n += 1) if (!taken(`${runId}-${n}`)) return `${runId}-${n}`;
}
