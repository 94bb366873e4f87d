import { dirname } from 'node:path';
import { DisposableStore, toDisposable, type Disposable } from '../../core/disposables';
import type { Logger } from '../../core/log';
import type { Run } from '../../core/run/run';
import type { RunKey } from '../../core/run/runKey';
import type {
  AgentSessions,
  RunLinks,
  SessionFile,
  SessionOptions,
  SessionReading,
  SessionReport,
  SessionState,
} from '../../core/sessions/agentSessions';
import type { Pricer } from '../../core/sessions/prices';
import type { TranscriptSource } from '../../core/sessions/transcriptSource';
import type { Sliced } from '../../core/sliced';
import { inSlices } from '../slices';
import { watchFolder } from '../watchFolder';
import { ReadTranscripts } from './readTranscripts';
import type { RunSessions } from './runSessions';

export interface AgentFilesDeps {
  /** Loads what finds and reads sessions, when a run first has its sessions looked for. */
  sessions(): Promise<RunSessions>;
  readonly logger: Logger;
  /** What is known of a run, to find its sessions. */
  links(run: Run): Sliced<RunLinks>;
  /** The words in which the tasks of a run were asked for. */
  prompts(run: Run): (effectId: string) => string | undefined;
  options(): SessionOptions;
  /** Called before the files of sessions are opened. */
  beforeReading(): void;
  /** By which costs are estimated; `undefined`: the person does not want that. */
  pricer(): Promise<Pricer | undefined>;
}

/** How often a folder's watch may tell of a session, in milliseconds: an agent writes several lines in a row. */
const calm = 100;

/** For how long it is believed which sessions a run has, in milliseconds: finding out reads many of its events. */
const linksFor = 15_000;

/** The sessions of runs, read in slices, while a window is open. */
export class AgentFiles implements AgentSessions {
  readonly #links = new Map<RunKey, { readonly links: RunLinks; readonly at: number }>();

  /** `undefined`: no sessions were looked for yet, so there are none to follow or to show. */
  #sessions: RunSessions | undefined;

  constructor(private readonly deps: AgentFilesDeps) {}

  async look(run: Run): Promise<readonly SessionState[]> {
    try {
      const sessions = await this.#load();
      const links = await this.#linksOf(run);
      if (sessions.find(run, links).length === 0) return [];
      this.deps.beforeReading();
      return await inSlices(sessions.look(run, links, this.deps.options()));
    } catch (error) {
      this.deps.logger.warn(`The sessions of ${run.runId} cannot be read: ${String(error)}`);
      return [];
    }
  }

  reading(search: boolean): SessionReading {
    const known = new ReadTranscripts(search);
    // What is being read is not known yet, so another reading at the same time would count it as a copy.
    let turn: Promise<unknown> = Promise.resolve();
    return {
      read: (run) => {
        const read = turn.then(() => this.#read(run, known));
        turn = read;
        return read;
      },
    };
  }

  async #read(run: Run, known: ReadTranscripts): Promise<readonly SessionReport[]> {
    try {
      const sessions = await this.#load();
      const links = await this.#linksOf(run);
      const options = {
        ...this.deps.options(),
        promptOf: this.deps.prompts(run),
        beforeReading: () => this.deps.beforeReading(),
        pricer: await this.deps.pricer(),
      };
      return await inSlices(sessions.read(run, links, options, known));
    } catch (error) {
      this.deps.logger.warn(`The sessions of ${run.runId} cannot be read: ${String(error)}`);
      return [];
    }
  }

  transcript(session: SessionReport, file: SessionFile): TranscriptSource | undefined {
    return this.#sessions?.transcript(session, file);
  }

  follow(run: Run, onChange: () => void): Disposable {
    const watches = new DisposableStore();
    let timer: NodeJS.Timeout | undefined;
    const changed = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        onChange();
      }, calm);
    };
    watches.add(toDisposable(() => clearTimeout(timer)));
    const links = this.#links.get(run.key)?.links;
    const found = (links && this.#sessions?.find(run, links)) ?? [];
    const folders = found.flatMap(({ store, session }) => [dirname(session.path), ...store.processFolders()]);
    for (const folder of new Set(folders)) watches.add(watchFolder(folder, this.deps.logger, changed));
    return watches;
  }

  async #load(): Promise<RunSessions> {
    return (this.#sessions ??= await this.deps.sessions());
  }

  async #linksOf(run: Run): Promise<RunLinks> {
    const { now } = this.deps.options();
    const known = this.#links.get(run.key);
    if (known && known.links.sessionIds.length > 0 && now - known.at < linksFor) return known.links;
    const links = await inSlices(this.deps.links(run));
    this.#links.set(run.key, { links, at: now });
    return links;
  }
}
