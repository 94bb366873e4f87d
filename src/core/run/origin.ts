import { list } from '../format';

/** What a person changed before a fork. */
export interface Edited {
  readonly inputs: boolean;
  readonly result: boolean;
}

/** Which run another one was made from, as its run.json says in `request`. */
export type Origin =
  | { readonly type: 'fork'; readonly runId: string; readonly at: number; readonly edited: Edited }
  | { readonly type: 'recovery'; readonly runId: string };

const untouched: Edited = { inputs: false, result: false };

/** The request text of a fork, which {@link originOf} reads. */
export function forkRequest(runId: string, at: number, edited = untouched): string {
  return `fork of ${runId} at ${at}${editedWords(edited)}`;
}

/** The request text of a run that is fed from the task folders of another one. */
export function recoveryRequest(runId: string): string {
  return `recovery of ${runId}`;
}

/** Which run a run was made from; `undefined`: from none. */
export function originOf(request: string | undefined): Origin | undefined {
  if (request?.startsWith('recovery of ')) {
    return { type: 'recovery', runId: request.slice('recovery of '.length) };
  }
  if (!request?.startsWith('fork of ')) return undefined;
  const [, runId, at, words = ''] =
    /^fork of (.+) at (\d+)((?: with edited (?:inputs and result|inputs|result))?)$/.exec(request) ?? [];
  if (runId === undefined) return undefined;
  const edited = { inputs: words.includes('inputs'), result: words.includes('result') };
  return { type: 'fork', runId, at: Number(at), edited };
}

export function editedWords({ inputs, result }: Edited): string {
  const parts = [...(inputs ? ['inputs'] : []), ...(result ? ['result'] : [])];
  return parts.length === 0 ? '' : ` with edited ${list(parts)}`;
}
