import { pickerTitle } from '../../../core/commands';
import { count, visible } from '../../../core/format';
import type { Manifest } from './manifest';
import { stages, type Stage } from './result';
import type { ThemisRun } from './themisRun';

/** Something that Themis can be asked for, as arguments of its command line. */
export interface Step {
  readonly title: string;
  readonly detail: string;
  readonly args: readonly string[];
  /** It runs the config, which may delete what is there (`existing_run_policy: rerun`). */
  readonly runs: boolean;
  /** What it deletes first, as a sentence, where that does not depend on the config that was chosen. */
  readonly deletes?: string | undefined;
}

/** A config as far as its text tells, without anything being run. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** auto, rerun, error, or another word. */
  readonly policy: string;
  /** It names a dataset of the run. */
  readonly mentionsDataset: boolean;
}

/** Reads the text of a config (YAML or TOML): what it says stands in lines, in braces, or below its name. */
export function readConfig(path: string, text: string, { told }: Pick<ThemisRun, 'told'>): ConfigFile {
  const said = [
    ...withoutComments(text).matchAll(
      /\bexisting_run_policy\b["']?\s{0,200}[:=]([^\n]{0,200}\n?[^\n]{0,200})/g,
    ),
  ];
  const words = said.map(
    ([, value = '']) => /\brerun\b/i.exec(value)?.[0].toLowerCase() ?? /\w{1,40}/.exec(value)?.[0],
  );
  // Whatever may be said of it in several places, or be put in from elsewhere: what deletes counts.
  const policy = words.find((word) => word === 'rerun') ?? words.at(-1) ?? 'auto';
  const datasets = told?.datasets.split(', ').filter(Boolean) ?? [];
  return { path, policy, mentionsDataset: datasets.length > 0 && datasets.every((id) => text.includes(id)) };
}

/** Where a config keeps its runs, if that is a server; `undefined`: it is none. */
export function serverOf(text: string): 'postgres' | 'mongodb' | undefined {
  const found = /\bstore\b["']?[ \t]{0,20}[:=][ \t]{0,20}["']?(postgres|mongodb)\b/.exec(
    withoutComments(text),
  );
  return found?.[1] as 'postgres' | 'mongodb' | undefined;
}

function withoutComments(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => (line.trimStart().startsWith('#') ? '' : line.split(' #')[0]))
    .join('\n');
}

/** Why a config must not be run for a run that exists; `undefined`: it may be. */
export function whyNotConfig({ policy }: ConfigFile): string | undefined {
  return policy === 'error'
    ? 'Its existing_run_policy is "error": Themis refuses to touch a run that exists.'
    : undefined;
}

/**
 * Whether running a config deletes the run first.
 * @param before the policy that the run was recorded or handed in with: a config that does not say it may get it from there
 */
export function deletesFirst(policy: string | undefined, before: string | undefined): boolean {
  return policy === 'rerun' || (policy !== 'error' && before === 'rerun');
}

/** What running a config deletes, as a sentence; `undefined`: nothing. */
export function whatIsDeleted({ policy }: ConfigFile, { told }: ThemisRun): string | undefined {
  return deletesFirst(policy, told?.policy)
    ? `Its existing_run_policy is "rerun": Themis first deletes ${count(told?.events ?? 0, 'event')} of this run and all its results, and then runs every case again.`
    : undefined;
}

/** How a run can be carried on with its config: as far as it goes, or until a stage that it has not come through. */
export function resumeSteps({ told }: ThemisRun, config: string): readonly Step[] {
  const through = stages.findIndex((stage) => stage === told?.outcome.through);
  const isBehind = through >= 0 && through < stages.length - 1;
  const ahead = isBehind ? stages.slice(through + 1) : stages;
  return [
    {
      title: pickerTitle('run.resumeConfig'),
      detail: 'Runs what is missing, up to the last stage; what is done is kept',
      args: ['run', '--config', config],
      runs: true,
    },
    ...ahead.map((stage) => ({
      title: `Run Until ${stage}`,
      detail: `Runs what is missing, up to the stage "${stage}"`,
      args: ['run', '--config', config, '--until-stage', stage],
      runs: true,
    })),
  ];
}

/** What a run can be replayed from, with all metrics or with one of several; the results are added to the same run. */
export function replaySteps({ told }: ThemisRun, config: string): readonly Step[] {
  if (!told) return [];
  const { score, judge } = told.metrics;
  const several = score.length + judge.length > 1;
  return told.replay.flatMap((stage: Stage): readonly Step[] => {
    const args = ['replay', '--config', config, '--stage', stage];
    const metrics = several && (stage === 'score' || stage === 'judge') ? told.metrics[stage] : [];
    // What begins with a dash would be read as an option.
    const asked = metrics.filter((metric) => !metric.startsWith('-')).slice(0, mostMetrics);
    return [
      {
        title: `Replay From ${stage}`,
        detail: `Works the stages from "${stage}" on out anew, in the same run; answers of the model are kept`,
        args,
        runs: true,
      },
      ...asked.map((metric) => ({
        title: `Replay From ${stage}: only ${visible(metric)}`,
        detail: 'Works this metric out anew, in the same run; the other metrics are kept',
        args: [...args, '--metric-id', metric],
        runs: true,
      })),
    ];
  });
}

/** So many metrics are offered one by one. */
const mostMetrics = 50;

/** What tells of a run and changes no result. */
export function lookSteps(config: string): readonly Step[] {
  const step = (title: string, detail: string, ...args: readonly string[]): Step => ({
    ...{ title, detail, runs: false },
    args: [...args, '--config', config],
  });
  const rebuilds = 'Themis may write missing projections into its store';
  return [
    step('Report as Markdown', rebuilds, 'report', '--format', 'markdown'),
    step('Report as CSV', rebuilds, 'report', '--format', 'csv'),
    step('Report as JSON', rebuilds, 'report', '--format', 'json'),
    step('Report as LaTeX', rebuilds, 'report', '--format', 'latex'),
    step('Export Generation', rebuilds, 'export', 'generation'),
    step('Export Evaluation', rebuilds, 'export', 'evaluation'),
    step('Quick Check', rebuilds, 'quickcheck'),
  ];
}

/**
 * What makes a worker take the run that waits; `undefined`: it does not wait.
 * @param submitted the config that it was handed in with, which a batch runs
 * @param rerun runs of its queue whose configs delete first: a worker takes whichever is first, this run or another one
 */
export function workerStep(
  run: ThemisRun,
  submitted: ConfigFile | undefined,
  rerun: readonly string[],
): Step | undefined {
  const { manifest } = run;
  if (!manifest) return undefined;
  const deletes = submitted && whatIsDeleted(submitted, run);
  switch (manifest.state) {
    case 'queued': {
      const others = rerun.filter((runId) => runId !== run.runId);
      return {
        title: 'Run a Worker',
        detail: 'Takes the first run of the queue, this one or another, and ends after it',
        args: ['worker', 'run', '--queue-root', queueOf(manifest)],
        runs: true,
        deletes: deletes ?? whatWorkerDeletes(others),
      };
    }
    case 'requests':
      return {
        title: 'Run the Batch',
        detail: 'Runs this request',
        args: ['batch', 'run', '--request', manifest.path],
        runs: true,
        deletes,
      };
    default:
      return undefined;
  }
}

/** The folder of a queue, by one of its manifests. */
export function queueOf({ path }: Manifest): string {
  return path.split(/[/\\]/).slice(0, -2).join('/');
}

function whatWorkerDeletes(runIds: readonly string[]): string | undefined {
  const [first, ...more] = runIds.map((runId) => runId.slice(0, 8));
  if (first === undefined) return undefined;
  const and = more.length === 0 ? '' : ` and ${count(more.length, 'other run')}`;
  return `The worker takes the first run of the queue. That may be ${first}${and}, whose existing_run_policy is "rerun": Themis first deletes what there is of such a run, and then runs every case again.`;
}

/** Prints which run a config makes, and opens no store. */
export function estimateArgs(config: string): readonly string[] {
  return ['estimate', '--config', config];
}

/** The run that a config makes, as `estimate` prints it; `undefined`: it prints none. */
export function runIdIn(printed: string): string | undefined {
  return (
    /\brun_id\b[^0-9a-f]{0,20}([0-9a-f]{64})\b/.exec(printed)?.[1] ?? /\b[0-9a-f]{64}\b/.exec(printed)?.[0]
  );
}
