import type { Usage } from '../../run/cost';
import type { Effect } from '../../run/effect';
import type { MetricChoice } from '../../run/metrics';
import type { RunEngine } from '../../engine/runEngine';
import type { JudgeOptions, State } from '../../run/judgement';
import type { Worker, WorkTime } from '../../run/workTime';
import type { How } from '../../sessions/attribute';
import type { RunWork } from '../../sessions/runWork';
import type { Cost } from '../../sessions/tally';
import type { Tokens } from '../../sessions/work';
import type { Finding } from './findings';

/**
 * Everything a report of a run tells: plain data, bounded, its texts without secrets and absolute paths and with
 * deceptive characters spelled out. It is what the JSON format prints; `docs/report.md` describes it. Times are ISO 8601, durations
 * milliseconds. A field that is not there was not told by the run.
 */
export interface Report {
  readonly format: 'babysitter-runs/report';
  /** Rises when a field changes its meaning or goes; new fields may come without. */
  readonly version: 1;
  readonly generatedAt: string;
  /** `iteration`: tasks, findings, artefacts, answers, times and usage are those of the iteration alone. */
  readonly scope: 'run' | 'iteration';
  /** The iteration in focus: the one asked for, else the best by the metric, else the last. */
  readonly iteration?: number;
  readonly run: {
    /** Whose run it is: "babysitter". */
    readonly engine: string;
    readonly runId: string;
    /** Opens the run in the editor; left out: nobody said which editor. */
    readonly link?: string;
    readonly title: string;
    readonly state: State;
    readonly reason: string;
    /** What the process says of its work; left out: it has not returned, or left nothing that can be read. */
    readonly outcome?: { readonly success: boolean | null; readonly summary?: string };
    readonly prompt?: string;
    readonly createdAt: string;
    readonly updatedAt: string;
    readonly endedAt?: string;
    readonly events: number;
  };
  /** What its engine tells of the iteration in focus besides its tasks: a topic, an analysis. */
  readonly about: readonly ReportFact[];
  /** What the tasks of the iteration in focus were to do. */
  readonly attempted: readonly { readonly title: string; readonly description?: string }[];
  readonly tasks: readonly ReportTask[];
  /** The main metric first. */
  readonly metrics: readonly ReportMetric[];
  /** Every other number at the top of results that two iterations or more have, by name. */
  readonly numbers: readonly ReportMetric[];
  /** From the process's inputs. */
  readonly targets: { readonly quality?: number; readonly iterations?: number };
  readonly iterations: readonly ReportIteration[];
  readonly findings: readonly (Finding & { readonly effectId: string; readonly task: string })[];
  /** Files that results and questions name, and that exist in the project; the path is relative to it. */
  readonly artefacts: readonly { readonly path: string; readonly effectIds: readonly string[] }[];
  readonly answers: readonly ReportAnswer[];
  readonly questions: readonly {
    readonly effectId: string;
    readonly title: string;
    readonly askedAt?: string;
  }[];
  readonly time: WorkTime & {
    /** From the run's creation to its end, or to its last event. */
    readonly total: number;
    /** Nobody was at work, as guessed from the events; left out: in one iteration, and where nothing tells of it. */
    readonly idle?: number;
  };
  /** `undefined`: neither the journal nor a result tells any. */
  readonly usage?: ReportUsage & {
    /** Where the sum is from: cost records of the journal, which count alone if there are any, or results. */
    readonly from: 'journal' | 'results';
    readonly byModel?: readonly (ReportUsage & { readonly model: string })[];
  };
  /**
   * What agents did, counted from their own files. Tasks, batches and what is between them add up to the total. Left out: no
   * session is known, or the person does not want them to be read.
   */
  readonly work?: {
    readonly sessions: number;
    readonly total: ReportWork;
    /** Of tasks that pended together, so that it belongs to none of them alone. */
    readonly batches: readonly (ReportWork & { readonly effectIds: readonly string[] })[];
    /** Left out of the report of an iteration. */
    readonly between?: ReportWork;
    /** What the same sessions did for other runs, which is not in the total. */
    readonly otherRuns?: ReportWork;
  };
  readonly provenance: {
    readonly processId: string;
    /** The process file, relative to the project, and its function. */
    readonly entry?: string;
    readonly function?: string;
    readonly engineVersion?: string;
    readonly harness?: string;
    readonly parentRunId?: string;
    readonly nonInteractive?: true;
    /** What only its engine tells of the run. */
    readonly facts: readonly ReportFact[];
  };
  readonly problems: readonly { readonly file: string; readonly what: string }[];
  /** How many of each are left out because there are too many. */
  readonly left: Readonly<
    Record<'metrics' | 'tasks' | 'findings' | 'artefacts' | 'answers' | 'problems', number>
  >;
}

export interface ReportFact {
  readonly name: string;
  readonly text: string;
}

export interface ReportTask {
  readonly effectId: string;
  readonly taskId: string;
  readonly iteration: number;
  readonly kind: string;
  readonly title: string;
  /** What it was to do; Markdown. */
  readonly description?: string;
  readonly status: Effect['status'];
  /** Not there while it is pending, when it was cancelled, and for questions, which people answer either way. */
  readonly passed?: boolean;
  readonly exitCode?: number;
  /** Why it did not pass. */
  readonly why?: string;
  readonly by: Worker;
  readonly requestedAt?: string;
  readonly resolvedAt?: string;
  /** How long it was worked on, or how long it waited for a person. */
  readonly duration?: number;
  readonly usage?: ReportUsage;
  readonly work?: ReportWork & { readonly how: How };
}

/** What agents did, in numbers; subagents are in them. */
export interface ReportWork {
  readonly answers: number;
  readonly calls: number;
  readonly failedCalls: number;
  /** By tools, without those of the run itself. A file counts once for each task that changed it. */
  readonly filesChanged: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly tokens: Tokens;
  /** Not all output tokens were told. */
  readonly atLeast?: true;
  readonly subagents: number;
  readonly models: readonly string[];
  /** Milliseconds from the first to the last sign, without waiting for a person's answers. */
  readonly atWork: number;
  readonly waitedForAnswers: number;
  /** What it would cost at list prices; left out: that was not asked for. */
  readonly cost?: Cost;
}

export interface ReportMetric {
  readonly key: string;
  readonly better: 'highest' | 'lowest';
  readonly this?: number;
  /** Of the iteration before the one in focus. */
  readonly previous?: number;
  /** Left out where only one iteration has a value. */
  readonly best?: { readonly iteration: number; readonly value: number };
  readonly target?: number;
  readonly series: readonly { readonly iteration: number; readonly value: number }[];
}

export interface ReportIteration {
  readonly n: number;
  /** The process's own number, within its phase. */
  readonly number?: number;
  /** The name of its phase, else the place; left out where the run has one phase without a name. */
  readonly phase?: string;
  /** What its engine calls it, where that is more than its number and phase. */
  readonly title?: string;
  readonly requested: number;
  readonly ok: number;
  readonly error: number;
  readonly cancelled: number;
  /** How many tasks passed, without questions; and how many did not, errors included. */
  readonly passed: number;
  readonly notPassed: number;
  readonly best?: true;
  readonly metrics: Readonly<Record<string, number>>;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly time: WorkTime;
  readonly work?: ReportWork;
}

export interface ReportAnswer {
  readonly effectId: string;
  readonly iteration: number;
  readonly title: string;
  readonly question?: string;
  readonly approved?: boolean;
  readonly option?: string;
  readonly text?: string;
  /** No person gave it. */
  readonly automatic?: true;
  readonly respondedBy?: string;
  readonly answeredAt?: string;
  readonly waited?: number;
  readonly product?: string;
  readonly surface?: string;
  readonly signedWith?: string;
}

export type ReportUsage = { readonly [K in keyof Usage]?: number };

/** What is not in the run's events and tasks. */
export interface ReportSources {
  /** run.json as it is, for the secrets in it; `undefined`: it cannot be read. */
  readonly runJson: string | undefined;
  /** The value of inputs.json; `undefined`: there is none. */
  readonly inputs: unknown;
  /** The person's home folder, which becomes "~". */
  readonly home: string;
  /** The project-relative path, "/" between parts, of a file that a result names; `undefined`: there is none in the project. */
  findFile(path: string): string | undefined;
  /** What agents did for the run; left out: it is not known, or not to be told. */
  readonly work?: RunWork | undefined;
}

export interface ReportOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly engine: RunEngine;
  readonly classify: JudgeOptions;
  readonly metric: MetricChoice;
  /** Report on this iteration alone; `undefined`: on the whole run. */
  readonly iteration: number | undefined;
  /** The scheme of links to the run, that of the editor which opens them: "vscode"; left out: there are none. */
  readonly linkScheme?: string;
}
