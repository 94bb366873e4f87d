import type { Demo } from './demo.mjs';

/** The id of the demo's session. */
export const demoSessionId: string;

/** A session of an agent as its files tell it, which goes on when it is told to. */
export interface DemoSession {
  /** Writes into the agent's own list of living processes what it does: busy, idle, waiting. */
  is(status: string, waitingFor?: string): Promise<void>;
  /** Begins a call of a tool now. Gives the call's id. */
  begins(name: string, input: Readonly<Record<string, unknown>>): Promise<string>;
  /** Ends a call now. */
  ends(id: string, output: string, failed?: boolean): Promise<void>;
}

/** Writes the session of the agent that reviews the modules of the demo; `pid` is the process it is said to be of. */
export function writeDemoSession(
  demo: Pick<Demo, 'workspace' | 'home'> & { readonly runs: Pick<Demo['runs'], 'parallel'> },
  options: { readonly pid: number; readonly now?: number },
): Promise<DemoSession>;

/** Lets the session go on with a call every few seconds, until the function that it gives is called. */
export function playDemoSession(session: DemoSession, every?: number): () => void;
