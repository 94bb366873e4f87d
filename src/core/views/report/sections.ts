import { titleOfIteration } from '../../run/iterations';
import { capital, count, cutAtWord, duration, list, thousands } from '../../format';
import { stateWords } from '../tree/describe';
import { change, figure, figureOrDash, lasted, when } from './figures';
import { iterationColumns, placeOrTitle } from './iterationColumns';
import type { Block } from './blocks';
import type { Report, ReportFact, ReportTask } from './report';
import { usageBlocks } from './usageBlocks';
import { workBlocks } from './workBlocks';

export type SectionId =
  | 'state'
  | 'metrics'
  | 'about'
  | 'findings'
  | 'answers'
  | 'iterations'
  | 'tasks'
  | 'artefacts'
  | 'time'
  | 'usage'
  | 'work'
  | 'provenance'
  | 'problems';

export interface Section {
  readonly id: SectionId;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What is said of the run, or of the iteration that is reported on. */
export interface SectionGroup {
  /** "Run", "Iteration 3 of 5 · best". */
  readonly title: string;
  readonly sections: readonly SectionId[];
}

/** What an iteration has of its own. */
const ofIteration: readonly SectionId[] = [
  ...(['metrics', 'about', 'tasks', 'findings', 'artefacts', 'answers', 'time', 'work', 'usage'] as const),
];
const ofRun: readonly SectionId[] = ['state', 'iterations', 'problems', 'provenance'];

/** The sections in the order in which a person reads them; those of an iteration apart from those of its run. */
export function sectionGroups(report: Report): readonly SectionGroup[] {
  const { scope, iteration } = report;
  if (scope === 'run' || iteration === undefined) {
    const [state, iterations, ...rest] = ofRun;
    const [metrics, ...others] = ofIteration;
    return [
      { title: 'Run', sections: [state, metrics, iterations, ...others, ...rest].flatMap((id) => id ?? []) },
    ];
  }
  return [
    { title: capital(iterationPlace(report, iteration)), sections: ofIteration },
    { title: 'Run', sections: ofRun },
  ];
}

/** The sections that have something to say, in the order of {@link sectionGroups}. @param without those that are not wanted */
export function toSections(report: Report, without: ReadonlySet<SectionId> = new Set()): readonly Section[] {
  return sectionsByGroup(report, without).flatMap(({ sections }) => sections);
}

/** The same by group; groups that say nothing are left out. */
export function sectionsByGroup(
  report: Report,
  without: ReadonlySet<SectionId> = new Set(),
): readonly { readonly title: string; readonly sections: readonly Section[] }[] {
  const toSection = (id: SectionId): readonly Section[] => {
    const { title, make } = makers[id];
    const blocks = without.has(id) ? [] : make(report);
    return blocks.length === 0 ? [] : [{ id, title, blocks }];
  };
  return sectionGroups(report).flatMap(({ title, sections: ids }) => {
    const sections = ids.flatMap(toSection);
    return sections.length === 0 ? [] : [{ title, sections }];
  });
}

interface Maker {
  readonly title: string;
  readonly make: (report: Report) => readonly Block[];
}

const makers: Readonly<Record<SectionId, Maker>> = {
  state: { title: 'State', make: (report) => [facts(stateFacts(report))] },
  metrics: {
    title: 'Metrics',
    make: (report) => [...metricBlocks(report), ...leftOut(report, 'metrics', 'metric')],
  },
  about: { title: 'About', make: ({ about }) => joinFacts(about.flatMap(aboutBlocks)) },
  findings: {
    title: 'Findings',
    make: (report) => [...findingBlocks(report), ...leftOut(report, 'findings', 'finding')],
  },
  answers: {
    title: 'Answers',
    make: (report) => [...answerBlocks(report), ...leftOut(report, 'answers', 'answer')],
  },
  iterations: { title: 'Iterations', make: iterationBlocks },
  tasks: {
    title: 'Tasks',
    make: (report) => [...taskBlocks(report), ...leftOut(report, 'tasks', 'task')],
  },
  artefacts: {
    title: 'Artefacts',
    make: (report) => [
      ...some(report.artefacts, (all): Block => ({
        kind: 'list',
        items: all.map(({ path }) => ({ text: path, link: path })),
      })),
      ...leftOut(report, 'artefacts', 'artefact'),
    ],
  },
  time: { title: 'Time', make: (report) => [facts(timeFacts(report))] },
  work: { title: 'Agent work', make: workBlocks },
  usage: { title: 'Tokens and cost', make: usageBlocks },
  provenance: { title: 'Provenance', make: (report) => [facts(provenanceFacts(report))] },
  problems: {
    title: 'Problems',
    make: (report) => [
      ...some(report.problems, (all): Block => ({
        kind: 'list',
        items: all.map((p) => `${p.file}: ${p.what}`),
      })),
      ...leftOut(report, 'problems', 'problem'),
    ],
  },
};

/** Facts that follow each other are one list. */
function joinFacts(blocks: readonly Block[]): readonly Block[] {
  const joined: Block[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last?.kind === 'facts' && block.kind === 'facts') {
      joined[joined.length - 1] = { kind: 'facts', rows: [...last.rows, ...block.rows] };
    } else joined.push(block);
  }
  return joined;
}

/** "Report of iteration 2 of 5", "Report". */
export function reportTitle(report: Report): string {
  const { scope, iteration } = report;
  return scope === 'iteration' && iteration !== undefined
    ? `Report of ${iterationPlace(report, iteration)}`
    : 'Report';
}

/** "iteration 2 of 5 · best", "model · iteration 2 · 4 of 5 · last". */
export function iterationPlace({ iterations }: Pick<Report, 'iterations'>, n: number): string {
  const title = titleOfIteration(iterations, n);
  const all = iterations.length;
  const place = iterations.findIndex((known) => known.n === n);
  return [
    all < 2
      ? title
      : title === `iteration ${place + 1}`
        ? `${title} of ${thousands(all)}`
        : `${title} · ${thousands(place + 1)} of ${thousands(all)}`,
    ...(iterations[place]?.best ? ['best'] : place === all - 1 && all > 1 ? ['last'] : []),
  ].join(' · ');
}

function facts(rows: readonly (readonly [string, string | undefined])[]): Block {
  return {
    kind: 'facts',
    rows: rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  };
}

/** The block, if there is anything to put into it. */
function some<T>(items: readonly T[], block: (items: readonly T[]) => Block): readonly Block[] {
  return items.length === 0 ? [] : [block(items)];
}

function leftOut({ left }: Report, what: keyof Report['left'], noun: string): readonly Block[] {
  return left[what] === 0
    ? []
    : [{ kind: 'text', text: `${count(left[what], `further ${noun}`)} left out.` }];
}

/** Facts of the run alone, whatever is reported on. */
function stateFacts({ run, time }: Report): [string, string | undefined][] {
  return [
    ['State', capital(stateWords[run.state])],
    ['Why', run.reason === capital(stateWords[run.state]) ? undefined : run.reason],
    ['Created', when(run.createdAt)],
    [run.endedAt === undefined ? 'Last event' : 'Ended', when(run.endedAt ?? run.updatedAt)],
    ['Start to end', lasted(time.total)],
  ];
}

/** A text of several lines is a list of them. */
function aboutBlocks({ name, text }: ReportFact): readonly Block[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length < 2
    ? [facts([[name, text]])]
    : [
        { kind: 'text', text: `${name}:` },
        { kind: 'list', items: lines },
      ];
}

function metricBlocks({ metrics, targets, iterations, iteration }: Report): readonly Block[] {
  const rows = metrics.map(({ key, this: here, previous, best, target }) => [
    key,
    figureOrDash(here),
    previous === undefined ? '–' : `${change(here, previous) || '–'} (${figure(previous)})`,
    best
      ? `${change(here, best.value) || '–'} (${figure(best.value)} in ${titleOfIteration(iterations, best.iteration)})`
      : '–',
    target === undefined ? '–' : `${figure(target)}${here === undefined ? '' : ` (${change(here, target)})`}`,
  ]);
  const most = targets.iterations;
  return [
    ...some(rows, (all): Block => ({
      kind: 'table',
      head: [
        'Metric',
        iteration === undefined ? 'Value' : capital(titleOfIteration(iterations, iteration)),
        'vs previous',
        'vs best',
        'Target',
      ],
      rows: all,
    })),
    ...some(
      metrics.filter(({ series }) => series.length > 1),
      (drawn): Block => ({ kind: 'chart', metrics: drawn, iteration, named: iterations }),
    ),
    ...(most === undefined
      ? []
      : [{ kind: 'text' as const, text: `${iterations.length} of at most ${most} iterations.` }]),
  ];
}

/** Each task's under its title, each finding as a name and its entries, be it one or many. */
function findingBlocks({ findings }: Report): readonly Block[] {
  let task = '';
  return findings.flatMap(({ effectId, task: title, name, texts, left }): Block[] => {
    const heading = effectId === task ? [] : [{ kind: 'heading' as const, text: title }];
    task = effectId;
    const more = left > 0 ? [`${thousands(left)} more`] : [];
    return [...heading, { kind: 'entries', name: inWords(name), entries: [...texts, ...more] }];
  });
}

/** "criticalIssues" as "Critical issues". */
function inWords(name: string): string {
  return capital(name.replace(/(?<=\p{Ll})(?=\p{Lu})|[_-]+/gu, ' ').toLowerCase());
}

function answerBlocks({ answers, questions }: Report): readonly Block[] {
  const open = questions.map(
    ({ title, askedAt }) => `${title}, open${askedAt === undefined ? '' : ` since ${when(askedAt)}`}`,
  );
  return [
    ...some(answers, (all): Block => ({
      kind: 'table',
      head: ['Question', 'Answer', 'Words', 'By', 'When', 'After', 'Through'],
      rows: all.map((answer) => [
        answer.title,
        [verdict(answer.approved), answer.option].filter(Boolean).join(': ') || '–',
        answer.text ?? '–',
        [
          answer.automatic && 'automatic',
          answer.respondedBy,
          answer.signedWith && `signed, key ${answer.signedWith}`,
        ]
          .filter(Boolean)
          .join('; ') || 'not told',
        when(answer.answeredAt) ?? '–',
        answer.waited === undefined ? '–' : duration(answer.waited),
        [answer.product, answer.surface].filter(Boolean).join(', ') || 'not told',
      ]),
    })),
    ...some(open, (items): Block => ({ kind: 'list', items })),
  ];
}

function verdict(approved: boolean | undefined): string {
  return approved === undefined ? '' : approved ? 'approved' : 'rejected';
}

function iterationBlocks({ iterations, metrics }: Report): readonly Block[] {
  const columns = iterationColumns(iterations, metrics);
  return some(iterations, (all): Block => ({
    kind: 'table',
    head: columns.map(({ name }) => name),
    rows: all.map((iteration) => columns.map(({ text }) => text(iteration))),
  }));
}

/** What came of a task, in a sign and a word. */
export const outcomes = {
  ok: '✓ passed',
  error: '✗ failed',
  pending: '○ pending',
  cancelled: '– cancelled',
} as const;

/** What did not pass first, then what is not done, each in the order in which it was asked for. */
export function failuresFirst<T extends Pick<ReportTask, 'passed' | 'status'>>(
  tasks: readonly T[],
): readonly T[] {
  const rank = ({ passed, status }: T): number => (passed === false ? 0 : status === 'pending' ? 1 : 2);
  return tasks.toSorted((a, b) => rank(a) - rank(b));
}

/** "13 passed, 2 failed, 0 pending, 1 rejected". */
export function taskCounts({ tasks, answers, left }: Report): string {
  const counted = (test: (task: ReportTask) => boolean): number => tasks.filter(test).length;
  const questions = counted(
    ({ kind, status }) => kind === 'breakpoint' && (status === 'ok' || status === 'error'),
  );
  const refused = new Set(
    answers.filter(({ approved }) => approved === false).map(({ effectId }) => effectId),
  );
  const rejected = counted(({ effectId }) => refused.has(effectId));
  const answered = questions - rejected;
  const cancelled = counted(({ status }) => status === 'cancelled');
  const counts = [
    `${counted(({ passed }) => passed === true)} passed`,
    `${counted(({ passed }) => passed === false)} failed`,
    `${counted(({ status }) => status === 'pending')} pending`,
    ...(answered > 0 ? [`${answered} answered`] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ].join(', ');
  return left.tasks > 0 ? `Of the first ${tasks.length}: ${counts}` : counts;
}

function taskBlocks(report: Report): readonly Block[] {
  const { tasks, answers, iterations } = report;
  const places = new Map(iterations.map((iteration) => [iteration.n, placeOrTitle(iteration)]));
  const verdicts = new Map(
    answers.map(({ effectId, approved }) => [effectId, verdict(approved) || 'answered']),
  );
  const columns: readonly (readonly [name: string, cell: (task: ReportTask) => string])[] = [
    ['Iteration', ({ iteration }) => places.get(iteration) ?? String(iteration)],
    ['Task', ({ title }) => title],
    ['Kind', ({ kind }) => kind],
    [
      'Outcome',
      ({ effectId, passed, status }) =>
        passed === false ? outcomes.error : (verdicts.get(effectId) ?? outcomes[status]),
    ],
    ['Exit code', ({ exitCode }) => (exitCode === undefined ? '' : String(exitCode))],
    [
      'Took',
      ({ by, duration: ms }) =>
        ms === undefined ? '' : `${by === 'person' ? 'waited ' : ''}${duration(ms)}`,
    ],
    ['Why', ({ why }) => why ?? ''],
    ['What was asked', ({ description }) => cutAtWord(description ?? '', 300)],
  ];
  const told = columns.filter(([, cell]) => tasks.some((task) => cell(task) !== ''));
  return some(tasks, (all): Block => ({
    kind: 'table',
    head: told.map(([name]) => name),
    rows: failuresFirst(all).map((task) => told.map(([, cell]) => cell(task))),
  })).flatMap((table) => [table, { kind: 'text', text: `${taskCounts(report)}.` }]);
}

function timeFacts({ time }: Report): [string, string | undefined][] {
  return [
    ['Agent time', lasted(time.agent)],
    ['Waiting for people', lasted(time.human)],
    ['Idle (a guess)', time.idle === undefined ? undefined : lasted(time.idle)],
  ];
}

function provenanceFacts({ provenance, run, targets, generatedAt }: Report): [string, string | undefined][] {
  const {
    processId,
    entry,
    function: name,
    engineVersion,
    harness,
    parentRunId,
    nonInteractive,
    facts: told,
  } = provenance;
  const wanted = [
    ...(targets.quality === undefined ? [] : [`a quality of ${figure(targets.quality)}`]),
    ...(targets.iterations === undefined ? [] : [`at most ${count(targets.iterations, 'iteration')}`]),
  ];
  return [
    ['Run', run.runId],
    ['Process', processId || undefined],
    ['Process file', entry === undefined ? undefined : `${entry}, function ${name}`],
    ['Engine', `${run.engine} ${engineVersion ?? '(version not recorded)'}`],
    ['Harness', harness],
    ['Started by the run', parentRunId],
    ['Asks people', nonInteractive ? 'no: its questions are skipped' : undefined],
    ['Targets', wanted.length === 0 ? undefined : list(wanted)],
    ...told.map(({ name: fact, text }): [string, string] => [fact, text]),
    ['Events', thousands(run.events)],
    ['This report', when(generatedAt)],
  ];
}
