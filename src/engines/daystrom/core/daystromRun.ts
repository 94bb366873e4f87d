import type { Effect } from '../../../core/run/effect';
import { EffectMap } from '../../../core/run/effectMap';
import { count, cutAtWord, oneLine } from '../../../core/format';
import { isRecord, parseTime } from '../../../core/run/lenient';
import type { Problem } from '../../../core/run/problem';
import type { RecordedIteration } from '../../../core/run/recordedIterations';
import type { Run, RunDetails } from '../../../core/run/run';
import { asRunKey, type RunKey } from '../../../core/run/runKey';
import type { RunEnd } from '../../../core/run/story';
import { readTask, type TaskDefinition, type TaskResult } from '../../../core/run/task';
import type { RunReading } from '../../../core/source/runSource';

export const daystrom = 'daystrom';

type Json = Readonly<Record<string, unknown>>;

/** What only Daystrom tells of a run. */
export interface DaystromFacts {
  /** Its own word for its state; empty: the file cannot be read. */
  readonly status: string;
  readonly iterations: number;
  /** How many iterations it may take, and which coverage ends it, from 0 to 1. */
  readonly maxIterations: number;
  readonly targetCoverage: number;
  readonly bestCoverage: number | undefined;
}

export interface DaystromRun extends Run {
  readonly daystrom: DaystromFacts;
}

/** @throws Error for a run of another engine */
export function asDaystrom(run: Run): DaystromRun {
  if (run.engine !== daystrom) throw new Error(`A run of ${run.engine} is no run of Daystrom.`);
  return run as DaystromRun;
}

/** The key of the run that a file holds. */
export function daystromKey(file: string): RunKey {
  return asRunKey(file);
}

/** Whether a JSON value is a run, and not a list of scans or a file of somebody else. */
export function isDaystromRun(value: unknown): value is Json {
  return isRecord(value) && typeof value['id'] === 'string' && isRecord(value['userInput']);
}

/** A run's file. */
export interface DaystromFile {
  /** Absolute paths of the file and of the folder that it lies in. */
  readonly file: string;
  readonly folder: string;
  /** The name of the file without its ending, which is the run's id whatever stands inside. */
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** So much of a run is shown: far more than Daystrom makes, and as much as a window draws. */
const most = { iterations: 2000, tests: 5000 };

interface Test {
  readonly id: string;
  readonly iteration: number;
  readonly at: number;
  readonly prompt: string;
  readonly expected: boolean;
  readonly actual: boolean;
  readonly correct: boolean;
  readonly json: Json;
}

const metricNames = {
  coverage: 'coverage',
  tpr: 'truePositiveRate',
  tnr: 'trueNegativeRate',
  accuracy: 'accuracy',
  f1: 'f1Score',
} as const;

/**
 * The run that a file tells of.
 * @param json `undefined`: the file cannot be read, and `problem` says why in words that follow its name
 */
export function daystromReading(
  place: DaystromFile,
  json: Json | undefined,
  problem?: string,
): RunReading & { readonly run: DaystromRun } {
  const input = isRecord(json?.['userInput']) ? json['userInput'] : {};
  const all = records(json?.['iterations']);
  const iterations = all.slice(0, most.iterations);
  let room = most.tests;
  const testsByPlace = iterations.map((iteration, i) => {
    const own = testsOf(iteration, i, room);
    room -= own.length;
    return own;
  });
  const tests = testsByPlace.flat();
  const createdAt = timeOf(json?.['createdAt']) ?? place.modifiedAt;
  const updatedAt = timeOf(json?.['updatedAt']) ?? place.modifiedAt;
  const status = json === undefined ? '' : textOf(json['status'])?.trim() || 'unknown';
  const numbers = iterations.map(({ iteration }) => whole(iteration));
  const bestNumber = whole(json?.['bestIteration']);
  // By number: a topic that repeats is skipped, which leaves gaps.
  const bestPlace = bestNumber === undefined ? -1 : numbers.indexOf(bestNumber);
  const best = iterations[bestPlace];
  const bestCoverage = best && coverageOf(best);
  const title =
    topicName(best) ?? topicName(iterations.at(-1)) ?? oneLine(textOf(input['topicDescription']) ?? '');
  const name = `${place.id}.json`;
  const problems: readonly Problem[] = [
    ...(problem === undefined ? [] : [{ file: name, what: problem }]),
    ...(json !== undefined && json['id'] !== place.id
      ? [{ file: name, what: 'has the id of another run inside' }]
      : []),
    ...(all.length > iterations.length
      ? [
          {
            file: name,
            what: `has ${count(all.length - iterations.length, 'iteration')} more than are shown`,
          },
        ]
      : []),
    ...(room === 0
      ? [{ file: name, what: `may have more than the ${most.tests} tests that are shown` }]
      : []),
  ];
  const effects = tests.map(effectOf);
  const error = tests.filter(({ correct }) => !correct).length;
  const run: DaystromRun = {
    key: daystromKey(place.file),
    engine: daystrom,
    runId: place.id,
    location: place.file,
    ...{ place: place.folder, projectDir: place.folder },
    processId: textOf(input['profileName']) ?? '',
    prompt: title === '' ? undefined : title,
    ...{ entry: undefined, engineVersion: undefined, harness: undefined, asksNobody: false },
    ...{ parentRunId: undefined, origin: undefined, depth: 'whole' as const },
    story: {
      effects: EffectMap.empty.with(effects),
      pending: new Map(),
      counts: { pending: 0, ok: tests.length - error, error, cancelled: 0 },
      end: endOf(status, updatedAt),
      ...{ firstAt: createdAt, lastAt: updatedAt, skipped: new Set<string>(), costs: [], problems: [] },
    },
    eventCount: tests.length,
    ...{ createdAt, updatedAt, pendingTasks: new Map(), problems },
    row: {
      label: [
        `${cutAtWord(title, 60)} (${place.id})`.trim(),
        count(iterations.length, 'iteration'),
        bestCoverage === undefined ? '' : `best ${percent(bestCoverage)} (iteration ${bestNumber})`,
      ]
        .filter(Boolean)
        .join(' · '),
      notes: [],
    },
    daystrom: {
      status,
      iterations: iterations.length,
      maxIterations: numberOf(input['maxIterations']) ?? 20,
      targetCoverage: numberOf(input['targetCoverage']) ?? 0.9,
      bestCoverage,
    },
  };
  const details: RunDetails = {
    tasks: new Map(tests.map((test) => [test.id, taskOf(test)])),
    results: new Map(tests.map((test) => [test.id, resultOf(test)])),
    ...{ problems: [], warnings: [] },
    recorded: {
      list: iterations.map((iteration, i) => recordedOf(iteration, testsByPlace[i] ?? [])),
      best: bestPlace === -1 ? undefined : bestPlace,
      metricKey: 'coverage',
    },
    inputs: {
      ...input,
      targetQuality: run.daystrom.targetCoverage,
      maxIterations: run.daystrom.maxIterations,
    },
  };
  return { run, details };
}

function recordedOf(iteration: Json, tests: readonly Test[]): RecordedIteration {
  const metrics = isRecord(iteration['metrics']) ? iteration['metrics'] : {};
  const topic = isRecord(iteration['topic']) ? iteration['topic'] : {};
  const analysis = isRecord(iteration['analysis']) ? iteration['analysis'] : {};
  const coverage = coverageOf(iteration);
  const wrong = tests.filter(({ correct }) => !correct);
  const about: readonly (readonly [string, string])[] = [
    ['Topic', textOf(topic['name']) ?? ''],
    ['Description', textOf(topic['description']) ?? ''],
    ['Examples', texts(topic['examples']).join('\n')],
    ['Analysis', textOf(analysis['summary']) ?? ''],
    ['False positives', texts(analysis['falsePositivePatterns']).join('\n')],
    ['False negatives', texts(analysis['falseNegativePatterns']).join('\n')],
    ['Suggestions', texts(analysis['suggestions']).join('\n')],
  ];
  return {
    number: whole(iteration['iteration']),
    ...{ phase: undefined, title: undefined, section: undefined, delegated: false },
    note: [
      coverage === undefined ? '' : `coverage ${percent(coverage)}`,
      tests.length === 0
        ? ''
        : wrong.length === 0
          ? `all ${tests.length} right`
          : `${wrong.length} of ${tests.length} wrong`,
    ]
      .filter(Boolean)
      .join(' · '),
    // What it got wrong comes first.
    effects: [...wrong, ...tests.filter(({ correct }) => correct)].map(({ id }) => id),
    metrics: Object.fromEntries(
      Object.entries(metricNames).flatMap(([key, field]) => {
        const value = numberOf(metrics[field]);
        return value === undefined ? [] : [[key, value] as const];
      }),
    ),
    about: about.filter(([, text]) => text !== ''),
  };
}

/** @param most so many of them are taken */
function testsOf(iteration: Json, place: number, most: number): readonly Test[] {
  const at = timeOf(iteration['timestamp']) ?? 0;
  const number = whole(iteration['iteration']) ?? place + 1;
  return records(iteration['testResults'])
    .slice(0, most)
    .map((json, i): Test => {
      const testCase = isRecord(json['testCase']) ? json['testCase'] : {};
      return {
        id: `${number}-${place + 1}-${i + 1}`,
        ...{ iteration: place, at, json },
        prompt: textOf(testCase['prompt']) ?? '',
        expected: testCase['expectedTriggered'] === true,
        actual: json['actualTriggered'] === true,
        correct: json['correct'] === true,
      };
    });
}

/** "false negative", where it did not trigger though it should have; `undefined`: it was right. */
function mistake({ expected, actual, correct }: Test): string | undefined {
  if (correct) return undefined;
  if (expected === actual) return 'wrong';
  return expected ? 'false negative' : 'false positive';
}

function titleOf(test: Test): string {
  return [mistake(test), oneLine(test.prompt) || `test ${test.id}`].filter(Boolean).join(': ');
}

function effectOf(test: Test, place: number): Effect {
  const wrong = mistake(test);
  return {
    ...{ effectId: test.id, taskId: 'test', kind: 'test', label: titleOf(test), labels: [] },
    ...{ stepId: undefined, invocationKey: undefined, batch: test.iteration + 1 },
    ...{ requestedAt: test.at, requestedSeq: place + 1, resolvedBefore: place },
    status: wrong === undefined ? 'ok' : 'error',
    ...{ resolvedAt: test.at, resolvedOrder: place + 1, resolvedSeq: place + 1 },
    ...{ startedAt: undefined, finishedAt: undefined, cancelReason: undefined },
    error: wrong === undefined ? undefined : { name: undefined, message: wrong, stack: undefined },
  };
}

function taskOf(test: Test): TaskDefinition {
  const { task } = readTask({ kind: 'test', title: titleOf(test), inputs: test.json['testCase'] }, 'test');
  if (!task) throw new Error('A test that was just made cannot be read.');
  // Its category or topic are no iteration and no phase of a process.
  return { ...task, iteration: undefined, phase: undefined };
}

function resultOf({ json }: Test): TaskResult {
  const { testCase: _, ...value } = json;
  return { value, metrics: {}, resultRef: undefined, metadata: undefined, failure: undefined };
}

function endOf(status: string, at: number): RunEnd | undefined {
  if (status !== 'completed' && status !== 'failed') return undefined;
  const nothing = { error: undefined, failedTask: undefined, reason: undefined, sealed: false };
  return { outcome: status, type: status, at, toldAt: at, ...nothing };
}

function topicName(iteration: Json | undefined): string | undefined {
  const topic = iteration?.['topic'];
  const name = isRecord(topic) ? textOf(topic['name']) : undefined;
  return name?.trim() === '' ? undefined : name;
}

function coverageOf({ metrics }: Json): number | undefined {
  return isRecord(metrics) ? numberOf(metrics['coverage']) : undefined;
}

/** "80 %". */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Its number, from 1. */
function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? parseTime(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
