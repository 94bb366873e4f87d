import { taskTitle } from './run';
import type { Story } from './story';
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
  /** The option that was chosen. */
  readonly option: string | undefined;
  /** The words that were given with it. */
  readonly text: string | undefined;
  readonly respondedBy: string | undefined;
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

/** Lists the answers to the breakpoints of a run, in the order in which they were given. */
export function auditAnswers(fold: Story, { tasks, results }: TaskFiles): readonly AnswerRecord[] {
  return fold.effects
    .list()
    .filter(({ kind, status }) => kind === 'breakpoint' && status === 'ok')
    .toSorted((a, b) => a.resolvedOrder - b.resolvedOrder)
    .map((effect) => {
      const { effectId, requestedAt, resolvedAt } = effect;
      const task = tasks.get(effectId);
      const result = results.get(effectId);
      const value = isRecord(result?.value) ? result.value : {};
      const metadata = result?.metadata ?? {};
      const option = text(value['option']);
      const response = text(value['response']);
      return {
        effectId,
        title: taskTitle(effect, task),
        question: task?.breakpoint?.question,
        approved: typeof value['approved'] === 'boolean' ? value['approved'] : undefined,
        option,
        // An option without words stands in for the response.
        text: text(value['feedback']) ?? (response === option ? undefined : response),
        respondedBy: text(value['respondedBy']) ?? text(value['approvedBy']) ?? text(metadata['respondedBy']),
        answeredAt: resolvedAt,
        waited:
          requestedAt === undefined || resolvedAt === undefined
            ? undefined
            : Math.max(0, resolvedAt - requestedAt),
        product: text(metadata['product']),
        surface: text(metadata['surface']),
        signedWith: text(value['publicKeyFingerprint']),
      };
    });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
