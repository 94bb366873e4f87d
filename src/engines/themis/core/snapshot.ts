import { count } from '../../../core/format';
import { isRecord } from '../../../core/run/lenient';
import type { Problem } from '../../../core/run/problem';
import { numberOf, objectOf, objectsOf, textOf, textsByName, type JsonObject } from './values';

/** A case of a dataset as it was asked. */
export interface AskedCase {
  readonly caseId: string;
  readonly input: unknown;
  readonly expected: unknown;
  readonly metadata: unknown;
}

export interface Dataset {
  readonly datasetId: string;
  readonly revision: string | undefined;
  readonly cases: readonly AskedCase[];
}

/** What a run consists of, as `snapshot.json` says before anything happens. */
export interface Snapshot {
  /** The id that the file itself gives; the folder or row counts. */
  readonly runId: string | undefined;
  readonly datasets: readonly Dataset[];
  /** "demo/flaky_model"; empty when nothing says so. */
  readonly generator: string;
  readonly hasReducer: boolean;
  readonly parsers: readonly string[];
  /** In the order of the config. `pure`: it is computed; others are worked out by judges. */
  readonly metrics: readonly { readonly metricId: string; readonly pure: boolean }[];
  /** So many metrics more are left out: each of them would have a score of each case. */
  readonly moreMetrics: number;
  readonly judges: readonly string[];
  /** What Themis does when the run exists: auto, rerun, error or another word. */
  readonly existingRunPolicy: string;
  readonly version: string | undefined;
  /** Where further manifests may lie; `undefined`: at the usual places. */
  readonly queueRoot: string | undefined;
  readonly batchRoot: string | undefined;
  /** What it ran with, for people: a name and a text. */
  readonly provenance: readonly (readonly [name: string, text: string])[];
}

/** So many metrics are taken, and so many scores that may come of all cases. */
const most = { metrics: 200, scores: 200_000 };

/** Reads a parsed snapshot; `undefined`: it is no object. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  if (!isRecord(value)) return undefined;
  const components = objectOf(value['component_refs']);
  const provenance = objectOf(value['provenance']);
  const runtime = objectOf(provenance['runtime']);
  const kinds = Array.isArray(value['metric_kinds']) ? value['metric_kinds'] : [];
  const datasets = objectsOf(value['datasets']).map(readDataset);
  const caseCount = datasets.reduce((sum, { cases }) => sum + cases.length, 0);
  const metrics = componentIds(components['metrics']);
  const perCase = Math.floor(most.scores / Math.max(1, caseCount));
  const taken = metrics.slice(0, Math.min(most.metrics, Math.max(1, perCase)));
  return {
    runId: textOf(value['run_id']),
    datasets,
    generator: componentId(components['generator']) ?? '',
    hasReducer: isRecord(components['reducer']) || isRecord(components['selector']),
    parsers: componentIds(components['parsers']),
    moreMetrics: metrics.length - taken.length,
    metrics: taken.map((metricId, i) => ({
      metricId,
      pure: (kinds[i] ?? 'pure') === 'pure',
    })),
    judges: componentIds(components['judge_models']),
    existingRunPolicy: textOf(runtime['existing_run_policy']) ?? 'auto',
    version: textOf(provenance['themis_version']),
    queueRoot: textOf(runtime['queue_root']),
    batchRoot: textOf(runtime['batch_root']),
    provenance: provenanceOf(provenance, objectOf(value['identity'])),
  };
}

/** What is left out of a snapshot, as a problem of its file. */
export function boundProblems(file: string, snapshot: Snapshot | undefined): readonly Problem[] {
  const more = snapshot?.moreMetrics ?? 0;
  return more === 0 ? [] : [{ file, what: `has ${count(more, 'metric')} more than are shown` }];
}

/** What is wrong where a file of a run names another run: the folder or row that it is kept in counts. */
export function idProblems(
  runId: string,
  kept: 'folder' | 'row',
  named: readonly (readonly [file: string, id: string | undefined])[],
): readonly Problem[] {
  return named.flatMap(([file, id]) =>
    id === undefined || id === runId ? [] : [{ file, what: `says it is run ${id}; the ${kept} counts` }],
  );
}

/** A case apart from all others: its id alone is not, as two datasets may have the same. */
export function caseKeyOf(datasetId: string, caseId: string): string {
  return `${[...datasetId].length}:${datasetId}:${caseId}`;
}

/** "qa, qa-b": what a run is called by. */
export function datasetNames({ datasets }: Snapshot): string {
  return datasets.map(({ datasetId }) => datasetId).join(', ');
}

function readDataset(dataset: JsonObject): Dataset {
  return {
    datasetId: textOf(dataset['dataset_id']) ?? '',
    revision: textOf(dataset['revision']),
    cases: objectsOf(dataset['cases']).map((one) => ({
      caseId: textOf(one['case_id']) ?? '',
      input: one['input'],
      expected: one['expected_output'],
      metadata: one['metadata'],
    })),
  };
}

function componentId(value: unknown): string | undefined {
  return textOf(objectOf(value)['component_id']);
}

function componentIds(value: unknown): readonly string[] {
  return objectsOf(value).flatMap((component) => componentId(component) ?? []);
}

/** Storage parameters (absolute paths) and environment metadata are the person's own: they are left out. */
function provenanceOf(provenance: JsonObject, identity: JsonObject): Snapshot['provenance'] {
  const seeds = Array.isArray(identity['seeds'])
    ? identity['seeds'].flatMap((seed) => numberOf(seed) ?? [])
    : [];
  const versions = [...textsByName(provenance['dependency_versions'])].map(
    ([name, version]) => `${name} ${version}`,
  );
  const platform = textOf(provenance['platform']);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Python', textOf(provenance['python_version'])],
    ['Platform', platform === 'unknown' ? undefined : platform],
    ['Commit', textOf(provenance['git_commit'])],
    ['Packages', versions.slice(0, 20).join(', ')],
    ['Seeds', seeds.slice(0, 20).join(', ')],
  ];
  return facts.flatMap(([name, text]) => (text ? [[name, text] as const] : []));
}
