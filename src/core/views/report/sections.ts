import { titleOfIteration } from '../../run/iterations';
import { capital, count, duration, list, thousands } from '../../format';
import { stateWords } from '../tree/describe';
import { figure, figureOrDash, lasted, when } from './figures';
import { iterationColumns } from './iterationColumns';
import type { Report, ReportFact, ReportMetric, ReportTask, ReportUsage } from './report';

/** A text of a table or list; `link` is the path, relative to the project, of a file it leads to. */
export type Cell = string | { readonly text: string; readonly link: string };

/** What a report says, before it is Markdown or HTML. All texts are run text or made of it, and are no markup. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** Markdown of unknown origin. */
  | { readonly kind: 'markdown'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Cell[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | {
      readonly kind: 'chart';
      readonly metrics: readonly ReportMetric[];
      readonly iteration: number | undefined;
    };

export type SectionId =
  | 'state'
  | 'metrics'
  | 'about'
  | 'attempted'
  | 'findings'
  | 'answers'
  | 'iterations'
  | 'tasks'
  | 'artefacts'
  | 'time'
  | 'usage'
  | 'provenance'
  | 'problems';

export interface Section {
  readonly id: SectionId;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/**
 * The sections that have something to say, in the order in which a person reads them.
 * @param without those that are not wanted
 */
export function toSections(report: Report, without: ReadonlySet<SectionId> = new Set()): readonly Section[] {
  return makers.flatMap(([id, title, make]) => {
    const blocks = without.has(id) ? [] : make(report);
    return blocks.length === 0 ? [] : [{ id, title: title(report), blocks: joinLists(blocks) }];
  });
}

type Maker = readonly [
  id: SectionId,
  title: (report: Report) => string,
  blocks: (report: Report) => readonly Block[],
];

const makers: readonly Maker[] = [
  ['state', () => 'State', (report) => [facts(stateFacts(report))]],
  ['metrics', (report) => focused('Metrics', report), metricBlocks],
  ['about', (report) => focused('About', report), ({ about }) => about.flatMap(aboutBlocks)],
  ['attempted', (report) => focused('What was attempted', report), attemptBlocks],
  [
    'findings',
    () => 'Findings',
    (report) => [...findingBlocks(report), ...leftOut(report, 'findings', 'finding')],
  ],
  [
    'answers',
    () => 'Answers by people',
    (report) => [...answerBlocks(report), ...leftOut(report, 'answers', 'answer')],
  ],
  ['iterations', () => 'All iterations', iterationBlocks],
  ['tasks', () => 'Tasks', (report) => [...taskBlocks(report), ...leftOut(report, 'tasks', 'task')]],
  [
    'artefacts',
    () => 'Artefacts',
    (report) => [
      ...some(report.artefacts, (all): Block => ({
        kind: 'list',
        items: all.map(({ path }) => ({ text: path, link: path })),
      })),
      ...leftOut(report, 'artefacts', 'artefact'),
    ],
  ],
  ['time', () => 'Time', (report) => [facts(timeFacts(report))]],
  ['usage', () => 'Tokens and cost', usageBlocks],
  ['provenance', () => 'Where it comes from', (report) => [facts(provenanceFacts(report))]],
  [
    'problems',
    () => 'Problems',
    (report) => [
      ...some(report.problems, (all): Block => ({
        kind: 'list',
        items: all.map((p) => `${p.file}: ${p.what}`),
      })),
      ...leftOut(report, 'problems', 'problem'),
    ],
  ],
];

/** Lists that follow each other are one, and so are facts. */
function joinLists(blocks: readonly Block[]): readonly Block[] {
  const joined: Block[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last?.kind === 'list' && block.kind === 'list') {
      joined[joined.length - 1] = { kind: 'list', items: [...last.items, ...block.items] };
    } else if (last?.kind === 'facts' && block.kind === 'facts') {
      joined[joined.length - 1] = { kind: 'facts', rows: [...last.rows, ...block.rows] };
    } else joined.push(block);
  }
  return joined;
}

/** "Report of iteration 2 of 5", "Report". */
export function reportTitle({ scope, iteration, iterations }: Report): string {
  return scope === 'iteration' && iteration !== undefined
    ? `Report of ${titleOfIteration(iterations, iteration)} (${count(iterations.length, 'iteration')} in all)`
    : 'Report';
}

/** "Metrics of iteration 2, the best". */
function focused(title: string, { iteration, iterations, scope }: Report): string {
  if (iteration === undefined || iterations.length < 2) return title;
  const { best } = iterations.find(({ n }) => n === iteration) ?? {};
  const why = best ? ', the best' : scope === 'run' ? ', the last' : '';
  const joint = title === 'Metrics' ? ' of' : title === 'About' ? '' : ' in';
  return `${title}${joint} ${titleOfIteration(iterations, iteration)}${why}`;
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

function isAnswered({ by, status }: ReportTask): boolean {
  return by === 'person' && status === 'ok';
}

function stateFacts({ run, tasks, questions, left }: Report): [string, string | undefined][] {
  const counted = (test: (task: ReportTask) => boolean): number => tasks.filter(test).length;
  const counts = [
    `${counted(({ passed }) => passed === true)} passed`,
    `${counted(({ passed }) => passed === false)} failed`,
    `${counted(({ status }) => status === 'pending')} pending`,
    ...(counted(isAnswered) > 0 ? [`${counted(isAnswered)} answered`] : []),
    ...(counted(({ status }) => status === 'cancelled') > 0
      ? [`${counted(({ status }) => status === 'cancelled')} cancelled`]
      : []),
  ];
  const of = left.tasks > 0 ? ` of the first ${tasks.length}` : '';
  return [
    ['State', capital(stateWords[run.state])],
    ['Why', run.reason === capital(stateWords[run.state]) ? undefined : run.reason],
    [`Tasks${of}`, counts.join(', ')],
    ['Open questions', questions.length === 0 ? undefined : questions.map(({ title }) => title).join('; ')],
    ['Created', when(run.createdAt)],
    [run.endedAt === undefined ? 'Last event' : 'Ended', when(run.endedAt ?? run.updatedAt)],
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

function attemptBlocks({ attempted }: Report): readonly Block[] {
  const blocks: Block[] = [];
  let items: string[] = [];
  for (const { title, description } of attempted) {
    items.push(title);
    if (description === undefined) continue;
    blocks.push({ kind: 'list', items }, { kind: 'markdown', text: description });
    items = [];
  }
  return items.length === 0 ? blocks : [...blocks, { kind: 'list', items }];
}

function metricBlocks({ metrics, targets, iterations, iteration }: Report): readonly Block[] {
  const rows = metrics.map((metric) => [
    metric.key,
    figureOrDash(metric.this),
    figureOrDash(metric.previous),
    metric.best ? `${figure(metric.best.value)} (iteration ${metric.best.iteration})` : '–',
    figureOrDash(metric.target),
  ]);
  const most = targets.iterations;
  return [
    ...some(rows, (all): Block => ({
      kind: 'table',
      head: ['Metric', 'This', 'Previous', 'Best', 'Target'],
      rows: all,
    })),
    ...some(
      metrics.filter(({ series }) => series.length > 1),
      (drawn): Block => ({ kind: 'chart', metrics: drawn, iteration }),
    ),
    ...(most === undefined
      ? []
      : [{ kind: 'text' as const, text: `${iterations.length} of at most ${most} iterations.` }]),
  ];
}

function findingBlocks({ findings, scope }: Report): readonly Block[] {
  let task = '';
  return findings.flatMap((finding): Block[] => {
    const heading = finding.effectId === task ? [] : [{ kind: 'heading' as const, text: finding.task }];
    task = finding.effectId;
    const name = inWords(finding.name);
    const one = finding.texts.length === 1 ? finding.texts[0] : undefined;
    const body: Block[] =
      one === undefined
        ? [
            { kind: 'text', text: `${name}:` },
            { kind: 'list', items: finding.texts },
          ]
        : one.length < 200 && !one.includes('\n')
          ? [{ kind: 'list', items: [`${name}: ${one}`] }]
          : [
              { kind: 'text', text: `${name}:` },
              { kind: 'markdown', text: one },
            ];
    const more: Block[] = finding.left > 0 ? [{ kind: 'text', text: `And ${finding.left} more.` }] : [];
    return [...(scope === 'run' || heading.length > 0 ? heading : []), ...body, ...more];
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
        [answer.respondedBy ?? 'not told', answer.signedWith && `signed, key ${answer.signedWith}`]
          .filter(Boolean)
          .join('; '),
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
  const columns = iterationColumns(metrics.map(({ key }) => key));
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

function taskBlocks({ tasks, answers }: Report): readonly Block[] {
  const verdicts = new Map(
    answers.map(({ effectId, approved }) => [effectId, verdict(approved) || 'answered']),
  );
  const columns: readonly (readonly [name: string, cell: (task: ReportTask) => string])[] = [
    ['Iteration', ({ iteration }) => String(iteration)],
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
  ];
  const told = columns.filter(([, cell]) => tasks.some((task) => cell(task) !== ''));
  return some(tasks, (all): Block => ({
    kind: 'table',
    head: told.map(([name]) => name),
    rows: all.map((task) => told.map(([, cell]) => cell(task))),
  }));
}

function timeFacts({ time, scope }: Report): [string, string | undefined][] {
  return [
    ['Agents worked', lasted(time.agent)],
    ['Waited for people', lasted(time.human)],
    [scope === 'run' ? 'From beginning to end' : 'The whole run took', lasted(time.total)],
  ];
}

function usageBlocks({ usage }: Report): readonly Block[] {
  if (!usage) return [];
  const from =
    usage.from === 'journal'
      ? 'As recorded; each record is counted once.'
      : 'As the results of the tasks tell it; no costs are recorded.';
  const models = (usage.byModel ?? []).map((model) => [model.model, ...usageCells(model)]);
  const [only] = models;
  const all = usageCells(usage);
  // Some of it may belong to no model.
  const isOnly = models.length === 1 && only?.slice(1).join() === all.join();
  return [
    { kind: 'text', text: from },
    {
      kind: 'table',
      head: ['', 'Input tokens', 'Output tokens', 'Cache read', 'Cache written', 'US dollars'],
      rows: [...(isOnly ? [] : models), [isOnly ? (only?.[0] ?? '') : 'All', ...all]],
    },
  ];
}

function usageCells(usage: ReportUsage): readonly string[] {
  const { inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens, costUsd } = usage;
  return [
    ...[inputTokens, outputTokens, cacheReadTokens, cacheCreationTokens].map(figureOrDash),
    costUsd === undefined ? '–' : costUsd.toFixed(costUsd < 0.1 ? 4 : 2),
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
