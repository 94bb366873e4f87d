import { count, cutAtWord, duration, thousands, visible } from '../../format';
import { moment } from '../../moments';
import { taskTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import { sessionLine } from '../../sessions/agentFact';
import { pathIn } from '../../sessions/action';
import type { SessionReport } from '../../sessions/agentSessions';
import type { How } from '../../sessions/attribute';
import { maskCredentials } from '../../sessions/maskCredentials';
import {
  costBasis,
  costText,
  sumParts,
  toSessionNumbers,
  type PartNumbers,
  type SessionNumbers,
} from '../../sessions/sessionNumbers';
import type { FileChange } from '../../sessions/work';
import type { OpenedRun } from '../tree/buildTree';

/** What agents did for a run: bounded, serialisable, its texts masked and made visible. */
export interface SessionsView {
  /** The newest last as they are first read; each keeps its place from then on. */
  readonly sessions: readonly SessionView[];
}

export interface SessionView {
  readonly id: string;
  readonly title: string;
  /** "Claude Code · editing src/auth.ts · 12s"; of a session that is gone what is kept of it. */
  readonly line: string;
  readonly icon: string;
  /** Its process lives. */
  readonly living: boolean;
  /** Only these numbers are left: the transcript is not there any more. */
  readonly kept: boolean;
  /** It can be opened and resumed, but nothing of it is read. */
  readonly unread: boolean;
  /** Version, model, context and what could not be read. */
  readonly facts: readonly string[];
  readonly head: readonly string[];
  readonly parts: readonly PartView[];
  /** Parts that are left out because there are too many. */
  readonly leftParts: number;
  /** The files whose rows can be shown, its own first. */
  readonly files: readonly string[];
}

/** The numbers of one task, a batch, what is between tasks, or all. */
export interface PartView {
  readonly name: string;
  /** Names a task to the extension; empty: it is not exactly one. */
  readonly effectId: string;
  readonly cells: readonly string[];
  /** How it is known; for a tooltip. */
  readonly how: string;
  /** Further facts: models, subagents, times. */
  readonly more: string;
  readonly files: readonly FileView[];
  readonly leftFiles: number;
}

export interface FileView {
  /** As a person reads it. */
  readonly path: string;
  /** "+12 −3", "new, +12" */
  readonly change: string;
}

const most = { sessions: 10, parts: 100, files: 100 };

/** The columns of parts. */
const head = ['Answers', 'Calls', 'Failed', 'Files', '±', 'In', 'Out', 'Cache written', 'Cache read', 'Time'];

const ways: Readonly<Record<How, string>> = {
  post: 'by its post and its time',
  time: 'by time only',
  sign: 'by what names the task, and its time',
  shared: 'shared: the tasks were pending together',
};

/** Makes what the page shows of sessions that were read. */
export function toSessionView(report: SessionReport, { run, details }: OpenedRun, now: number): SessionView {
  const { secrets, transcript } = report;
  const numbers = toSessionNumbers(report);
  const name = nameOf({ run, details });
  const shown = (text: string): string => visible(maskCredentials(text, secrets));
  const path = (change: FileChange): string => shown(cutAtWord(pathIn(report.cwd, change.path), 300));
  return {
    ...numbersView(numbers, name, {
      of: (part) => filesOfPart(report, part),
      view: (change) => ({ path: path(change), change: changeOf(change) }),
    }),
    title: cutAtWord(report.title ?? report.id, 120),
    line: sessionLine(report, now),
    icon: iconOf(report),
    living: report.living,
    kept: false,
    unread: report.unread,
    ...(report.unread ? { parts: [] } : {}),
    facts: [
      transcript.version === undefined
        ? ''
        : `${report.agent.name} ${shown(transcript.version.slice(0, 40))}`,
      shown(cutAtWord(transcript.model ?? '', 60)),
      transcript.context === undefined ? '' : `context ${count(transcript.context, 'token')}`,
      transcript.badLines > 0 ? `${count(transcript.badLines, 'line')} could not be read` : '',
      transcript.longLines > 0 ? `${count(transcript.longLines, 'line')} too long to be read` : '',
      transcript.unknownLines > 0 ? `${count(transcript.unknownLines, 'line')} of unknown kinds` : '',
      report.leftOut ?? '',
    ].filter(Boolean),
    files: report.files.map(({ name }) => (name === '' ? 'The session itself' : shown(cutAtWord(name, 80)))),
  };
}

/** Makes what the page shows of a session whose transcript is gone. */
export function toKeptView(numbers: SessionNumbers, opened: OpenedRun): SessionView {
  return {
    ...numbersView(numbers, nameOf(opened)),
    title: visible(numbers.id),
    line: `${visible(numbers.agent)} · last sign ${moment(numbers.lastAt)} · its transcript is no longer kept`,
    icon: 'archive',
    living: false,
    kept: true,
    unread: false,
    facts: [],
    files: [],
  };
}

/** The files of one of the parts that the page shows, in its order. */
export function filesOfPart({ attribution }: SessionReport, part: number): readonly FileChange[] {
  const { tasks, batches, between } = attribution;
  const totals = [...[...tasks.values(), ...batches].map((each) => each.totals), between][part - 1];
  return totals ? [...totals.files.values()] : [];
}

type NameOf = (effectIds: readonly string[]) => string;

function nameOf({ run, details }: Pick<OpenedRun, 'run' | 'details'>): NameOf {
  const title = (id: string): string => {
    const effect = run.story.effects.get(id);
    const task = details.tasks.get(id) ?? run.pendingTasks.get(id);
    return effect ? visible(maskSecrets(taskTitle(effect, task))) : 'A task of another run';
  };
  return (effectIds) => {
    const [only, ...others] = effectIds;
    if (only === undefined) return 'Between tasks';
    if (others.length === 0) return title(only);
    const names = effectIds.slice(0, 3).map(title).join(', ');
    return `${effectIds.length} tasks together: ${names}${effectIds.length > 3 ? ', …' : ''}`;
  };
}

/** The files of a part, and what is shown of one. */
interface Files {
  of(part: number): readonly FileChange[];
  view(change: FileChange): FileView;
}

function numbersView(
  numbers: SessionNumbers,
  name: NameOf,
  files?: Files,
): Pick<SessionView, 'id' | 'head' | 'parts' | 'leftParts'> {
  return {
    id: numbers.id,
    head: isPriced(numbers) ? [...head, 'Cost'] : head,
    parts: partsOf(numbers, name, files),
    leftParts: Math.max(0, numbers.parts.length - most.parts),
  };
}

function isPriced({ parts }: SessionNumbers): boolean {
  return parts.some(({ cost }) => cost !== undefined);
}

function partsOf(
  { parts, shift }: SessionNumbers,
  name: NameOf,
  files: Files | undefined,
): readonly PartView[] {
  const total = sumParts(parts);
  const clock =
    shift === 0
      ? ''
      : ` Its clock is ${duration(Math.abs(shift))} ${shift > 0 ? 'ahead of' : 'behind'} the journal's.`;
  const all: PartView = {
    ...{ name: 'In all', effectId: '', cells: cellsOf(total), files: [], leftFiles: 0 },
    how: `The sum of the rows below. Edits by tools; commands may have changed more.${clock}`,
    more: moreOf(total),
  };
  return [
    all,
    ...parts.slice(0, most.parts).map((part, i): PartView => {
      const changes = files?.of(i + 1) ?? [];
      return {
        name: name(part.effectIds),
        effectId: part.effectIds.length === 1 ? (part.effectIds[0] ?? '') : '',
        cells: cellsOf(part),
        how: part.effectIds.length === 0 ? 'No task was pending then.' : `Found ${ways[part.how]}.`,
        more: moreOf(part),
        files: files ? changes.slice(0, most.files).map((change) => files.view(change)) : [],
        leftFiles: Math.max(0, changes.length - most.files),
      };
    }),
  ];
}

function cellsOf({
  answers,
  calls,
  errors,
  files,
  added,
  removed,
  tokens,
  atLeast,
  time,
  ...priced
}: PartNumbers): string[] {
  const out = thousands(tokens.out);
  return [
    ...[answers, calls, errors, files].map(thousands),
    files === 0 ? '' : `+${thousands(added)} −${thousands(removed)}`,
    ...[
      thousands(tokens.in),
      atLeast ? `≥ ${out}` : out,
      thousands(tokens.cacheWrite),
      thousands(tokens.cacheRead),
    ],
    time === 0 ? '' : duration(time),
    ...(priced.cost ? [costText(priced)] : []),
  ];
}

function moreOf({ models, subagents, waited, ownFiles, ...priced }: PartNumbers): string {
  return [
    models.map((model) => visible(model)).join(', '),
    subagents === 0 ? '' : count(subagents, 'subagent'),
    waited === 0 ? '' : `${duration(waited)} waiting for answers`,
    ownFiles === 0 ? '' : `${count(ownFiles, 'file')} of the run itself`,
    costBasis(priced),
  ]
    .filter(Boolean)
    .join(' · ');
}

function changeOf({ created, added, removed }: FileChange): string {
  return `${created ? 'new, ' : ''}+${thousands(added)} −${thousands(removed)}`;
}

function iconOf({ now, living }: SessionReport): string {
  switch (now.kind) {
    case 'permission':
    case 'question':
      return living ? 'bell-dot' : 'question';
    case 'limit':
    case 'retrying':
      return 'watch';
    case 'calling':
    case 'thinking':
      return 'sync';
    case 'gone':
      return 'debug-disconnect';
    case 'idle':
      return 'check';
    default:
      return 'question';
  }
}
