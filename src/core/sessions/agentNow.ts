import { largest } from '../largest';
import { cutAtWord, oneLine, visible } from '../format';
import { moment } from '../moments';
import { maskCredentials } from './maskCredentials';
import { exactly, inWords } from './action';
import type { SessionFiles } from './attribute';
import type { Call } from './work';

/** What an agent's own list of living processes says of a session. */
export interface ProcessWord {
  /** `busy`, `idle`, `waiting`, `shell`; `undefined`: older releases do not say. */
  readonly status: string | undefined;
  readonly waitingFor: string | undefined;
  /** Since when, in milliseconds since 1970. */
  readonly since: number | undefined;
}

/** Whether the process of a session lives: what it says of itself, that it is gone, or that nobody tells. */
export type ProcessState = ProcessWord | 'gone' | 'unknown';

export type NowKind =
  'permission' | 'question' | 'limit' | 'retrying' | 'calling' | 'thinking' | 'idle' | 'gone' | 'unknown';

/** What a session does now. */
export interface AgentNow {
  readonly kind: NowKind;
  /** "editing src/auth.ts", in one line, secrets masked. It follows the agent's name. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** When it goes on, in milliseconds since 1970; `undefined`: not known. */
  readonly until: number | undefined;
  /** Its process says so, or is known to be gone; otherwise it is what its last lines suggest. */
  readonly certain: boolean;
}

export interface NowOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** For so long after its last line a session without a known process counts as at work, in milliseconds. */
  readonly activityWindow: number;
  /** Whether tasks wait that an agent has to do. */
  readonly workLeft: boolean;
  /** What a call waits for that has no result, where only a person would know: "approval"; `undefined`: it runs. */
  readonly mayWaitFor: string | undefined;
  /** Secrets of the run, which are shown nowhere. */
  readonly secrets: readonly string[];
}

/** Tells what a session does now, by its files and its process. The first that fits counts. */
export function agentNow(files: SessionFiles, process: ProcessState, options: NowOptions): AgentNow {
  const { main } = files;
  const lastAt = lastSign(files);
  const word = typeof process === 'object' ? process : undefined;
  const certain = process !== 'unknown';
  const tell = (
    kind: NowKind,
    text: string,
    since: number,
    { until, guess = '' }: { readonly until?: number | undefined; readonly guess?: string } = {},
  ): AgentNow => ({
    ...{ kind, since, until, certain },
    text: cutAtWord(oneLine(visible(maskCredentials(text, options.secrets))), 240) + guess,
  });
  const since = (at: number): number => word?.since ?? at;
  const call = openCall(files);

  if (word?.status === 'waiting') {
    if (word.waitingFor?.includes('permission') === true) {
      const what = call ? `: ${exactly(call.action)}` : '';
      return tell('permission', `waiting for your permission${what}`, since(call?.at ?? lastAt));
    }
    return tell('question', asked(call), since(call?.at ?? lastAt));
  }
  const question = [...main.open.values()].findLast(({ asks }) => asks);
  if (question) return tell('question', asked(question), question.at);
  const { limit, retry } = main;
  if (limit && main.open.size === 0 && (limit.until === undefined || limit.until > options.now)) {
    const end = limit.until === undefined ? said(limit.text) : ` until ${moment(limit.until, options.now)}`;
    return tell('limit', `at its limit${end}`, limit.at, { until: limit.until });
  }
  if (retry && options.now < retry.nextAt + options.activityWindow) {
    const attempt =
      retry.attempt === undefined
        ? ''
        : ` (${retry.attempt}${retry.most === undefined ? '' : ` of ${retry.most}`})`;
    const wait = Math.ceil((retry.nextAt - options.now) / 1000);
    return tell('retrying', `retrying${attempt}${wait > 0 ? `, next in ${wait} s` : ''}`, retry.at, {
      until: retry.nextAt,
    });
  }
  if (word?.status === 'idle' || word?.status === 'shell') {
    return tell('idle', idleText(files, options, word.status === 'shell'), since(main.turnAt ?? lastAt));
  }
  if (
    word?.status === undefined &&
    (main.turn === 'ended' || main.turn === 'interrupted' || main.turn === 'none')
  ) {
    return tell('idle', idleText(files, options), main.turnAt ?? lastAt);
  }
  const mayWaitFor = word?.status === undefined ? options.mayWaitFor : undefined;
  if (process === 'gone') {
    return tell('gone', `gone in the middle of ${call ? exactly(call.action) : 'its turn'}`, lastAt);
  }
  const doing = call ? callText(call, mayWaitFor) : main.writing ? 'writing' : 'thinking';
  const doingSince = call?.at ?? lastAt;
  const stuck = word?.status === 'busy' ? perhapsStuck(files, call, options.now) : '';
  if (process === 'unknown' && options.now - lastAt >= options.activityWindow) {
    return tell('unknown', `no sign since ${moment(lastAt)}; last: ${doing}`, lastAt);
  }
  return tell(call ? 'calling' : 'thinking', doing, doingSince, { guess: stuck });
}

/** The newest call without a result; of one that hands work on, the subagent's own. */
function openCall({ main, subagents }: SessionFiles): Call | undefined {
  const open = [...main.open.values()].at(-1);
  if (open?.prompt === undefined) return open;
  // What earlier ones left open is not under way.
  const inner = subagents
    .filter(({ transcript }) => (transcript.lastAt ?? 0) >= open.at)
    .flatMap(({ transcript }) => [...transcript.open.values()])
    .toSorted((a, b) => a.at - b.at);
  return inner.at(-1) ?? open;
}

/** A call that is open longer than this, and than three times the longest of its kind, may be stuck; in milliseconds. */
const long = 10 * 60_000;

/** So many equal calls in a row that failed may mean that the agent goes round in circles. */
const often = 3;

/** What suggests that an agent at work gets nowhere, as a guess; empty: nothing does. */
function perhapsStuck({ main }: SessionFiles, call: Call | undefined, now: number): string {
  const calls = main.work.flatMap((work) => work.calls);
  // What is handed on takes as long as it takes.
  if (call && call.prompt === undefined) {
    const longest = calls
      .filter(({ name }) => name === call.name)
      .reduce((most, { at, endedAt = at }) => Math.max(most, endedAt - at), 0);
    if (now - call.at > Math.max(long, 3 * longest)) return ' (perhaps stuck)';
  }
  const last = calls.filter(({ outcome }) => outcome !== undefined).slice(-often);
  const same = last.every(
    ({ name, action, outcome }) =>
      outcome === 'error' && name === last[0]?.name && exactly(action) === exactly(last[0].action),
  );
  return last.length === often && same ? ` (perhaps stuck: the same call failed ${often} times)` : '';
}

function callText({ action }: Call, mayWaitFor: string | undefined): string {
  return mayWaitFor === undefined
    ? inWords(action)
    : `running, or waiting for ${mayWaitFor}: ${exactly(action)}`;
}

function asked(call: Call | undefined): string {
  const question = call?.asks === true ? call.action.object : '';
  return `waiting for your answer${question === '' ? '' : `: ${question}`}`;
}

function idleText({ main }: SessionFiles, { workLeft }: NowOptions, background = false): string {
  if (main.turn === 'none') return 'has not begun a turn';
  if (main.failure !== undefined) return `its turn ended with an error: ${main.failure}`;
  if (main.turn === 'interrupted') return 'its turn was interrupted';
  const left = workLeft ? 'ended its turn with work left' : 'its turn ended';
  return background ? `${left}; a background command runs` : left;
}

function said(text: string): string {
  return text === '' ? '' : `: ${text}`;
}

/** When the session or one of its subagents last wrote a line. */
export function lastSign({ main, subagents }: SessionFiles): number {
  return largest([main, ...subagents.map(({ transcript }) => transcript)], ({ lastAt }) => lastAt ?? 0);
}
