import { taskDocument, type DocumentPart } from '../../documents';
import { coloured, cutAtWord, duration, visible } from '../../format';
import { exactMoment } from '../../moments';
import type { Effect } from '../../run/effect';
import { isRecord, parseJson } from '../../run/lenient';
import { taskTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import { fileOfRef, type TaskDefinition, type TaskResult } from '../../run/task';
import type { DocumentName } from '../../source/documentName';
import { describeTask } from '../tree/describe';
import { inFull, valueRows, type Compared, type ValueRow } from './valueRows';

/** Everything the page shows of one task: bounded, serialisable, its texts made visible and without secrets. */
export interface TaskDetail {
  readonly effectId: string;
  readonly title: string;
  /** "agent · done · 3 min". */
  readonly description: string;
  readonly icon: string;
  readonly asked: {
    readonly description: string;
    /** What an agent was told; Markdown is not rendered. */
    readonly prompt: readonly ValueRow[];
    /** The program and its arguments, for reading only; empty: none is recorded. */
    readonly command: string;
    readonly inputs: readonly ValueRow[];
  };
  readonly result: {
    readonly value: readonly ValueRow[];
    /** Why there is no value, or what went wrong. */
    readonly note: string;
    /** Who posted it, and through what. */
    readonly metadata: readonly ValueRow[];
  };
  readonly output: readonly OutputView[];
  /** By their places in {@link taskFiles}. */
  readonly files: readonly { readonly path: string; readonly what: string }[];
  readonly timing: readonly (readonly [name: string, text: string])[];
  readonly raw: string;
  /** This is how it was. */
  readonly past: boolean;
}

export interface OutputView {
  readonly name: 'stdout' | 'stderr';
  readonly text: string;
  /** Its beginning is left out. */
  readonly cut: boolean;
}

/** The files of a task as they were read; each is missing, or there with its text. */
export interface TaskTexts {
  readonly task: DocumentPart;
  readonly result: DocumentPart;
  readonly stdout: DocumentPart;
  readonly stderr: DocumentPart;
}

/** A file that belongs to a task, to be opened. */
export interface TaskFile {
  readonly path: string;
  readonly what: string;
  /** What it is of the run, to be shown without secrets; `undefined`: it lies in the project, and is looked for there. */
  readonly name: DocumentName | undefined;
}

const most = { output: 200_000, raw: 400_000, files: 100, command: 20_000 };

/** How a task is shown. */
export interface TaskContext {
  readonly now: number;
  /** The run is shown as it was. */
  readonly past: boolean;
  /** Results of the same task in other iterations; left out: there are none. */
  readonly against?: readonly Compared[];
}

/** Makes what the page shows of a task. */
export function toTaskDetail(
  effect: Effect,
  task: TaskDefinition | undefined,
  result: TaskResult | undefined,
  texts: TaskTexts,
  { now, past, against = [] }: TaskContext,
): TaskDetail {
  const row = describeTask(effect, task, now, result);
  const definition = recordOf(texts.task);
  const raw = taskDocument([
    { ...texts.task, name: 'task' },
    { ...texts.result, name: 'result' },
  ]);
  return {
    effectId: effect.effectId,
    title: visible(maskSecrets(taskTitle(effect, task))),
    description: row.description,
    icon: row.icon.name,
    asked: {
      description: visible(maskSecrets(task?.description ?? '').slice(0, 4000)),
      prompt: valueRows(promptOf(definition), inFull),
      command: visible(maskSecrets(commandOf(definition)).slice(0, most.command)),
      inputs:
        task?.inputs === undefined
          ? task?.inputsRef === undefined
            ? []
            : valueRows({ inputs: `In ${task.inputsRef}` })
          : valueRows(isRecord(task.inputs) ? task.inputs : { inputs: task.inputs }, inFull),
    },
    result: {
      value: valueOf(result?.value, against),
      note: resultNote(effect, result, texts.result),
      metadata: valueRows(result?.metadata ?? {}),
    },
    output: (['stdout', 'stderr'] as const).flatMap((name) =>
      outputOf(name, texts[name], recordOf(texts.result)),
    ),
    files: taskFiles(effect, task, result, texts).map(({ path, what }) => ({ path: visible(path), what })),
    timing: timingOf(effect, now),
    past,
    // Already spelled out where it deceives.
    raw: raw.length > most.raw ? `${raw.slice(0, most.raw)}\n// It goes on; open it as a document.` : raw,
  };
}

function valueOf(value: unknown, against: readonly Compared[]): readonly ValueRow[] {
  if (value === undefined) return [];
  if (isRecord(value)) return valueRows(value, inFull, against);
  const others = against.map((other) => ({ name: other.name, value: { value: other.value } }));
  return valueRows({ value }, inFull, others);
}

function recordOf(part: DocumentPart): Readonly<Record<string, unknown>> {
  const json = 'text' in part ? parseJson(part.text) : undefined;
  return json && 'value' in json && isRecord(json.value) ? json.value : {};
}

/** Agents, skills and orchestrators each keep their words under the name of their kind. */
function promptOf(definition: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  for (const name of ['agent', 'skill', 'orchestratorTask', 'subprocess']) {
    const block = definition[name];
    if (isRecord(block)) return block;
  }
  const prompt = definition['prompt'];
  return prompt === undefined ? {} : { prompt };
}

function commandOf(definition: Readonly<Record<string, unknown>>): string {
  const shell = isRecord(definition['shell']) ? definition['shell'] : {};
  const node = isRecord(definition['node']) ? definition['node'] : {};
  const words = (block: Readonly<Record<string, unknown>>, first: unknown): string => {
    const args = Array.isArray(block['args']) ? block['args'] : [];
    return [first, ...args].filter((word) => typeof word === 'string').join(' ');
  };
  return typeof shell['command'] === 'string'
    ? words(shell, shell['command'])
    : typeof node['entry'] === 'string'
      ? words(node, `node ${node['entry']}`)
      : '';
}

function resultNote(effect: Effect, result: TaskResult | undefined, part: DocumentPart): string {
  if (effect.status === 'pending') return 'There is no result yet.';
  const said = effect.error?.message ?? effect.cancelReason ?? result?.failure;
  if (said !== undefined && said !== '') return visible(maskSecrets(said).slice(0, 4000));
  if (result?.resultRef !== undefined) return `The result is large; it is in ${visible(result.resultRef)}.`;
  return 'problem' in part ? visible(`${part.file} ${part.problem}`) : '';
}

/** From its own file, else from the result: engines of 6.x record the output of shell commands there. */
function outputOf(
  name: OutputView['name'],
  part: DocumentPart,
  result: Readonly<Record<string, unknown>>,
): readonly OutputView[] {
  const value = isRecord(result['result'])
    ? result['result']
    : isRecord(result['value'])
      ? result['value']
      : {};
  const recorded = value[name];
  const text = 'text' in part ? part.text : typeof recorded === 'string' ? recorded : '';
  if (text === '') return [];
  const shown = maskSecrets(text).slice(-most.output);
  return [{ name, text: coloured(shown.replaceAll('\r\n', '\n')), cut: shown.length === most.output }];
}

/** Everything of a task that lies in a file, what the engine keeps first; the paths are run text. */
export function taskFiles(
  { effectId }: Effect,
  task: TaskDefinition | undefined,
  result: TaskResult | undefined,
  texts: TaskTexts,
): readonly TaskFile[] {
  const own = (['task', 'result', 'stdout', 'stderr'] as const).flatMap((name): TaskFile[] => {
    const path = texts[name].file;
    const what = { task: 'the definition', result: 'the result', stdout: 'output', stderr: 'errors' }[name];
    return 'text' in texts[name] ? [{ path, what, name: { task: effectId, part: name } }] : [];
  });
  const refs = [
    { path: task?.inputsRef, what: 'the inputs' },
    { path: result?.resultRef, what: 'the value' },
  ].flatMap(({ path, what }): TaskFile[] => {
    const file = path === undefined ? undefined : fileOfRef(effectId, path);
    return file === undefined ? [] : [{ path: file, what, name: { file } }];
  });
  const named = [...new Set(namedPaths(result?.value, 1))].map((path): TaskFile => ({
    path,
    what: 'named by the result',
    name: undefined,
  }));
  return [...own, ...refs, ...named].slice(0, most.files);
}

/** Fields in which results name the files they made or changed. */
const fileFields =
  /^(?:(?:changed|created|modified|written|file)_?)?(?:files?|paths?|artifacts?|artefacts?|outputs?)(?:_?(?:changed|created|modified|written))?$/i;

function namedPaths(value: unknown, depth: number): readonly string[] {
  if (!isRecord(value) || depth > 3) return [];
  return Object.entries(value)
    .slice(0, 200)
    .flatMap(([name, item]) => {
      const items = (Array.isArray(item) ? item : [item]).slice(0, most.files);
      return items.flatMap((one: unknown) =>
        typeof one === 'string'
          ? fileFields.test(name) && looksLikePath(one)
            ? [one]
            : []
          : namedPaths(one, depth + 1),
      );
    });
}

function looksLikePath(text: string): boolean {
  return /^[^\n:*?"<>|]{1,400}\.\w{1,12}$/.test(text) && !/\s{2}|^\s|^https?/.test(text);
}

function timingOf(effect: Effect, now: number): TaskDetail['timing'] {
  const { requestedAt, resolvedAt, startedAt, finishedAt, status, batch, stepId, requestedSeq } = effect;
  const moment = (at: number | undefined): string => (at === undefined ? '' : exactMoment(at));
  const span = (from: number | undefined, to: number | undefined): string =>
    from === undefined || to === undefined ? '' : duration(to - from);
  const rows: readonly (readonly [string, string])[] = [
    ['Requested', moment(requestedAt)],
    ['Started', moment(startedAt)],
    ['Finished', moment(finishedAt)],
    [status === 'cancelled' ? 'Cancelled' : 'Recorded', moment(resolvedAt)],
    ['At work', span(startedAt, finishedAt)],
    [status === 'pending' ? 'Waiting for' : 'From request to result', span(requestedAt, resolvedAt ?? now)],
    ['Requested by', `iterate ${batch}, event ${requestedSeq}`],
    ['Step', visible(cutAtWord(stepId ?? '', 200))],
    ['Task', visible(cutAtWord(effect.taskId, 200))],
    ['Effect', visible(cutAtWord(effect.effectId, 200))],
  ];
  return rows.filter(([, text]) => text !== '');
}
