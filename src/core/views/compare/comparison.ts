import type { AnswerView } from '../page/answerView';
import type { CleanText } from '../report/cleanText';
import type { Effect } from '../../run/effect';
import type { Iteration } from '../../run/iterations';
import type { MetricChoice } from '../../run/metrics';
import type { StoredRun } from '../../source/runStore';
import type { RunWork } from '../../sessions/runWork';
import type { OpenedRun } from '../tree/buildTree';

/** A run, or one of its iterations, that is compared with another. */
export interface Side {
  readonly stored: StoredRun;
  readonly opened: OpenedRun;
  /** `undefined`: the whole run. */
  readonly iteration: Iteration | undefined;
  /** The value of inputs.json; `undefined`: there is none. */
  readonly inputs: unknown;
  /** What the process returned; `undefined`: nothing yet. */
  readonly output: unknown;
  /** What agents did for the run; left out: it is not known, or not to be told. */
  readonly work?: RunWork | undefined;
}

export interface SideView {
  /** Names the run to the extension. */
  readonly key: string;
  /** The iteration; `undefined`: the whole run. */
  readonly n: number | undefined;
  /** How the iteration is called. */
  readonly iteration: string | undefined;
  readonly title: string;
  readonly runId: string;
  readonly shortId: string;
  readonly state: string;
  readonly icon: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** How many of something are on both sides and differ, and how many only one side has. Nothing is counted twice. */
export interface Counts {
  readonly differ: number;
  readonly onlyLeft: number;
  readonly onlyRight: number;
}

/** Something of which a side has one. */
export interface Fact {
  readonly name: string;
  /** Empty: that side has none. */
  readonly left: string;
  readonly right: string;
  readonly same: boolean;
}

/** A number of both sides. */
export interface Figure extends Fact {
  /** "+3", "−2 min"; empty: none, or one side has no number. */
  readonly change: string;
  /** Which side is better; empty: neither, or that is no question. */
  readonly better: 'left' | 'right' | '';
}

/** Where two values differ, for people. */
export interface Change {
  readonly path: string;
  /** Empty: that side has nothing there. */
  readonly left: string;
  readonly right: string;
}

export interface ValueComparison {
  readonly has: 'both' | 'left' | 'right' | 'none';
  readonly changes: readonly Change[];
  readonly more: number;
}

export interface ComparedTask {
  readonly effectId: string;
  readonly title: string;
  readonly kind: string;
  /** "done", "failed". */
  readonly state: string;
  readonly icon: string;
  /** How long it took; empty: not known. */
  readonly time: string;
  /** "1,240 tokens in, 1,662 out, 4 files": what agents did for it; empty: it is not known. */
  readonly work: string;
  /** Why it failed or was cancelled. */
  readonly why: string;
}

export interface TaskPair {
  /** The iteration, or both where they are not of the same number; empty: it says nothing. */
  readonly iteration: string;
  /** `undefined`: only the other side has it. */
  readonly left: ComparedTask | undefined;
  readonly right: ComparedTask | undefined;
  /** Its result is the original's, as the fork replayed it. */
  readonly replayed: boolean;
  /** What differs: "state", "title", "inputs", "result"; empty: nothing, or one side lacks it. */
  readonly differs: readonly string[];
  readonly inputs: ValueComparison;
  readonly result: ValueComparison;
}

export interface AnswerPair {
  readonly left: AnswerSide | undefined;
  readonly right: AnswerSide | undefined;
  readonly differs: readonly string[];
}

export interface AnswerSide {
  readonly effectId: string;
  readonly title: string;
  /** `undefined`: nobody has answered. */
  readonly answer: AnswerView | undefined;
}

/** Everything the page of a comparison shows: bounded, serialisable, its texts clean and made visible. */
export interface Comparison {
  readonly sides: readonly [SideView, SideView];
  /** Why hardly anything may match, as a sentence; empty: nothing speaks against comparing them. */
  readonly warning: string;
  /** How the two belong together, as sentences. */
  readonly notes: readonly string[];
  readonly facts: readonly Fact[];
  /** `undefined`: two iterations of one run have the same. */
  readonly inputs: ValueComparison | undefined;
  /** `undefined`: iterations have none. */
  readonly result: ValueComparison | undefined;
  readonly tasks: readonly TaskPair[];
  readonly answers: readonly AnswerPair[];
  readonly metrics: readonly Figure[];
  readonly times: readonly Figure[];
  /** What agents did; empty: it is not known of either. */
  readonly work: readonly Figure[];
  /** Of all, also of what is left out. */
  readonly counts: Readonly<Record<'facts' | 'inputs' | 'result' | 'tasks' | 'answers' | 'metrics', Counts>>;
  /** How many tasks are left out because there are too many: equal ones first. */
  readonly left: number;
}

export interface CompareOptions {
  readonly now: number;
  readonly metric: MetricChoice;
  readonly clean: CleanText;
}

/** Which side alone has it; `undefined`: both do. */
export function onlySide({
  left,
  right,
}: {
  readonly left: unknown;
  readonly right: unknown;
}): 'left' | 'right' | undefined {
  const isMissing = (value: unknown): boolean => value === undefined || value === '';
  return isMissing(right) ? 'left' : isMissing(left) ? 'right' : undefined;
}

/** The effects that are compared of a side. */
export function effectsOf({ opened, iteration }: Side): readonly Effect[] {
  return iteration?.effects ?? opened.run.story.effects.list();
}
