import { cutAtWord, visible } from '../../format';
import { exactMoment, moment } from '../../moments';
import { fenced } from '../../review/reviewComment';
import { adviceSentences, ruleCommand, whyNeverAutomatic } from '../../run/approvalAdvice';
import { optionApproves, otherAnswers } from '../../run/answer';
import { auditAnswers, type AnswerRecord } from '../../run/audit';
import type { Breakpoint, BreakpointOption } from '../../run/breakpoint';
import type { Effect } from '../../run/effect';
import { type TaskFiles, iterationTitle } from '../../run/iterations';
import { prettyJson } from '../../run/jsonText';
import { taskTitle, type PendingEffect } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import type { OpenedRun } from '../tree/buildTree';
import { describeTask } from '../tree/describe';
import { toAnswerView } from './answerView';
import { valueRows, type ValueRow } from './valueRows';

/** An action on the page: a button, and beside a disabled one the reason. */
export interface ActionView {
  readonly whyNot: string | undefined;
}

export interface TaskView {
  readonly effectId: string;
  readonly title: string;
  readonly description: string;
  readonly icon: string;
}

export interface OptionView {
  /** Its place in the process's own list. */
  readonly place: number;
  readonly label: string;
  /** What is recorded, where that is not the label. */
  readonly value: string;
  readonly description: string;
  readonly approves: boolean;
  /** Its words do not say what it counts as. */
  readonly undecided: boolean;
}

/** One of several questions that are answered as one. */
export interface QuestionView {
  /** Markdown of unknown origin. */
  readonly question: string;
  readonly options: readonly OptionView[];
}

/** The answers that every breakpoint can be given besides the process's own options. */
export type PlainAnswer = 'approve' | 'reject' | 'request-changes' | 'text';

/** An earlier answer of the same gate in this run. */
export interface EarlierAnswer {
  readonly effectId: string;
  /** "approved: Ship it", "requested changes". */
  readonly what: string;
  /** "by Ann", "automatic"; empty: nothing says so. */
  readonly who: string;
  /** "3m ago"; empty: the event does not say. */
  readonly when: string;
  readonly exactly: string;
  /** Markdown of unknown origin. */
  readonly words: string;
}

/** Everything the page shows of a pending breakpoint: bounded, serialisable, its texts made visible. */
export interface BreakpointView {
  readonly effectId: string;
  readonly title: string;
  /** Markdown of unknown origin, to be made safe by the page. */
  readonly question: string;
  /** The question goes on, longer than a page shows. */
  readonly cut: boolean;
  /** When, in which iteration, and which try it is: "asked 5 min ago · iteration 2 · attempt 2". */
  readonly asked: string;
  /** The exact moment; empty: the event does not say. */
  readonly askedExactly: string;
  /** Whom it asks, and how: "for owner · strategy: single". */
  readonly askedBy: string;
  readonly tags: readonly string[];
  /** Sentences; none of them does anything. */
  readonly advice: readonly string[];
  /** The engine's command about approval rules for this gate, to be copied; empty: there is none. */
  readonly ruleCommand: string;
  /** Why it is never approved without a person; empty when it is no such gate. */
  readonly neverAutomatic: string;
  readonly options: readonly OptionView[];
  /** So many options are left out. */
  readonly moreOptions: number;
  /** Several questions; empty: there is one. */
  readonly questions: readonly QuestionView[];
  /** Answers that the process's own options do not cover. */
  readonly others: readonly PlainAnswer[];
  /** An answer is words or an option, and no approval or rejection. */
  readonly wordsOnly: boolean;
  /** The process declares no options: words alone can be an answer. */
  readonly takesText: boolean;
  /** The paths as the breakpoint names them. */
  readonly files: readonly string[];
  readonly context: readonly ValueRow[];
  /** What the process says was answered last time, where our own record does not say it. Markdown. */
  readonly previousFeedback: string;
  /** Newest first. */
  readonly earlier: readonly EarlierAnswer[];
  /** What ran since the breakpoint before this one, or since the beginning. */
  readonly ran: { readonly first: boolean; readonly tasks: readonly TaskView[]; readonly left: number };
  readonly answer: ActionView;
}

const most = {
  question: 200_000,
  questions: 20,
  options: 50,
  files: 100,
  tags: 30,
  earlier: 10,
  words: 20_000,
  ran: 50,
};

/** Makes what the page shows of one pending breakpoint. */
export function toBreakpointView(
  opened: OpenedRun,
  { effect, task }: PendingEffect,
  now: number,
  answer: ActionView,
): BreakpointView {
  const asks = task?.breakpoint;
  const text = asks?.question ?? (asks?.payload === undefined ? '' : asJsonBlock(asks.payload));
  const several = (asks?.questions ?? []).slice(0, most.questions);
  const declared = several.length > 0 ? [] : (asks?.options ?? []);
  const before = earlierOfSameGate(opened, effect, asks);
  const iteration = opened.iterations.list.find(({ effects }) =>
    effects.some(({ effectId }) => effectId === effect.effectId),
  );
  const attempt = Math.max(before.length + 1, asks?.attempt ?? 1);
  const answers = before.length === 0 ? [] : auditAnswers(opened.run, opened.details);
  const earlier = before.slice(0, most.earlier).map((known) =>
    earlierAnswer(
      known,
      answers.find(({ effectId }) => effectId === known.effectId),
      now,
    ),
  );
  const never = whyNeverAutomatic(asks?.breakpointId, asks?.tags ?? [], asks?.advice);
  const said = visible((asks?.previousFeedback ?? '').slice(0, most.words));
  return {
    effectId: effect.effectId,
    title: visible(taskTitle(effect, task)),
    question: visible(text.slice(0, most.question)),
    cut: text.length > most.question,
    askedExactly: effect.requestedAt === undefined ? '' : exactMoment(effect.requestedAt),
    asked: [
      effect.requestedAt !== undefined && `asked ${moment(effect.requestedAt, now)}`,
      iteration && iterationTitle(iteration),
      attempt > 1 && `attempt ${attempt}`,
    ]
      .filter(Boolean)
      .join(' · '),
    askedBy: [
      asks?.expert && `for ${short(asks.expert)}`,
      asks?.strategy && `strategy: ${short(asks.strategy)}`,
    ]
      .filter(Boolean)
      .join(' · '),
    tags: (asks?.tags ?? []).slice(0, most.tags).map(short),
    advice: adviceSentences(asks?.advice, never !== undefined),
    ruleCommand: visible(
      (ruleCommand(asks?.advice, asks?.breakpointId, never !== undefined) ?? []).join(' '),
    ),
    neverAutomatic: never ?? '',
    options: optionViews(declared),
    moreOptions: Math.max(0, declared.length - most.options),
    questions: several.map(({ question, options }) => ({
      question: visible(question.slice(0, most.words)),
      options: optionViews(options),
    })),
    others: otherAnswers(declared, asks?.wordsOnly),
    wordsOnly: asks?.wordsOnly === true,
    takesText: declared.length === 0 && several.length === 0,
    files: (asks?.files ?? []).slice(0, most.files).map(({ path }) => visible(path)),
    context: valueRows(asks?.context ?? {}),
    previousFeedback: earlier.some(({ words }) => words.trim() === said.trim()) ? '' : said,
    earlier,
    ran: ranBefore(opened, effect, now),
    answer,
  };
}

function short(text: string): string {
  return visible(cutAtWord(text, 100));
}

function optionViews(options: readonly BreakpointOption[]): readonly OptionView[] {
  return options.slice(0, most.options).map((option, place) => ({
    place,
    label: short(option.label),
    value: option.value === option.label ? '' : short(option.value),
    description: visible((option.description ?? '').slice(0, 2000)),
    approves: optionApproves(option),
    undecided: option.approved === null,
  }));
}

/** Answered breakpoints of this run that are the same gate, newest first. */
function earlierOfSameGate(
  { run, details }: OpenedRun,
  effect: Effect,
  asks: Breakpoint | undefined,
): readonly Effect[] {
  return run.story.effects
    .list()
    .filter(
      (known) =>
        known.kind === 'breakpoint' &&
        known.status !== 'pending' &&
        known.requestedSeq < effect.requestedSeq &&
        isSameGate(known, details.tasks.get(known.effectId)?.breakpoint, effect, asks),
    )
    .toReversed();
}

/** By the gate's own name, else by task and label, else by title: unnamed breakpoints all share task and label. */
function isSameGate(
  a: Effect,
  asksA: Breakpoint | undefined,
  b: Effect,
  asksB: Breakpoint | undefined,
): boolean {
  const [idA, idB] = [asksA?.breakpointId, asksB?.breakpointId];
  if (idA !== undefined && idB !== undefined) return idA === idB;
  if (a.taskId !== b.taskId || a.label !== b.label) return false;
  const named = b.taskId !== '__sdk.breakpoint' || (b.label !== undefined && b.label !== 'breakpoint');
  return named || (asksA?.title ?? asksA?.question) === (asksB?.title ?? asksB?.question);
}

/** @param answer `undefined`: it was cancelled */
function earlierAnswer(
  { effectId, resolvedAt }: Effect,
  answer: AnswerRecord | undefined,
  now: number,
): EarlierAnswer {
  const { verdict, who } = answer ? toAnswerView(answer) : { verdict: 'cancelled', who: '' };
  return {
    effectId,
    what: verdict,
    who,
    when: resolvedAt === undefined ? '' : moment(resolvedAt, now),
    exactly: resolvedAt === undefined ? '' : exactMoment(resolvedAt),
    words: visible(maskSecrets((answer?.text ?? '').slice(0, most.words))),
  };
}

function ranBefore({ run, details }: OpenedRun, effect: Effect, now: number): BreakpointView['ran'] {
  const all = run.story.effects.list();
  const previous = all.findLast(
    ({ kind, status, requestedSeq }) =>
      kind === 'breakpoint' && status !== 'pending' && requestedSeq < effect.requestedSeq,
  );
  const tasks = all.filter(
    ({ kind, requestedSeq }) =>
      kind !== 'breakpoint' &&
      kind !== 'sleep' &&
      requestedSeq < effect.requestedSeq &&
      requestedSeq > (previous?.requestedSeq ?? -1),
  );
  return {
    first: previous === undefined,
    tasks: tasks.slice(-most.ran).map((known) => toTaskView(known, details, now)),
    left: Math.max(0, tasks.length - most.ran),
  };
}

export function toTaskView(effect: Effect, { tasks, results }: TaskFiles, now: number): TaskView {
  const { effectId } = effect;
  const { label, description, icon } = describeTask(effect, tasks.get(effectId), now, results.get(effectId));
  return { effectId, title: label, description, icon: icon.name };
}

/** The titles of breakpoints that were answered, newest first, and whether the process has gone on since. */
export function answeredBreakpoints({ run, details }: OpenedRun): readonly AnsweredView[] {
  const { effects } = run.story;
  const lastRequestKnew = effects.last?.resolvedBefore ?? 0;
  return effects
    .filter(({ kind, status }) => kind === 'breakpoint' && status === 'ok')
    .toSorted((a, b) => b.resolvedOrder - a.resolvedOrder)
    .slice(0, 20)
    .map((effect) => ({
      effectId: effect.effectId,
      title: visible(taskTitle(effect, details.tasks.get(effect.effectId))),
      applied: run.story.end !== undefined || lastRequestKnew >= effect.resolvedOrder,
    }));
}

/** A breakpoint that was answered. */
export interface AnsweredView {
  readonly effectId: string;
  readonly title: string;
  /** The process has seen the answer: it asked for something after it, or ended. */
  readonly applied: boolean;
}

/** A payload without a question is shown as what it is. */
function asJsonBlock(payload: unknown): string {
  const json = prettyJson(payload);
  return json === undefined
    ? 'The question is nested too deeply to be shown.'
    : fenced(maskSecrets(json).slice(0, most.question), 'json');
}
