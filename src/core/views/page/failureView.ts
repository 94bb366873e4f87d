import { cutAtWord, visible, withoutLook } from '../../format';
import type { Effect } from '../../run/effect';
import type { RecordedError } from '../../run/recordedError';
import type { Run } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import { stackFrames, type StackFrame } from '../../run/stackFrames';
import type { TaskDetail } from './taskDetail';

/** A frame of a stack, to be clicked by its place in the stack. */
export interface FrameView {
  readonly place: number;
  readonly text: string;
  /** It names a file. */
  readonly opens: boolean;
  readonly foreign: boolean;
}

/** Why a run failed: bounded, its texts made visible and without secrets. */
export interface FailureView {
  /** The task that failed; empty: none did. */
  readonly effectId: string;
  /** Its error ended the run; otherwise the process failed by itself, later. */
  readonly isCause: boolean;
  readonly title: string;
  /** "TypeError" */
  readonly name: string;
  readonly message: string;
  readonly frames: readonly FrameView[];
  /** The program and its arguments; empty: none is recorded. */
  readonly command: string;
  /** The end of what the task wrote as its errors, colours of a terminal left in; empty: nothing. */
  readonly stderr: string;
  /** What was asked, in its first words; empty: nothing is recorded. */
  readonly asked: string;
}

const most = { message: 20_000, stderr: 4000, lines: 20, asked: 1000, frame: 500 };

/** The task that is to blame for how a run ended, else the last one that failed; `undefined`: none did. */
export function failingTask({ story }: Run): Effect | undefined {
  const named = story.effects.get(story.end?.failedTask ?? '');
  return named ?? story.effects.list().findLast(({ status }) => status === 'error');
}

/** What ended a run, with the stack where one is recorded; `undefined`: it has not failed. */
export function errorOf(run: Run): RecordedError | undefined {
  const { end } = run.story;
  if (end?.outcome !== 'failed') return undefined;
  const own = failingTask(run)?.error;
  const error = end.error ?? own;
  // The process has an error of its own unless a task is to blame.
  const stack = error?.stack ?? (end.error && end.failedTask === undefined ? undefined : own?.stack);
  return error && { ...error, stack };
}

/** The frames of the failure, by whose places a page names them. */
export function failureFrames(run: Run): readonly StackFrame[] {
  return stackFrames(errorOf(run)?.stack ?? '');
}

/** A frame whose file lies in the project names it from there. */
function withinProject(frame: string, project: string): string {
  for (const start of ['(file://', ' file://', '(', ' ']) {
    const place = [`${start}${project}/`, `${start}${project}\\`].find((folder) => frame.includes(folder));
    if (place !== undefined && project !== '') return frame.replace(place, start.charAt(0));
  }
  return frame;
}

/** The last lines of a text, as many as there is room for; of a very long line its end. */
function endOf(text: string): string {
  const lines = text.trimEnd().split('\n').slice(-most.lines);
  while (lines.length > 1 && lines.join('\n').length > most.stderr) lines.shift();
  const end = lines.join('\n');
  return end.length > most.stderr ? withoutLook(end).slice(-most.stderr) : end;
}

/** @param task what is known of the task that failed; `undefined`: none did, or it is not read yet */
export function toFailureView(run: Run, task: TaskDetail | undefined): FailureView | undefined {
  const error = errorOf(run);
  if (!error) return undefined;
  const { end } = run.story;
  const shown = (text: string, limit: number): string => visible(maskSecrets(text.slice(0, limit)));
  const written = task?.output.find(({ name }) => name === 'stderr')?.text ?? '';
  const prompt = task?.asked.prompt.map(({ name, text }) => `${name}: ${text}`).join('\n') ?? '';
  return {
    effectId: task?.effectId ?? '',
    isCause: task !== undefined && (end?.failedTask === task.effectId || end?.error === undefined),
    title: task?.title ?? '',
    name: shown(error.name ?? '', 200),
    message: shown(error.message ?? 'The error has no message.', most.message),
    frames: failureFrames(run).map(({ text, path, foreign }, place) => ({
      place,
      text: shown(withinProject(text, run.projectDir), most.frame),
      opens: path !== undefined,
      foreign,
    })),
    command: task?.asked.command ?? '',
    stderr: endOf(written),
    asked: cutAtWord(withoutLook(task?.asked.description || prompt), most.asked),
  };
}
