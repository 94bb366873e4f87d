import { thousands } from '../../../core/format';
import { largest } from '../../../core/largest';
import { moment } from '../../../core/moments';
import type { Problem } from '../../../core/run/problem';
import type { RunDetails } from '../../../core/run/run';
import type { RunReading } from '../../../core/source/runSource';
import type { Sliced } from '../../../core/sliced';
import { canBeginAt, errorIn, queryIn, readCheckpoint, textOf, type Checkpoint } from './jobBodies';
import { endsStep, isStop, type JobEvent, type StopType } from './jobEvents';
import { bodyOf, type JobListing, type JobReader } from './jobFiles';
import { readSteps, type JobSteps, type Step } from './jobSteps';
import { detailsOf, storyOf } from './jobStory';
import { jobKey, perstack, type JobFacts, type JobQuestion, type PerstackRun } from './perstackRun';

/** Where a job lies. */
export interface JobPlace {
  /** Absolute path of its folder, whose name is its id. */
  readonly folder: string;
  readonly jobId: string;
  /** Absolute path of the folder of all jobs. */
  readonly jobs: string;
  /** Absolute path of the folder that holds `perstack/`. */
  readonly project: string;
}

interface JobJson {
  readonly status: string | undefined;
  readonly steps: number;
  readonly expertKey: string | undefined;
  readonly startedAt: number | undefined;
}

const noDetails: RunDetails = { tasks: new Map(), results: new Map(), problems: [], warnings: [] };

/**
 * Reads a job: for its row alone a handful of files, however long it is, else all of them.
 * @param whole everything is read, with what its tools did
 */
export function* readJob(
  place: JobPlace,
  listing: JobListing,
  reader: JobReader,
  whole: boolean,
): Sliced<RunReading & { readonly run: PerstackRun }> {
  const problems: Problem[] = [];
  const jobJson = yield* readJobJson(place, listing, reader, problems);
  const steps = whole ? yield* readSteps(place.jobId, listing, reader) : undefined;
  const read = new KeyFiles(listing, reader, steps);
  const { events } = listing;
  const start = yield* read.event(events.find(({ type }) => type === 'startRun'));
  const last = events.at(-1);
  const lastStart = yield* read.event(
    last && events.findLast((event) => event.type === 'startRun' && event.run === last.run),
  );
  const ending = events.findLast(endsStep);
  const end = yield* read.event(ending);
  const own = yield* read.ofCoordinator(ending, end);
  const newest = yield* read.newest(own);
  const asked = queryIn(start?.['inputMessages']);
  // Where the start is missing, the first question to the model has what was asked, too.
  const second =
    asked === undefined
      ? yield* read.event(events.find(({ type }) => type === 'startGeneration'))
      : undefined;
  const expertKey =
    [jobJson?.expertKey, ...[start, second].map((json) => textOf(json?.['expertKey']))].find(Boolean) ??
    own?.expertKey ??
    newest?.expertKey ??
    '';
  const word = events.length > 0 ? undefined : (newest?.status ?? jobJson?.status);
  const { stop, isDelegates } = events.length > 0 ? stopOf(last, end) : stopOfWord(word, newest);
  const question =
    stop === 'stopRunByInteractiveTool' ? yield* questionOf(end, own ?? newest, read) : undefined;
  const stepCount = Math.max(
    jobJson?.steps ?? 0,
    largest(events, ({ step }) => step),
    newest?.step ?? 0,
  );
  const at = events[0]?.at ?? jobJson?.startedAt ?? listing.modifiedAt;
  tellDisagreement(jobJson, last && isStop(last.type) ? last.type : undefined, stepCount, problems);
  const tokens = (own ?? newest)?.tokens?.total;
  const facts: JobFacts = {
    ...{ expertKey, steps: stepCount, stop, question },
    status: word === undefined || isKnown(word) ? undefined : word,
    last: last && `${textOf(lastStart?.['expertKey']) ?? expertKey}, step ${last.step}`,
    isEmpty:
      events.every(({ type }) => type === 'startRun') &&
      listing.checkpoints.length === 0 &&
      word === undefined,
    trouble: (yield* read.isUnreadable()) ? 'Neither a checkpoint nor an event can be read' : undefined,
    text: textOf(end?.['text']),
    error: errorIn(end?.['error']) ?? (stop === 'stopRunByError' ? (own ?? newest)?.error : undefined),
    delegateTo: (stop === 'stopRunByDelegate' || isDelegates ? own?.delegateTo : undefined) ?? [],
    newest,
    branch:
      own && newest && own.id !== newest.id && own.step <= newest.step
        ? { step: own.step, checkpoint: own, isKept: yield* read.isKept(own) }
        : undefined,
    canBranch: yield* read.canBranch(expertKey),
    checkpoints:
      steps?.steps.map(({ step, checkpoint }) => ({
        ...{ step, checkpoint },
        isKept: checkpoint !== undefined && steps.readable.has(checkpoint.id),
      })) ?? [],
    tokens,
    // An event that cannot be read tells less than the checkpoint after it.
    spent:
      steps &&
      Math.max(
        tokens ?? 0,
        steps.steps.reduce((sum, step) => sum + (step.tokens?.total ?? 0), 0),
      ),
    contextUsage: (own ?? newest)?.contextUsage,
    retries: steps?.retries ?? (yield* read.retries()),
  };
  const story = yield* storyOf(facts, listing, steps);
  const run: PerstackRun = {
    key: jobKey(place.folder),
    engine: perstack,
    runId: place.jobId,
    location: place.folder,
    place: place.jobs,
    projectDir: place.project,
    processId: expertKey,
    prompt: asked ?? queryIn(second?.['messages']),
    ...{ entry: undefined, engineVersion: undefined, harness: undefined, asksNobody: false },
    ...{ parentRunId: undefined, origin: undefined },
    story: story.story,
    depth: whole ? 'whole' : 'end',
    eventCount: events.length,
    createdAt: at,
    updatedAt: last?.at ?? listing.modifiedAt,
    pendingTasks: story.pendingTasks,
    problems: [...problems, ...(steps ? [] : read.problems)],
    row: {
      label: `${expertKey} - ${stepCount} steps (${place.jobId}) (${moment(at)})`,
      notes: facts.tokens === undefined ? [] : [`${thousands(facts.tokens)} tokens`],
    },
    job: facts,
  };
  return { run, details: steps ? yield* detailsOf(facts, steps) : noDetails };
}

function* readJobJson(
  { jobId }: JobPlace,
  { hasJobJson }: JobListing,
  reader: JobReader,
  problems: Problem[],
): Sliced<JobJson | undefined> {
  if (!hasJobJson) return undefined;
  const file = 'job.json';
  const body = yield* bodyOf(reader, file);
  if ('problem' in body) {
    problems.push({ file, what: body.problem });
    return undefined;
  }
  const { id, status, totalSteps, coordinatorExpertKey, startedAt } = body.json;
  if (id !== jobId) problems.push({ file, what: 'has the id of another job inside' });
  return {
    status: textOf(status),
    steps: typeof totalSteps === 'number' && Number.isSafeInteger(totalSteps) ? totalSteps : 0,
    expertKey: textOf(coordinatorExpertKey),
    startedAt: typeof startedAt === 'number' && Number.isFinite(startedAt) ? startedAt : undefined,
  };
}

/** What job.json says of each stop. */
const statusOfStop: Readonly<Partial<Record<StopType, string>>> = {
  completeRun: 'completed',
  stopRunByInteractiveTool: 'stoppedByInteractiveTool',
  stopRunByExceededMaxSteps: 'stoppedByMaxSteps',
  stopRunByError: 'stoppedByError',
};

/** The events count: job.json of a job that was killed says for ever that it runs. */
function tellDisagreement(
  json: JobJson | undefined,
  stop: StopType | undefined,
  steps: number,
  problems: Problem[],
): void {
  if (json?.status === undefined || steps === 0) return;
  const expected = stop === undefined ? 'running' : (statusOfStop[stop] ?? 'running');
  if (json.status === expected && json.steps >= steps) return;
  problems.push({ file: 'job.json', what: `says ${json.status}, ${json.steps} steps` });
}

/** How the job stopped; a delegate that is done has only handed back. */
function stopOf(
  last: JobEvent | undefined,
  end: Readonly<Record<string, unknown>> | undefined,
): { readonly stop: StopType | undefined; readonly isDelegates: boolean } {
  const isDelegates = readCheckpoint(end?.['checkpoint'])?.delegatedBy !== undefined;
  if (!last || !isStop(last.type)) return { stop: undefined, isDelegates };
  return { stop: isDelegates && last.type === 'completeRun' ? undefined : last.type, isDelegates };
}

/** What a status says of each stop, where there are no events. */
const stopOfStatus: Readonly<Record<string, StopType | undefined>> = {
  completed: 'completeRun',
  stoppedByInteractiveTool: 'stopRunByInteractiveTool',
  stoppedByDelegate: 'stopRunByDelegate',
  stoppedByExceededMaxSteps: 'stopRunByExceededMaxSteps',
  stoppedByMaxSteps: 'stopRunByExceededMaxSteps',
  stoppedByError: 'stopRunByError',
};

function isKnown(status: string): boolean {
  return Object.hasOwn(stopOfStatus, status) || ['init', 'proceeding', 'running', ''].includes(status);
}

function stopOfWord(status: string | undefined, newest: Checkpoint | undefined): ReturnType<typeof stopOf> {
  const isDelegates = newest?.delegatedBy !== undefined;
  const stop = status !== undefined && Object.hasOwn(stopOfStatus, status) ? stopOfStatus[status] : undefined;
  return { stop: isDelegates && stop === 'completeRun' ? undefined : stop, isDelegates };
}

function* questionOf(
  end: Readonly<Record<string, unknown>> | undefined,
  otherwise: Checkpoint | undefined,
  files: KeyFiles,
): Sliced<JobQuestion | undefined> {
  const checkpoint = readCheckpoint(end?.['checkpoint']) ?? otherwise;
  const [call, ...more] = checkpoint?.pending ?? [];
  if (!call) return undefined;
  const earlier = new Set(
    checkpoint?.partial.filter(({ toolName }) => toolName === call.toolName).map(({ id }) => id),
  );
  const isKept = checkpoint !== undefined && (yield* files.isKept(checkpoint));
  return { call, checkpoint, isKept, place: earlier.size + 1, of: earlier.size + 1 + more.length };
}

/** So many steps are looked at for one to branch from. */
const lookedAt = 10;

/** The few files that tell how a job stands. */
class KeyFiles {
  readonly problems: Problem[] = [];
  readonly #told = new Set<string>();
  #readSomething = false;
  readonly #checkpoints: ReadonlySet<string>;

  constructor(
    private readonly listing: JobListing,
    private readonly reader: JobReader,
    private readonly steps: JobSteps | undefined,
  ) {
    this.#checkpoints = steps?.readable ?? new Set(listing.checkpoints);
  }

  *event(event: JobEvent | undefined): Sliced<Readonly<Record<string, unknown>> | undefined> {
    return event && (yield* this.#json(event.file));
  }

  /** The latest checkpoint of the coordinator: its numbers are those of the job. */
  *ofCoordinator(
    ending: JobEvent | undefined,
    end: Readonly<Record<string, unknown>> | undefined,
  ): Sliced<Checkpoint | undefined> {
    if (this.steps) {
      const ended = this.steps.steps.filter(({ type }) => type !== '');
      return (
        ended.findLast(isCoordinators)?.checkpoint ?? this.steps.steps.findLast(isCoordinators)?.checkpoint
      );
    }
    const latest = readCheckpoint(end?.['checkpoint']);
    if (latest && latest.delegatedBy === undefined) return latest;
    for (const event of this.listing.events.filter(endsStep).toReversed()) {
      if (event === ending) continue;
      const checkpoint = readCheckpoint((yield* this.event(event))?.['checkpoint']);
      if (checkpoint && checkpoint.delegatedBy === undefined) return checkpoint;
    }
    return undefined;
  }

  /** The checkpoint with the highest step among those that the program can read. */
  *newest(own: Checkpoint | undefined): Sliced<Checkpoint | undefined> {
    const bySteps = this.listing.events.filter(endsStep).toSorted((a, b) => b.step - a.step);
    for (const event of bySteps) {
      if (own && event.step <= own.step && this.#checkpoints.has(own.id)) return own;
      const checkpoint = readCheckpoint((yield* this.event(event))?.['checkpoint']);
      if (checkpoint && this.#checkpoints.has(checkpoint.id)) return checkpoint;
    }
    // No event tells of one that is there: the files themselves do.
    const found: Checkpoint[] = [];
    for (const id of this.#checkpoints) {
      const checkpoint = readCheckpoint(yield* this.#json(`checkpoints/${id}.json`));
      if (checkpoint) found.push(checkpoint);
    }
    return found.toSorted((a, b) => b.step - a.step)[0];
  }

  /** Whether the file of a checkpoint can be read, and not only the copy in its event. */
  *isKept({ id }: Checkpoint): Sliced<boolean> {
    if (!this.#checkpoints.has(id)) return false;
    return (
      this.steps !== undefined || readCheckpoint(yield* this.#json(`checkpoints/${id}.json`)) !== undefined
    );
  }

  /** Of a job that is not read whole, only the latest steps are looked at. */
  *canBranch(expertKey: string): Sliced<boolean> {
    const isOne = (checkpoint: Checkpoint | undefined): boolean =>
      checkpoint?.expertKey === expertKey &&
      checkpoint.delegatedBy === undefined &&
      this.#checkpoints.has(checkpoint.id) &&
      canBeginAt(checkpoint);
    if (this.steps) return this.steps.steps.some(({ checkpoint }) => isOne(checkpoint));
    for (const event of this.listing.events.filter(endsStep).slice(-lookedAt).toReversed()) {
      if (isOne(readCheckpoint((yield* this.event(event))?.['checkpoint']))) return true;
    }
    return false;
  }

  *retries(): Sliced<JobFacts['retries']> {
    const retries = this.listing.events.filter(({ type }) => type === 'retry');
    return { count: retries.length, reason: textOf((yield* this.event(retries.at(-1)))?.['reason']) };
  }

  /** Whether nothing that is there can be read. */
  *isUnreadable(): Sliced<boolean> {
    const { events, checkpoints } = this.listing;
    if (events.length + checkpoints.length === 0) return false;
    const files = [...events.map(({ file }) => file), ...checkpoints.map((id) => `checkpoints/${id}.json`)];
    for (const file of files) {
      if (this.#readSomething) return false;
      yield* this.#json(file);
    }
    return !this.#readSomething;
  }

  *#json(file: string): Sliced<Readonly<Record<string, unknown>> | undefined> {
    const body = yield* bodyOf(this.reader, file);
    if ('json' in body) this.#readSomething = true;
    else if (!this.#told.has(file)) {
      this.#told.add(file);
      this.problems.push({ file, what: body.problem });
    }
    return 'json' in body ? body.json : undefined;
  }
}

function isCoordinators({ checkpoint }: Step): boolean {
  return checkpoint !== undefined && checkpoint.delegatedBy === undefined;
}
