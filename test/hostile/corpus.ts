import { layoutVersion } from '../../src/engines/babysitter/core/metadata';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How large the corpus is: characters of a long text, levels of a deep value, files of a folder, items of a list. */
export interface CorpusSize {
  readonly text: number;
  readonly depth: number;
  readonly files: number;
  readonly items: number;
  /** Every file of a run of a store is spoilt in every way, and not only one file in each. */
  readonly everyFile: boolean;
}

export const smallCorpus: CorpusSize = {
  text: 100_000,
  depth: 20_000,
  files: 5000,
  items: 5000,
  everyFile: false,
};
export const largeCorpus: CorpusSize = {
  text: 3_000_000,
  depth: 500_000,
  files: 200_000,
  items: 60_000,
  everyFile: true,
};

/** A run that was made to upset whoever reads it: its files by their path, as text, and what else lies there. */
type HostileRun = Readonly<Record<string, string | ((path: string) => void)>>;

const time = '2026-01-01T00:00:00.000Z';

const event = (seq: number, type: string, data: string): Record<string, string> => ({
  [`journal/${String(seq).padStart(6, '0')}.01M7${String(seq).padStart(22, '0')}.json`]: `{"type":"${type}","recordedAt":"${time}","data":${data}}\n`,
});
const created = event(1, 'RUN_CREATED', '{"processId":"p"}');
const asked = (id: string, kind: string): string =>
  `{"effectId":"${id}","taskId":"t","kind":"${kind}","stepId":"s","invocationKey":"${id}","taskDefRef":"tasks/${id}/task.json"}`;
const runJson = (more = ''): string =>
  `{"runId":"r","processId":"p","layoutVersion":"${layoutVersion}","createdAt":"${time}","entrypoint":{"importPath":"x.mjs","exportName":"process"}${more}}`;
const nested = (depth: number): string => `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`;
const quoted = (text: string): string => JSON.stringify(text);

const runs = [
  '\\',
  '"',
  ' ',
  '\n',
  '(',
  '*',
  '`',
  '/',
  'a',
  '0',
  '{',
  '[',
  '<',
  '\u202e',
  '\u0000',
  '\ud800',
  '👩‍',
];

/** Texts that are long in one character, wherever a run has a text. */
function longTexts({ text }: CorpusSize): readonly [string, HostileRun][] {
  return runs.map((character, i): [string, HostileRun] => {
    const long = quoted(character.repeat(text / character.length));
    const task = `{"kind":"breakpoint","title":${long},"labels":[${long}],"inputs":{"question":${long},"options":[${long}]},"metadata":{"payload":{"title":${long},"question":${long},"context":{"files":[{"path":${long}}]}}}}`;
    return [
      `long-${i}`,
      {
        'run.json': runJson(`,"prompt":${long},"cwd":${long}`),
        ...created,
        ...event(2, 'EFFECT_REQUESTED', asked('e1', 'breakpoint')),
        ...event(3, 'EFFECT_REQUESTED', asked('e2', 'agent')),
        ...event(
          4,
          'EFFECT_RESOLVED',
          `{"effectId":"e2","status":"error","error":{"name":${long},"message":${long},"stack":${long}}}`,
        ),
        ...event(5, 'PROCESS_LOG', `{"label":"breakpoint:skipped","message":${long}}`),
        'tasks/e1/task.json': task,
        'tasks/e2/task.json': `{"kind":"agent","title":${long}}`,
        'tasks/e2/result.json': `{"status":"ok","result":{"summary":${long},"issues":[${long}],"artifacts":[${long}]}}`,
        'tasks/e2/stdout.log': character.repeat(text),
      },
    ];
  });
}

function deepValues({ depth }: CorpusSize): readonly [string, HostileRun][] {
  const deep = nested(depth);
  const task = { ...event(2, 'EFFECT_REQUESTED', asked('e1', 'agent')), 'run.json': runJson(), ...created };
  const done = event(3, 'EFFECT_RESOLVED', '{"effectId":"e1","status":"ok"}');
  const checked = `{"type":"PROCESS_LOG","recordedAt":"${time}","data":${deep},"checksum":"${'0'.repeat(64)}"}`;
  return [
    ['deep-event', { ...task, [Object.keys(event(3, '', ''))[0] ?? '']: checked }],
    ['deep-error', { ...task, ...event(3, 'RUN_FAILED', `{"error":${deep}}`) }],
    ['deep-cost', { ...task, ...event(3, 'COST_TRACKED', `{"usage":${deep},"inputTokens":1}`) }],
    ['deep-run', { ...task, 'run.json': runJson(`,"metadata":${deep},"extra":${deep}`) }],
    ['deep-task', { ...task, 'tasks/e1/task.json': `{"kind":"agent","inputs":${deep},"labels":${deep}}` }],
    [
      'deep-question',
      {
        ...task,
        ...event(2, 'EFFECT_REQUESTED', asked('e1', 'breakpoint')),
        'tasks/e1/task.json': `{"kind":"breakpoint","metadata":{"payload":${deep}}}`,
      },
    ],
    ['deep-result', { ...task, ...done, 'tasks/e1/result.json': `{"status":"ok","result":${deep}}` }],
    ['deep-output', { ...task, ...done, ...event(4, 'RUN_COMPLETED', '{}'), 'state/output.json': deep }],
    ['deep-inputs', { ...task, 'inputs.json': deep }],
  ];
}

/** What may lie where a file or folder is expected. */
const strangers: readonly [string, HostileRun][] = [
  ['pipe-run', { 'run.json': pipe, ...created }],
  [
    'pipe-event',
    { 'run.json': runJson(), ...created, 'journal/000002.01M70000000000000000000002.json': pipe },
  ],
  ['pipe-lock', { 'run.json': runJson(), ...created, 'run.lock': pipe }],
  ['pipe-journal', { 'run.json': runJson(), journal: pipe }],
  ['device-run', { 'run.json': (path) => symlinkSync('/dev/zero', path), ...created }],
  ['link-out', { 'run.json': (path) => symlinkSync('/etc/passwd', path), ...created }],
  ['link-journal', { 'run.json': runJson(), journal: (path) => symlinkSync('/', path) }],
  ['circle', { 'run.json': (path) => symlinkSync(path, path), ...created }],
  ['folder-run', { 'run.json': (path) => void mkdirSync(path), ...created }],
  ['empty', { 'run.json': '', 'journal/000001.01M70000000000000000000001.json': '' }],
  ['no-utf8', { 'run.json': runJson(), ...created, 'journal/000002.x.json': '\ufffd' }],
  ['proto', { 'run.json': runJson(',"__proto__":{"a":1},"constructor":1'), ...event(1, '__proto__', '{}') }],
];

function pipe(path: string): void {
  if (process.platform !== 'win32') execFileSync('mkfifo', [path]);
}

function longJournals({ files }: CorpusSize): readonly [string, HostileRun][] {
  const of = (content: (i: number) => Record<string, string>): HostileRun => ({
    'run.json': runJson(),
    ...(Object.assign({}, ...Array.from({ length: files }, (_, i) => content(i + 1))) as Record<
      string,
      string
    >),
  });
  return [
    ['useless-events', of((i) => ({ [Object.keys(event(i, '', ''))[0] ?? '']: '{' }))],
    ['useless-names', of((i) => ({ [`journal/stranger-${i}.json`]: '' }))],
    ['same-number', of((i) => ({ [`journal/000001.${i}.json`]: '{}' }))],
  ];
}

/**
 * Writes a workspace of hostile runs.
 * @param workspace absolute path of a folder
 * @returns the runs' names
 */
export function writeCorpus(workspace: string, size: CorpusSize): readonly string[] {
  const all = [...longTexts(size), ...deepValues(size), ...strangers, ...longJournals(size)];
  for (const [name, files] of all) {
    for (const [file, content] of Object.entries(files)) {
      const path = join(workspace, '.a5c', 'runs', name, file);
      mkdirSync(dirname(path), { recursive: true });
      if (typeof content === 'string') writeFileSync(path, content);
      else content(path);
    }
  }
  return all.map(([name]) => name);
}
