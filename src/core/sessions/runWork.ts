import type { Run } from '../run/run';
import { keyText } from '../run/runKey';
import type { AgentSessions, SessionReading } from './agentSessions';
import type { KeptSessions } from './keptSessions';
import { sumParts, toSessionNumbers, type PartNumbers, type SessionNumbers } from './sessionNumbers';

/**
 * What agents did for one run, in numbers, of all its sessions together. Tasks, batches and what is between them add up to
 * the total; with what the same sessions did for other runs, that is all that the sessions did.
 */
export interface RunWork {
  readonly total: PartNumbers;
  /** By effect id. */
  readonly tasks: ReadonlyMap<string, PartNumbers>;
  /** Of tasks that pended together. */
  readonly batches: readonly PartNumbers[];
  readonly between: PartNumbers;
  /** For tasks of other runs; `undefined`: the sessions worked on none. */
  readonly others: PartNumbers | undefined;
  readonly sessions: number;
}

/** @returns `undefined`: no session is known */
export function toRunWork(
  sessions: readonly SessionNumbers[],
  { story }: Pick<Run, 'story'>,
): RunWork | undefined {
  if (sessions.length === 0) return undefined;
  const groups = new Map<string, PartNumbers[]>();
  const others: PartNumbers[] = [];
  for (const part of sessions.flatMap(({ parts }) => parts)) {
    const { effectIds } = part;
    const key = effectIds.join('\n');
    if (effectIds.length > 0 && !effectIds.some((id) => story.effects.has(id))) others.push(part);
    else groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  const all = [...groups.values()].map((parts) => ({
    ...sumParts(parts),
    effectIds: parts[0]?.effectIds ?? [],
  }));
  return {
    total: sumParts(all),
    tasks: new Map(
      all.flatMap((part) => (part.effectIds.length === 1 ? [[part.effectIds[0] ?? '', part] as const] : [])),
    ),
    batches: all.filter(({ effectIds }) => effectIds.length > 1),
    between: all.find(({ effectIds }) => effectIds.length === 0) ?? sumParts([]),
    others: others.length === 0 ? undefined : sumParts(others),
    sessions: sessions.length,
  };
}

/**
 * What was done for some tasks of a run: theirs, and batches of none but them.
 * @returns `undefined`: nothing
 */
export function workFor({ tasks, batches }: RunWork, ids: ReadonlySet<string>): PartNumbers | undefined {
  const parts = [
    ...[...ids].flatMap((id) => tasks.get(id) ?? []),
    ...batches.filter(({ effectIds }) => effectIds.every((id) => ids.has(id))),
  ];
  return parts.length === 0 ? undefined : sumParts(parts);
}

/** Whether the same is known, number by number. */
export function sameWork(a: RunWork | undefined, b: RunWork | undefined): boolean {
  const told = (work: RunWork | undefined): string =>
    JSON.stringify(work && [...work.tasks.values(), ...work.batches, work.between, work.others ?? null]);
  return told(a) === told(b);
}

/** So many readings are held. */
const mostReadings = 5;

/** What agents did for runs, for whoever shows more than one session. */
export class SessionWork {
  /** Of runs that go on, the newest last, so that later only what came since is read. */
  readonly #readings = new Map<string, SessionReading>();

  constructor(
    private readonly sessions: AgentSessions,
    private readonly kept: KeptSessions,
    /** Whether the person lets the agents' files be read. */
    private readonly mayRead: () => boolean,
  ) {}

  /**
   * Reads the sessions of a run whole. Of those whose transcripts are gone, what is kept counts. Never rejects.
   * @param search whether sessions are searched for where none says that it drives the run, which takes long
   * @returns `undefined`: nothing is known, or the person does not want it to be read
   */
  async of(run: Run, search: boolean): Promise<RunWork | undefined> {
    if (!this.mayRead()) return undefined;
    const reports = await this.#reading(run, search).read(run);
    const read = reports.filter(({ unread }) => !unread);
    if (read.length > 0) this.kept.put(run.key, read.map(toSessionNumbers));
    return toRunWork(this.kept.of(run.key), run);
  }

  #reading({ key, story }: Run, search: boolean): SessionReading {
    const name = `${search} ${keyText(key)}`;
    const reading = this.#readings.get(name) ?? this.sessions.reading(search);
    this.#readings.delete(name);
    if (!story.end) this.#readings.set(name, reading);
    const [oldest] = this.#readings.keys();
    if (oldest !== undefined && this.#readings.size > mostReadings) this.#readings.delete(oldest);
    return reading;
  }
}
