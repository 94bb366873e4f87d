import { cutAtWord } from '../format';
import { moment } from '../moments';
import { answeredAs, plainly } from './answered';
import { taskTitle, type Run } from './run';
import { isResolved, type Effect } from './effect';
import type { TaskFiles } from './iterations';
import { isRecord } from './lenient';

/** Who answered what in a run, as its files tell it. All texts are run text, to be made visible where they are shown. */
export interface AnswerRecord {
  readonly effectId: string;
  readonly title: string;
  /** The whole question, Markdown of unknown origin; `undefined`: its task.json has none. */
  readonly question: string | undefined;
  /** `undefined`: the result does not say, is of another form, or cannot be read. */
  readonly approved: boolean | undefined;
  /** The option that was chosen, unless it is a plain yes. */
  readonly option: string | undefined;
  /** The words that were given with it. */
  readonly text: string | undefined;
  readonly respondedBy: string | undefined;
  /** The run asks nobody, and this product did not post it: no person answered. */
  readonly automatic: boolean;
  /** Milliseconds since 1970. */
  readonly answeredAt: number | undefined;
  /** How long the question waited, in milliseconds. */
  readonly waited: number | undefined;
  /** Name and version of what it was answered with. */
  readonly product: string | undefined;
  /** The part of the product: "row", "page", "palette". */
  readonly surface: string | undefined;
  /** The fingerprint of the key that signed it. That the signature holds is not checked. */
  readonly signedWith: string | undefined;
}

/** Whether a question was answered by no person: the run asks nobody, and this product did not post the answer. */
export function isAutomatic(
  { asksNobody }: Pick<Run, 'asksNobody'>,
  { effectId, kind, status }: Effect,
  { results }: Pick<TaskFiles, 'results'>,
): boolean {
  return (
    asksNobody &&
    kind === 'breakpoint' &&
    isResolved(status) &&
    text(results.get(effectId)?.metadata?.['product']) === undefined
  );
}

/** The effects that took somebody's time: what was answered automatically took nobody's. */
export function timedEffects(
  run: Pick<Run, 'asksNobody'>,
  effects: readonly Effect[],
  files: Pick<TaskFiles, 'results'>,
): readonly Effect[] {
  return run.asksNobody ? effects.filter((effect) => !isAutomatic(run, effect, files)) : effects;
}

/** Lists the answers to the breakpoints of a run, in the order in which they were given. */
export function auditAnswers(
  run: Pick<Run, 'story' | 'asksNobody'>,
  { tasks, results }: TaskFiles,
): readonly AnswerRecord[] {
  return run.story.effects
    .filter(({ kind, status }) => kind === 'breakpoint' && isResolved(status))
    .toSorted((a, b) => a.resolvedOrder - b.resolvedOrder)
    .map((effect) => {
      const { effectId, requestedAt, resolvedAt, status, error } = effect;
      const task = tasks.get(effectId);
      const result = results.get(effectId);
      const value = isRecord(result?.value) ? result.value : {};
      const metadata = result?.metadata ?? {};
      const product = text(metadata['product']);
      const automatic = isAutomatic(run, effect, { results });
      const answered = answeredAs(effect, result);
      return {
        effectId,
        title: taskTitle(effect, task),
        question: task?.breakpoint?.question,
        approved: answered === 'answered' ? undefined : answered === 'approved',
        option: choiceIn(value),
        text: status === 'error' ? error?.message : wordsIn(result?.value),
        respondedBy: text(value['respondedBy']) ?? text(value['approvedBy']) ?? text(metadata['respondedBy']),
        automatic,
        answeredAt: resolvedAt,
        waited:
          automatic || requestedAt === undefined || resolvedAt === undefined
            ? undefined
            : Math.max(0, resolvedAt - requestedAt),
        product,
        surface: text(metadata['surface']),
        signedWith: text(value['publicKeyFingerprint']),
      };
    });
}

/** "approved", "rejected", else the option's value; `undefined`: the answer does not say. */
export function verdictOf({ approved, option }: AnswerRecord): string | undefined {
  return approved === undefined ? option : approved ? 'approved' : 'rejected';
}

/** Who answered, what, when and where, without a full stop: "Ann approved this 2 s ago in another window". */
export function whoAnswered(answer: AnswerRecord, now: number): string {
  const { respondedBy, answeredAt, surface } = answer;
  const verdict = verdictOf(answer);
  const did = verdict === 'approved' || verdict === 'rejected' ? `${verdict} this` : 'answered this';
  return [
    respondedBy === undefined ? 'Somebody' : cutAtWord(respondedBy, 60),
    did,
    answeredAt === undefined ? '' : moment(answeredAt, now),
    surface === undefined ? '' : 'in another window',
  ]
    .filter(Boolean)
    .join(' ');
}

function choiceIn(value: Readonly<Record<string, unknown>>): string | undefined {
  const option = text(value['option']);
  return plainly(option) === true ? undefined : option;
}

/** Where those who answer put a person's words, in the order in which the first that says something counts. */
const wordNames = 'response feedback message comments comment notes answer decision reason'.split(' ');
/** Texts that say who, when and with which signature, and no words. */
const noWords = /(?:By|At)$|signature|publicKey|fingerprint|algorithm/i;

/** The words of an answer, whatever form it has; `undefined`: there are none. */
function wordsIn(value: unknown): string | undefined {
  if (!isRecord(value)) return text(value);
  const option = text(value['option']);
  const own = (name: string): string | undefined => {
    const found = saidIn(value[name]);
    // An option without words stands in for the response.
    return found === option ? undefined : found;
  };
  const selected = [text(value['selection']), text(value['label'])].filter((part) => part !== undefined);
  const named = wordNames.map(own).find((found) => found !== undefined);
  const first = named ?? text([...new Set(selected)].join(' / '));
  const taken = new Set([option, first, ...(named === undefined ? selected : [])]);
  const others = Object.keys(value).flatMap((name) => {
    const found = text(value[name]);
    if (found === undefined || taken.has(found) || name === 'option' || noWords.test(name)) return [];
    taken.add(found);
    return [`${name}: ${found}`];
  });
  return text([first, ...others].filter((part) => part !== undefined).join('\n'));
}

/** A text, or the texts of a list: agents post several comments as one, or each with where it belongs. */
function saidIn(value: unknown): string | undefined {
  if (!Array.isArray(value)) return text(value);
  const each = value.map((item: unknown) =>
    isRecord(item) ? (text(item['text']) ?? text(item['comment']) ?? text(item['message'])) : text(item),
  );
  return text(each.filter((part) => part !== undefined).join('\n'));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
