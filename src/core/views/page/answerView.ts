import { cutAtWord, duration, visible } from '../../format';
import type { AnswerRecord } from '../../run/audit';
import { maskSecrets } from '../../run/secrets';

/** An answer in the list of who answered what; its texts made visible. */
export interface AnswerView {
  readonly effectId: string;
  readonly title: string;
  /** "approved", "rejected: Abort", "answered". */
  readonly verdict: string;
  readonly icon: string;
  readonly words: string;
  /** "by Ann", "automatic"; empty: nothing says so. */
  readonly who: string;
  /** Milliseconds since 1970; `undefined`: the event does not say. */
  readonly at: number | undefined;
  /** "after 3 min"; empty: not known. */
  readonly waited: string;
  /** "Babysitter Runs 0.1.0, page"; empty: the result does not say. */
  readonly through: string;
  /** The key that signed it; empty: none. That the signature holds is not checked. */
  readonly signedWith: string;
}

/** Makes what the page shows of an answer. */
export function toAnswerView(answer: AnswerRecord): AnswerView {
  const { effectId, title, approved, option, text, respondedBy, answeredAt, waited, product, surface } =
    answer;
  const short = (raw: string | undefined): string => visible(cutAtWord(raw ?? '', 120));
  const said =
    approved === undefined
      ? 'answered'
      : approved
        ? 'approved'
        : option === 'Request changes'
          ? 'requested changes'
          : 'rejected';
  const plain = option === undefined || /^(?:approve|reject|request changes)$/i.test(option);
  return {
    effectId,
    title: visible(title),
    verdict: plain ? said : `${said}: ${short(option)}`,
    icon: approved === undefined ? 'comment' : approved ? 'pass' : 'circle-slash',
    words: visible(maskSecrets((text ?? '').slice(0, 4000))),
    who: answer.automatic
      ? ['automatic', short(respondedBy)].filter(Boolean).join(', ')
      : respondedBy === undefined
        ? ''
        : `by ${short(respondedBy)}`,
    at: answeredAt,
    waited: waited === undefined ? '' : `after ${duration(waited)}`,
    through: [short(product), short(surface)].filter(Boolean).join(', '),
    signedWith: short(answer.signedWith),
  };
}
