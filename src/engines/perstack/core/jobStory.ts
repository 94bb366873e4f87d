import { thousands } from '../../../core/format';
import { largest, smallest } from '../../../core/largest';
import { prettyJson } from '../../../core/run/jsonText';
import type { CostRecord } from '../../../core/run/cost';
import type { Effect } from '../../../core/run/effect';
import { EffectMap } from '../../../core/run/effectMap';
import { isRecord, parseJson } from '../../../core/run/lenient';
import type { RecordedIteration } from '../../../core/run/recordedIterations';
import type { RunDetails } from '../../../core/run/run';
import { eachOf, type Sliced } from '../../../core/sliced';
import type { RunEnd, Story } from '../../../core/run/story';
import { readTask, type TaskDefinition, type TaskResult } from '../../../core/run/task';
import { tellsError, type ToolCall } from './jobBodies';
import type { JobListing } from './jobFiles';
import type { Call, JobSteps, Segment, Step } from './jobSteps';
import type { JobFacts, JobQuestion } from './perstackRun';

/** What happened in a job, and what it asks. */
export function* storyOf(
  facts: JobFacts,
  { events, modifiedAt }: JobListing,
  steps: JobSteps | undefined,
): Sliced<{ readonly story: Story; readonly pendingTasks: ReadonlyMap<string, TaskDefinition> }> {
  const { question } = facts;
  const at = events.at(-1)?.at ?? (facts.stop === undefined ? undefined : modifiedAt);
  const calls = [...(steps?.calls.values() ?? [])].filter(({ id }) => id !== question?.call.id);
  // A question that was left open in another branch is asked no more.
  const effects: Effect[] = [];
  yield* eachOf(calls, (call, i) => {
    effects.push(effectOf(call, i, isOpen(facts) && call.kind !== 'breakpoint'));
  });
  if (question) {
    const asked = steps?.calls.get(question.call.id);
    const call: Call = {
      ...question.call,
      kind: 'breakpoint',
      ...{ at: asked?.at ?? at ?? 0, seq: asked?.seq ?? events.length, step: facts.steps, result: undefined },
    };
    effects.push(effectOf(call, effects.length, true));
  }
  const counts = { pending: 0, ok: 0, error: 0, cancelled: 0 };
  for (const { status } of effects) counts[status] += 1;
  const pending = effects.filter(({ status }) => status === 'pending');
  const asked = pending.filter(({ kind }) => kind === 'breakpoint');
  const story: Story = {
    effects: EffectMap.empty.with(effects),
    // Only a question waits for somebody; of a tool that was called nothing tells whether it still runs.
    pending: new Map(asked.map((effect) => [effect.effectId, effect])),
    counts,
    end: endOf(facts, at),
    ...{ firstAt: events[0]?.at, lastAt: at, skipped: new Set<string>() },
    costs: (steps?.steps ?? []).flatMap(costOf),
    problems: [],
  };
  const pendingTasks = new Map<string, TaskDefinition>();
  yield* eachOf(pending, ({ effectId }) => {
    const call = question?.call.id === effectId ? question.call : steps?.calls.get(effectId);
    if (call) pendingTasks.set(effectId, taskOf(call, question));
  });
  return { story, pendingTasks };
}

/** What is called may still come to an end: nothing has stopped since. */
function isOpen({ stop }: JobFacts): boolean {
  return stop === undefined || stop === 'stopRunByDelegate' || stop === 'stopRunByInteractiveTool';
}

function effectOf(call: Call, place: number, isPending: boolean): Effect {
  const { id, toolName, kind, at, seq, result, step } = call;
  const error = result && tellsError(result.text);
  return {
    effectId: id,
    taskId: toolName,
    kind,
    ...{
      label: kind === 'breakpoint' ? undefined : toolName,
      labels: [],
      stepId: `step ${step}`,
      invocationKey: undefined,
    },
    ...{ requestedAt: at, requestedSeq: seq, batch: step, resolvedBefore: place },
    status: result ? (error === undefined ? 'ok' : 'error') : isPending ? 'pending' : 'cancelled',
    resolvedAt: result?.at,
    resolvedOrder: result ? place + 1 : 0,
    resolvedSeq: result?.seq ?? 0,
    ...{ startedAt: undefined, finishedAt: undefined },
    error: error === undefined ? undefined : { name: undefined, message: error, stack: undefined },
    cancelReason: result || isPending ? undefined : 'The job went on without it',
  };
}

function endOf({ stop, error }: JobFacts, at: number | undefined): RunEnd | undefined {
  if (stop !== 'completeRun' && stop !== 'stopRunByError') return undefined;
  return {
    outcome: stop === 'completeRun' ? 'completed' : 'failed',
    type: stop,
    ...{ at, toldAt: at, failedTask: undefined, reason: undefined, sealed: false },
    error: error === undefined ? undefined : { name: undefined, message: error, stack: undefined },
  };
}

/** What one step took; so what was spent in all branches is counted once. */
function costOf({ tokens, at, step, checkpoint }: Step): readonly CostRecord[] {
  if (!tokens) return [];
  const usage = {
    ...{ inputTokens: tokens.input, outputTokens: tokens.output, cacheReadTokens: tokens.cached },
    ...{ cacheCreationTokens: undefined, costUsd: undefined },
  };
  const key = `${at} ${step} ${checkpoint?.id ?? ''}`;
  return [{ key, effectId: undefined, model: undefined, usage }];
}

/** The definition of a call as tasks have it; of a question, what it asks and which answers it offers. */
export function taskOf(call: ToolCall, question?: JobQuestion): TaskDefinition {
  const isQuestion = question?.call.id === call.id;
  const kind = isQuestion ? 'breakpoint' : 'tool';
  const { title, ...asked } = isQuestion ? questionIn(question) : { title: call.toolName };
  const { task } = readTask({ kind, title, inputs: isQuestion ? asked : call.args }, kind);
  if (!task) throw new Error('A task that was just made cannot be read.');
  if (!isQuestion || !task.breakpoint) return task;
  // A tool gets words; it knows no approval.
  const options = task.breakpoint.options.map((option) => ({ ...option, approved: null }));
  return { ...task, inputs: call.args, breakpoint: { ...task.breakpoint, options, wordsOnly: true } };
}

/** What a tool asks a person; its arguments may be anything. */
function questionIn({ call, place, of }: JobQuestion) {
  const args = isRecord(call.args) ? call.args : {};
  const named = ['question', 'prompt', 'message', 'text', 'title'].map((name) => args[name]);
  const question =
    named.find((text): text is string => typeof text === 'string' && text.trim() !== '') ??
    prettyJson(call.args) ??
    call.toolName;
  const options = Array.isArray(args['options'])
    ? args['options'].filter((option) => typeof option === 'string')
    : [];
  const title = of > 1 ? `Question ${place} of ${of}: ${question}` : undefined;
  return { title, question, ...(options.length > 0 ? { options } : {}) };
}

/** The tools that were called, and the steps as iterations. */
export function* detailsOf(facts: JobFacts, steps: JobSteps): Sliced<RunDetails> {
  const tasks = new Map<string, TaskDefinition>();
  const results = new Map<string, TaskResult>();
  yield* eachOf(steps.calls.values(), (call) => {
    const asked =
      call.kind === 'breakpoint'
        ? { call, checkpoint: undefined, isKept: false, place: 1, of: 1 }
        : undefined;
    tasks.set(call.id, taskOf(call, asked));
    if (call.result) results.set(call.id, resultOf(call.result.text, asked !== undefined));
  });
  if (facts.question) tasks.set(facts.question.call.id, taskOf(facts.question.call, facts.question));
  return {
    ...{ tasks, results, problems: steps.problems, warnings: [] },
    recorded: { list: iterationsOf(facts, steps), best: undefined, metricKey: undefined },
    ...(facts.stop === 'completeRun' && facts.text !== undefined ? { output: facts.text } : {}),
  };
}

/** @param isAnswer the words are those of a person */
function resultOf(text: string, isAnswer: boolean): TaskResult {
  const json = isAnswer ? { value: { response: text } } : parseJson(text);
  return {
    value: 'value' in json ? json.value : text,
    ...{ metrics: {}, resultRef: undefined, metadata: undefined, failure: undefined },
  };
}

/** One for each step that ended, in the order in which they did, and one for what was called since. */
function iterationsOf(facts: JobFacts, { steps, unfinished, unfinishedSegment, calls }: JobSteps) {
  const names = sectionNames(steps, unfinishedSegment);
  const toolNames = (ids: readonly string[]): readonly string[] => [
    ...new Set(ids.flatMap((id) => calls.get(id)?.toolName ?? [])),
  ];
  const known = new Set([...steps.flatMap((step) => step.calls), ...unfinished]);
  const asked = facts.question && !known.has(facts.question.call.id) ? [facts.question.call.id] : [];
  const list = steps.map((step, i): RecordedIteration => {
    const { checkpoint, segment, tokens } = step;
    const ids = i === steps.length - 1 ? [...step.calls, ...asked] : step.calls;
    const status = checkpoint?.status ?? '';
    const note = [
      ...toolNames(ids),
      tokens === undefined ? '' : `${thousands(tokens.total)} tokens`,
      status === 'proceeding' ? '' : (statusWords[status] ?? status),
    ];
    return {
      ...iteration(step.step, `step ${step.step} (${checkpoint?.id ?? 'no checkpoint'})`, ids),
      note: note.filter(Boolean).join(' · '),
      section: segment && names.get(segment),
      delegated: isDelegated(segment, checkpoint?.delegatedBy),
      about: [
        ...(checkpoint ? [['Checkpoint', `checkpoints/${checkpoint.id}.json`] as const] : []),
        ...(step.conversation === '' ? [] : [['Conversation', step.conversation] as const]),
      ],
    };
  });
  if (unfinished.length === 0) return list;
  const step = largest(unfinished, (id) => calls.get(id)?.step ?? 0);
  return [
    ...list,
    {
      ...iteration(step, `step ${step} (not finished)`, unfinished),
      note: toolNames(unfinished).join(' · '),
      section: unfinishedSegment && names.get(unfinishedSegment),
      delegated: isDelegated(unfinishedSegment, undefined),
    },
  ];
}

function iteration(number: number, title: string, effects: readonly string[]): RecordedIteration {
  return {
    ...{ number, title, effects, phase: undefined, note: undefined, section: undefined },
    ...{ delegated: false, metrics: {}, about: [] },
  };
}

function isDelegated(segment: Segment | undefined, delegatedBy: string | undefined): boolean {
  return segment?.delegatedBy !== undefined || delegatedBy !== undefined;
}

/** Status words of checkpoints as people say them; others are shown as they are. */
const statusWords: Readonly<Record<string, string>> = {
  completed: 'completed',
  stoppedByInteractiveTool: 'asks',
  stoppedByDelegate: 'delegated',
  stoppedByExceededMaxSteps: 'at its step limit',
  stoppedByError: 'failed',
};

/** "planner · steps 4–5, continued": each segment by its own name. */
function sectionNames(steps: readonly Step[], unfinished: Segment | undefined): ReadonlyMap<Segment, string> {
  const numbers = new Map<Segment, number[]>(unfinished ? [[unfinished, []]] : []);
  let highest = 0;
  const names = new Map<Segment, string>();
  const taken = new Map<string, number>();
  const begun = new Map<Segment, number>();
  for (const { segment, step } of steps) {
    if (segment) {
      const known = numbers.get(segment);
      if (known) known.push(step);
      else numbers.set(segment, [step]);
      if (!begun.has(segment)) begun.set(segment, highest);
    }
    highest = Math.max(highest, step);
  }
  for (const [segment, own] of numbers) {
    const [from, to] = [smallest(own, (step) => step), largest(own, (step) => step)];
    const range = own.length === 0 ? '' : from === to ? `step ${from}` : `steps ${from}–${to}`;
    const words = [
      segment.expertKey,
      [range, how(segment, begun.get(segment) ?? highest)].filter(Boolean).join(', '),
    ];
    const name = words.filter(Boolean).join(' · ');
    const n = (taken.get(name) ?? 0) + 1;
    taken.set(name, n);
    names.set(segment, n === 1 ? name : `${name} (${n})`);
  }
  return names;
}

/** How a segment came about. @param highest the highest step that there was before it */
function how({ isFirst, delegatedBy, from }: Segment, highest: number): string {
  if (delegatedBy !== undefined) return `delegated by ${delegatedBy}`;
  if (isFirst || !from || from.status === 'stoppedByDelegate') return '';
  const before = from.step - 1;
  return before < highest ? `resumed from step ${before}` : 'continued';
}
