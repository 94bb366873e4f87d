import type { Pricer } from './prices';
import { Tally, type Totals } from './tally';
import type { Transcript } from './transcript';
import type { Call, PostSign, Work } from './work';

/** When a task of a run was to be worked on. */
export interface TaskWindow {
  readonly effectId: string;
  /** Milliseconds since 1970 of its request and its result; no result: `to` is `Infinity`. */
  readonly from: number;
  readonly to: number;
  /** The words in which the task was asked for, where they are told. */
  readonly prompt: string | undefined;
}

/** A subagent's file, and what links it to the call that began it. */
export interface Subagent {
  readonly transcript: Transcript;
  readonly agentId: string | undefined;
  readonly toolUseId: string | undefined;
  readonly parentAgentId: string | undefined;
  readonly description: string | undefined;
  /** It copies what was said before, and is no work that was handed on. */
  readonly copies: boolean;
}

/** The files of one session. */
export interface SessionFiles {
  readonly main: Transcript;
  readonly subagents: readonly Subagent[];
}

/** How it is known that work belongs to a task. */
export type How = 'post' | 'time' | 'sign' | 'shared';

export interface Part {
  /** One task; several that pended together; none: between tasks. */
  readonly effectIds: readonly string[];
  readonly totals: Totals;
  readonly how: How;
}

/** What a session did, and for which tasks. The numbers of all parts together are the session's. */
export interface Attribution {
  readonly tasks: ReadonlyMap<string, Part>;
  readonly batches: readonly Part[];
  readonly between: Totals;
  /** By how much the session's clock is ahead of the journal's, in milliseconds; 0: they agree. */
  readonly shift: number;
}

/** Clocks that differ by less are said to agree, in milliseconds. */
const tolerance = 5000;

/** Words shorter than this may be in any prompt, in characters. */
const telling = 24;

/** Divides what a session did among the tasks of its runs. @param pricer left out: costs are not estimated */
export function attribute(files: SessionFiles, windows: readonly TaskWindow[], pricer?: Pricer): Attribution {
  return new Attributing(files.main, windows, pricer).run(files.subagents);
}

class Attributing {
  readonly #ids: ReadonlySet<string>;
  readonly #windows: readonly TaskWindow[];
  readonly #shift: number;
  /** Tasks whose post this session made. */
  readonly #posted = new Set<string>();
  readonly #bySign = new Set<string>();
  readonly #tallies = new Map<string, { readonly effectIds: readonly string[]; readonly tally: Tally }>();
  /** To which tasks a call belongs, by its id. */
  readonly #calls = new Map<string, readonly string[]>();

  constructor(
    private readonly main: Transcript,
    windows: readonly TaskWindow[],
    private readonly pricer: Pricer | undefined,
  ) {
    this.#ids = new Set(windows.map(({ effectId }) => effectId));
    this.#shift = clockShift(main, windows);
    for (const { effectIds } of main.posts) for (const id of effectIds) this.#posted.add(id);
    this.#windows = windows.map((window) => cutWindow(window, main, this.#shift));
  }

  run(subagents: readonly Subagent[]): Attribution {
    for (const work of this.main.work) this.#add(work, this.#tasksOf(work));
    const placed = new Map<Subagent, readonly string[]>();
    for (const subagent of subagents) {
      const effectIds = this.#placeOf(subagent, subagents, placed);
      for (const work of subagent.transcript.work) this.#add(work, effectIds);
      if (!subagent.copies) this.#tallyOf(effectIds).subagents += 1;
    }
    return this.#result();
  }

  #add(work: Work, effectIds: readonly string[]): void {
    this.#tallyOf(effectIds).add(work);
    for (const { id } of work.calls) this.#calls.set(id, effectIds);
  }

  #tallyOf(effectIds: readonly string[]): Tally {
    const key = effectIds.join('\n');
    const known = this.#tallies.get(key) ?? { effectIds, tally: new Tally(this.pricer) };
    this.#tallies.set(key, known);
    return known.tally;
  }

  /** The single open task; of several, the one that the work names, else all of them; none: between tasks. */
  #tasksOf(work: Work): readonly string[] {
    const open = work.ofAll === true ? [] : this.#openAt(work.at);
    if (open.length < 2) return open;
    const named = new Set(work.calls.flatMap(({ mentions }) => mentions.filter((id) => open.includes(id))));
    if (named.size !== 1) return open;
    for (const id of named) this.#bySign.add(id);
    return [...named];
  }

  #openAt(at: number): readonly string[] {
    return this.#windows.filter(({ from, to }) => from <= at && at <= to).map(({ effectId }) => effectId);
  }

  /** Where all of a subagent's work belongs: by a sign in what it was told, else where the call that began it belongs. */
  #placeOf(
    subagent: Subagent,
    all: readonly Subagent[],
    placed: Map<Subagent, readonly string[]>,
  ): readonly string[] {
    const known = placed.get(subagent);
    if (known) return known;
    // A circle of subagents that began each other ends here.
    placed.set(subagent, []);
    const spawn = this.#spawnOf(subagent, all);
    const place =
      this.#signOf(subagent, spawn) ??
      this.#spawnPlace(subagent, spawn, all, placed) ??
      this.#timePlace(subagent);
    placed.set(subagent, place);
    return place;
  }

  /** What was told to the subagent itself and to the call that began it counts. */
  #signOf(subagent: Subagent, spawn: Call | undefined): readonly string[] | undefined {
    const words = `${subagent.transcript.prompt ?? ''}\n${subagent.description ?? ''}\n${spawn?.prompt ?? ''}`;
    const named = [...this.#ids].filter((id) => names(words, id));
    const likely = this.#windows.filter(
      (window) =>
        window.prompt !== undefined && window.prompt.length >= telling && words.includes(window.prompt),
    );
    const found = named.length > 0 ? named : likely.map(({ effectId }) => effectId);
    if (found.length !== 1) return undefined;
    for (const id of found) this.#bySign.add(id);
    return found;
  }

  /** The call that began a subagent; `undefined`: nothing tells. */
  #spawnOf({ agentId, toolUseId, transcript }: Subagent, all: readonly Subagent[]): Call | undefined {
    const { seen } = this.main;
    if (toolUseId !== undefined) return seen.calls.get(toolUseId);
    const files = [this.main, ...all.map((other) => other.transcript)];
    const spawned =
      agentId === undefined ? undefined : files.map((file) => file.spawned.get(agentId)).find(Boolean);
    return (
      spawned ??
      (transcript.prompt === undefined
        ? undefined
        : spawnWith(this.main, transcript.prompt, transcript.firstAt))
    );
  }

  #spawnPlace(
    subagent: Subagent,
    spawn: Call | undefined,
    all: readonly Subagent[],
    placed: Map<Subagent, readonly string[]>,
  ): readonly string[] | undefined {
    const direct = spawn && this.#calls.get(spawn.id);
    if (direct) return direct;
    const parent = all.find(
      (other) =>
        other !== subagent &&
        (other.agentId === (subagent.parentAgentId ?? '') ||
          other.transcript.work.some(({ calls }) => calls.some(({ id }) => id === spawn?.id))),
    );
    return parent && this.#placeOf(parent, all, placed);
  }

  #timePlace({ transcript: { work, firstAt } }: Subagent): readonly string[] {
    const at = work[0]?.at ?? firstAt;
    return at === undefined ? [] : this.#openAt(at);
  }

  #result(): Attribution {
    const parts = [...this.#tallies.values()].map(({ effectIds, tally }): Part => {
      const [id = ''] = effectIds;
      const single = this.#posted.has(id) ? 'post' : this.#bySign.has(id) ? 'sign' : 'time';
      return { effectIds, totals: tally.totals, how: effectIds.length > 1 ? 'shared' : single };
    });
    return {
      tasks: new Map(
        parts.flatMap((part) => {
          const [id, ...others] = part.effectIds;
          return id === undefined || others.length > 0 ? [] : [[id, part] as const];
        }),
      ),
      batches: parts.filter(({ effectIds }) => effectIds.length > 1),
      between: parts.find(({ effectIds }) => effectIds.length === 0)?.totals ?? new Tally(this.pricer).totals,
      shift: this.#shift,
    };
  }
}

/** By how much the session's clock is ahead: what its posts and the results in the journal tell, in the middle. */
function clockShift({ posts }: Transcript, windows: readonly TaskWindow[]): number {
  const differences = windows
    .flatMap(({ effectId, to: at }) => {
      const own = posts.filter(({ effectIds }) => effectIds.includes(effectId));
      if (own.length === 0 || at === Number.POSITIVE_INFINITY) return [];
      // What only looks like a post of it was at another time.
      const nearest = own
        .map((post) => (agrees(post, at) ? 0 : (post.from + post.to) / 2 - at))
        .reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best));
      return [nearest];
    })
    .toSorted((a, b) => a - b);
  return differences[Math.floor(differences.length / 2)] ?? 0;
}

/** Whether a post may have led to a result of that time. */
function agrees({ from, to }: PostSign, at: number): boolean {
  return from - tolerance <= at && at <= to + tolerance;
}

/**
 * The window in the session's time: from when the session learned of the task, to when it had posted the result, where it
 * says so at about the same time.
 */
function cutWindow(window: TaskWindow, { learned, posts }: Transcript, shift: number): TaskWindow {
  const [from, to] = [window.from + shift, window.to + shift];
  const told = learned.get(window.effectId);
  const start = told !== undefined && Math.abs(told - from) <= tolerance ? told : from;
  const post = posts.findLast((each) => each.effectIds.includes(window.effectId) && agrees(each, to));
  const end = post?.to ?? to;
  return { ...window, from: Math.min(start, end), to: end };
}

/** Whether words name a task, and not one whose id only begins like that. */
function names(words: string, id: string): boolean {
  for (let at = words.indexOf(id); at >= 0; at = words.indexOf(id, at + 1)) {
    const around = [words[at - 1] ?? '', words[at + id.length] ?? ''];
    if (around.every((char) => !/[A-Za-z0-9_-]/.test(char))) return true;
  }
  return false;
}

/** The call that hands on exactly these words; of several, the one nearest in time. */
function spawnWith({ work }: Transcript, prompt: string, at = 0): Call | undefined {
  const away = (call: Call): number => Math.abs(call.at - at);
  return work
    .flatMap(({ calls }) => calls)
    .filter((call) => call.prompt?.startsWith(prompt))
    .toSorted((a, b) => away(a) - away(b))[0];
}
