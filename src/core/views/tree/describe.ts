import {
  capital,
  count,
  cutAtWord,
  duration,
  firstLine,
  oneLine,
  shortDuration,
  thousands,
  visible,
} from '../../format';
import { exactMoment, moment } from '../../moments';
import type { ContextWord } from '../../contract';
import { answeredAs, type Answered } from '../../run/answered';
import type { Effect } from '../../run/effect';
import { iterationTitle, pendingIn, type Iteration, type Iterations } from '../../run/iterations';
import type { MetricTable } from '../../run/metrics';
import type { Problem } from '../../run/problem';
import { pendingEffects, runTitle, taskTitle, type Run } from '../../run/run';
import type { State, StateAction } from '../../run/judgement';
import type { SeenResults } from '../../run/seenResults';
import type { TaskDefinition, TaskResult } from '../../run/task';
import { effectTime } from '../../run/workTime';
import { noMarks, shownTitle } from '../../order/runMarks';
import { needsRepair } from '../../attention/needsYou';
import { needsAgent, sessionLine } from '../../sessions/agentFact';
import type { StoredRun } from '../../source/runStore';
import { problemText, shortFile } from './problemText';

/** What a row shows. Every text is safe to show as plain text: control and reordering characters are spelled out. */
export interface Row {
  readonly label: string;
  readonly description: string;
  /** A name and a text per line; run text, to be shown as plain text. */
  readonly tooltip: readonly (readonly [name: string, text: string])[];
  /** A codicon, and the theme colour it takes. Shapes differ, so that colour is never the only sign. */
  readonly icon: { readonly name: string; readonly color?: string };
  readonly words: readonly ContextWord[];
  /** One sentence for a screen reader. */
  readonly spoken: string;
  readonly expandable: boolean;
}

/** Every state as a word in a row. */
export const stateWords: Readonly<Record<State, string>> = {
  reading: 'reading…',
  unreadable: 'unreadable',
  completed: 'completed',
  failed: 'failed',
  partial: 'partly failed',
  stopped: 'stopped',
  halted: 'halted',
  'needs-you': 'needs you',
  working: 'working',
  sleeping: 'sleeping',
  ready: 'ready to continue',
  waiting: 'waiting for an agent',
  created: 'not started',
};

/** The icon of each state. */
export const stateIcons: Readonly<Record<State, Row['icon']>> = {
  reading: { name: 'loading~spin' },
  unreadable: { name: 'warning', color: 'list.warningForeground' },
  completed: { name: 'pass', color: 'testing.iconPassed' },
  failed: { name: 'error', color: 'testing.iconFailed' },
  partial: { name: 'run-errors', color: 'testing.iconFailed' },
  stopped: { name: 'debug-pause' },
  halted: { name: 'circle-slash' },
  'needs-you': { name: 'bell-dot', color: 'notificationsWarningIcon.foreground' },
  working: { name: 'sync' },
  sleeping: { name: 'watch' },
  ready: { name: 'debug-continue', color: 'notificationsInfoIcon.foreground' },
  waiting: { name: 'hubot' },
  created: { name: 'circle-large-outline' },
};

/** Icons of effects that are done or pending, by status; pending ones of some kinds have their own. */
const statusIcons: Record<Effect['status'], Row['icon']> = {
  pending: { name: 'circle-outline' },
  ok: { name: 'pass', color: 'testing.iconPassed' },
  error: { name: 'error', color: 'testing.iconFailed' },
  cancelled: { name: 'circle-slash' },
};

/** Of a task that is done, though its result says that something went wrong. */
export const failureIcon: Row['icon'] = { name: 'warning', color: 'list.warningForeground' };

/** Kinds that are spoken as they are; "agent" alone would be no task. */
const nouns: ReadonlySet<string> = new Set(['breakpoint', 'sleep', 'subprocess']);

export const statusWords: Readonly<Record<Effect['status'], string>> = {
  pending: 'pending',
  ok: 'done',
  error: 'failed',
  cancelled: 'cancelled',
};

/** A run somebody has looked into. */
interface Weighed {
  readonly iterations: Iterations;
}

const answerIcons: Readonly<Record<Answered, Row['icon']>> = {
  approved: statusIcons.ok,
  rejected: { name: 'circle-slash' },
  answered: { name: 'comment' },
};

/** Its process came to its end, and says that it did not reach what it was for. */
export function isUnsuccessful({ state, run }: StoredRun): boolean {
  return state.state === 'completed' && run.gist?.outcome?.success === false;
}

/** The icon of the state, which does not call a run good that says it was not successful. */
export function stateIcon(stored: StoredRun): Row['icon'] {
  return isUnsuccessful(stored) ? failureIcon : stateIcons[stored.state.state];
}

/** The state as a word in a row: "needs you". A state that is guessed from time says so, be it in its engine's own word. */
export function stateWord(stored: StoredRun): string {
  const { state } = stored;
  if (isUnsuccessful(stored)) return 'completed, not successful';
  return state.word ?? (state.guessed ? 'probably working' : stateWords[state.state]);
}

/**
 * A run.
 * @param iterating this window is iterating it right now
 * @param childRuns how many child runs hang below it
 * @param opened what its task files tell; left out: nobody has looked into it yet
 */
export function describeRun(
  stored: StoredRun,
  now: number,
  iterating: boolean,
  childRuns = 0,
  opened?: Weighed,
): Row {
  const { run, state, engine, copies = [], marks = noMarks } = stored;
  const age = moment(run.updatedAt, now);
  const where = folderWord(stored);
  const copied = copies.length > 1 ? `${copies.length} copies` : copies.map(() => '1 copy').join('');
  const counts =
    run.depth === 'reading'
      ? ''
      : countEffects(run, opened) || (run.depth === 'whole' ? '' : count(run.eventCount, 'event'));
  const problems = run.problems.length === 0 ? '' : count(run.problems.length, 'problem');
  const nested = childRuns === 0 ? '' : count(childRuns, 'child run');
  const word = iterating ? 'iterating' : stateWord(stored);
  const reason = visible(state.reason);
  const title = visible(runTitle(run));
  // What is seen is heard first.
  const called = [marks.name, run.row?.label].flatMap((text) =>
    text === undefined ? [] : visible(oneLine(text)),
  );
  const named = [...called, title].join(': ');
  const kept = [
    marks.archived ? 'archived' : '',
    marks.pinned ? 'pinned' : '',
    ...marks.tags.map(tagWord),
  ].filter(Boolean);
  const agent = state.session && !run.story.end ? sessionLine(state.session, now) : '';
  const can = (id: StateAction): boolean => engine.can.has(id);
  const repair = can('run.repair') && state.next.action === 'run.repair';
  const resume = can('run.resume') && state.actions.includes('run.resume');
  const action = iterating ? 'stop' : repair ? 'repair' : resume ? 'resume' : undefined;
  // prettier-ignore
  const runWords: Row['words'] = ['run', ...(marks.pinned ? ['pinned'] as const : []), ...(marks.archived ? ['archived'] as const : []), ...(action ? [action] as const : []), ...(agent === '' ? [] : ['session'] as const)];
  return {
    // Short, so that in a side bar of usual width some of the description is seen; the tooltip has it all.
    label: called[0] ?? cutAtWord(title, 28),
    description: [
      ...[word, where, ...kept, agent, ...(run.row ? run.row.notes.map(visible) : [counts])],
      ...[nested, problems, copied, age, marks.name === undefined ? '' : cutAtWord(title, 28)],
    ]
      .filter(Boolean)
      .join(' · '),
    tooltip: [
      ['', reason],
      ...(marks.name === undefined ? [] : [['Title', title] as const]),
      ...(marks.tags.length === 0 ? [] : [['Tags', visible(marks.tags.join(', '))] as const]),
      ...(agent === '' ? [] : [['Agent', agent] as const]),
      ['Prompt', visible(cutAtWord(run.prompt ?? '', 500))],
      ['Process', visible(run.processId)],
      ['Run', visible(run.runId)],
      ['Parent run', visible(run.parentRunId ?? '')],
      ['Folder', visible(run.location)],
      ...copies.slice(0, 5).map((dir): [string, string] => ['Copy', visible(dir)]),
      ...(copies.length > 5 ? [['Copies', `${copies.length - 5} more`] as const] : []),
      ['Tasks', counts],
      [
        'Last event',
        run.depth === 'reading' ? '' : `${exactMoment(run.updatedAt)}, ${count(run.eventCount, 'event')}`,
      ],
      ...run.problems.slice(0, 5).map((p): [string, string] => ['Problem', problemText(p)]),
    ],
    icon: iterating ? { name: 'sync~spin' } : stateIcon(stored),
    words: runWords,
    spoken: `${named}, ${word}. ${reason}. ${[where === '' ? '' : `in ${where}`, ...kept, agent, counts, nested, problems, copied, `last event ${age}`].filter(Boolean).join(', ')}`,
    expandable:
      run.depth !== 'whole' || run.story.effects.size > 0 || run.problems.length > 0 || childRuns > 0,
  };
}

/** A tag as a word in a row: "#nightly". */
export function tagWord(tag: string): string {
  return `#${visible(tag)}`;
}

/** The project's folder, where runs of one id went apart in several places; empty: one place has it. */
function folderWord({ run, apart }: StoredRun): string {
  return apart ? visible(run.place.replace(/[/\\]\.a5c[/\\]runs$/, '').replace(/^.*[/\\]/, '')) : '';
}

/** A run that needs a person, apart from its branch: it says at once what is the matter. */
export function describeNeedyRun(stored: StoredRun, now: number, iterating: boolean): Row {
  const { run, state } = stored;
  const row = describeRun(stored, now, iterating, 0);
  const damaged = needsRepair(stored);
  const failed = state.state === 'failed' || state.state === 'partial';
  const word = iterating ? 'iterating' : damaged ? 'damaged' : stateWord(stored);
  const title = visible(shownTitle(stored));
  const reason = visible(damaged ? state.next.reason : state.reason);
  const what = damaged || failed ? reason : state.session && needsAgent(stored) ? state.session.now.text : '';
  const age = moment(run.updatedAt, now);
  return {
    ...row,
    description: [word, folderWord(stored), what, age].filter(Boolean).join(' · '),
    ...(damaged && !iterating ? { icon: stateIcons.unreadable } : {}),
    words: damaged || failed ? [...row.words, 'unseen'] : row.words,
    // It begins with what is the matter, as the questions beside it do.
    spoken: `${capital(word)}: ${title}. ${reason}, last event ${age}`,
    expandable: false,
  };
}

/**
 * A breakpoint that waits for a person.
 * @param withRun the row stands alone, so it names its run
 * @param snoozed until when it is put off; empty: it is not
 */
export function describeBreakpoint(
  stored: StoredRun,
  effect: Effect,
  task: TaskDefinition | undefined,
  now: number,
  withRun: boolean,
  snoozed = '',
): Row {
  const { state, engine } = stored;
  const answer = engine.can.has('breakpoint.answer') && state.actions.includes('breakpoint.answer');
  const title = visible(taskTitle(effect, task));
  const runName = visible(shownTitle(stored));
  const age = effect.requestedAt === undefined ? '' : moment(effect.requestedAt, now);
  const question = task?.breakpoint?.question ?? '';
  const asked = visible(cutAtWord(firstLine(question), 120));
  const shown = withRun ? runName : asked === title ? '' : asked;
  const options = (task?.breakpoint?.options ?? []).map(({ label }) => label).join(' / ');
  return {
    label: title,
    description: [snoozed === '' ? '' : `snoozed until ${snoozed}`, shown, age].filter(Boolean).join(' · '),
    tooltip: [
      ['Snoozed until', snoozed],
      ['Question', visible(cutAtWord(firstLine(question), 300))],
      ['Options', visible(options)],
      ['Run', runName],
      ['Asked', effect.requestedAt === undefined ? '' : exactMoment(effect.requestedAt)],
    ],
    icon:
      snoozed === ''
        ? { name: 'question', color: 'notificationsWarningIcon.foreground' }
        : { name: 'bell-slash' },
    words: ['breakpoint', ...(answer ? (['answer'] as const) : [])],
    spoken: `Breakpoint ${title}${asked === '' || asked === title ? '' : `: ${asked}`}, in ${runName}${age === '' ? '' : `, asked ${age}`}${snoozed === '' ? '' : `, snoozed until ${snoozed}`}`,
    expandable: false,
  };
}

/** An iteration; the newest one of an unfinished run may still be under way. */
export function describeIteration(iteration: Iteration, table: MetricTable | undefined): Row {
  const { best, metric } = iteration;
  const title = capital(iterationTitle(iteration));
  const score = metric === undefined ? '' : `${table?.key} ${formatNumber(metric)}`;
  const counts = countIteration(iteration);
  const said = iteration.recorded?.note;
  const words = said === undefined ? [score, counts] : [visible(oneLine(said))];
  return {
    label: title,
    description: [best ? '★ best' : '', ...words].filter(Boolean).join(' · '),
    tooltip: [
      ['', title],
      ['Tasks', counts],
      ['Metric', score],
    ],
    icon: { name: best ? 'star-full' : 'layers' },
    words: ['iteration'],
    spoken: [title, counts, score, best ? 'the best one' : ''].filter(Boolean).join(', '),
    expandable: iteration.requested > 0,
  };
}

/** Iterations that stand together, as their engine says. */
export function describeSection(name: string, iterations: readonly Iteration[]): Row {
  const label = visible(cutAtWord(name, 120));
  const delegated = iterations.length > 0 && iterations.every(({ recorded }) => recorded?.delegated);
  const counts = count(iterations.length, 'iteration');
  return {
    label,
    description: counts,
    tooltip: [['', label]],
    icon: { name: delegated ? 'organization' : 'list-tree' },
    words: [],
    spoken: `${label}, ${counts}`,
    expandable: iterations.length > 0,
  };
}

/**
 * A task, or any other effect.
 * @param result what was posted for it, as far as it was read: a task may be done and yet have failed at its work
 */
export function describeTask(
  effect: Effect,
  task: TaskDefinition | undefined,
  now: number,
  result?: TaskResult,
): Row {
  const title = visible(taskTitle(effect, task));
  const kind = visible(cutAtWord(effect.kind.replaceAll('_', ' '), 40));
  const failure = effect.status === 'ok' ? (result?.failure ?? '') : '';
  const answered = answeredAs(effect, result);
  const word = [answered ?? statusWords[effect.status], failure].filter(Boolean);
  const time = taskTime(effect, now);
  const error = visible(cutAtWord(effect.error?.message ?? effect.cancelReason ?? '', 300));
  const spokenKind = nouns.has(effect.kind) ? kind : `${kind.replace(/ task$/, '')} task`;
  return {
    label: title,
    description: [kind, ...word, time].filter(Boolean).join(' · '),
    tooltip: [
      ['', title],
      ['Kind', kind],
      ['State', [...word, time].filter(Boolean).join(', ')],
      ['Error', error],
      ['Task', visible(effect.taskId)],
      ['Effect', visible(effect.effectId)],
    ],
    icon:
      pendingIcon(effect) ??
      (answered ? answerIcons[answered] : failure === '' ? statusIcons[effect.status] : failureIcon),
    words: effect.status === 'pending' && effect.kind !== 'sleep' ? ['task', 'pending'] : ['task'],
    spoken: `${[title, spokenKind, ...word, time].filter(Boolean).join(', ')}${error === '' ? '' : `: ${error}`}`,
    expandable: false,
  };
}

/** A breakpoint that asked nobody. */
export function describeSkipped(name: string): Row {
  const title = visible(cutAtWord(name, 80));
  const why = 'The run was made to ask nobody (--non-interactive), so the engine approved it by itself.';
  return {
    label: title,
    description: 'skipped: non-interactive',
    tooltip: [
      ['', title],
      ['Skipped', why],
    ],
    icon: { name: 'debug-step-over' },
    words: [],
    spoken: `Breakpoint ${title}, skipped. ${why}`,
    expandable: false,
  };
}

/** Something wrong with a file of the run. */
export function describeProblem({ file, what }: Problem): Row {
  const name = visible(file === '.' ? 'Run folder' : shortFile(file));
  return {
    label: name,
    description: visible(what),
    tooltip: [['', problemText({ file, what })]],
    icon: { name: 'warning', color: 'list.warningForeground' },
    words: [],
    spoken: `Problem: ${problemText({ file, what })}`,
    expandable: false,
  };
}

/** "7 done, 2 pending, 1 failed"; empty when there are no effects. */
export function countEffects(run: Run, opened?: Weighed): string {
  const seen = opened?.iterations.list.map((iteration) => iteration.seen).reduce(together, nothingSeen);
  const { counts } = run.story;
  // Of a run that was read in an earlier session, the effects themselves are not kept.
  const pending = run.depth === 'whole' ? pendingEffects(run).length : counts.pending;
  // Until its results were read, what the journal says of them counts.
  return countWords(
    { ...counts, pending },
    seen ?? run.gist?.seen ?? { ...nothingSeen, failed: counts.error },
  );
}

const nothingSeen: SeenResults = { notPassed: 0, failed: 0, rejected: 0 };

function together(a: SeenResults, b: SeenResults): SeenResults {
  return {
    notPassed: a.notPassed + b.notPassed,
    failed: a.failed + b.failed,
    rejected: a.rejected + b.rejected,
  };
}

/** "3 done, 1 did not pass, 1 pending". */
export function countIteration(iteration: Iteration): string {
  const { ok, error, cancelled, seen } = iteration;
  return countWords({ ok, error, cancelled, pending: pendingIn(iteration) }, seen);
}

function countWords(
  { ok, error, pending, cancelled }: Readonly<Record<Effect['status'], number>>,
  { notPassed, failed, rejected }: SeenResults,
): string {
  const words: readonly (readonly [number, string])[] = [
    [ok + error - notPassed - failed - rejected, statusWords.ok],
    [notPassed, 'did not pass'],
    [rejected, 'rejected'],
    [pending, statusWords.pending],
    [failed, statusWords.error],
    [cancelled, statusWords.cancelled],
  ];
  return words
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${thousands(n)} ${word}`)
    .join(', ');
}

function pendingIcon(effect: Effect): Row['icon'] | undefined {
  if (effect.status !== 'pending') return undefined;
  if (effect.kind === 'breakpoint') return { name: 'question', color: 'notificationsWarningIcon.foreground' };
  return effect.kind === 'sleep' ? { name: 'watch' } : undefined;
}

function taskTime(effect: Effect, now: number): string {
  const { requestedAt } = effect;
  if (effect.status === 'pending')
    // In the moment of its request there is nothing to say.
    return requestedAt === undefined || now <= requestedAt ? '' : `for ${shortDuration(now - requestedAt)}`;
  const time = effectTime(effect);
  return time === undefined ? '' : duration(time);
}

/** A metric's value: at most four digits that say something. */
export function formatNumber(n: number): string {
  return Number.isInteger(n) ? String(n) : String(Number(n.toPrecision(4)));
}
