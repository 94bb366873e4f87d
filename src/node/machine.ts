import { spawn } from 'node:child_process';
import { isFile } from './safeFile';

/** The system that programs are found and started on; a test gives another one. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly spawn: typeof spawn;
  /** Sends a signal to a process, or with a negative id to a group of them. @throws when it is not there any more */
  kill(pid: number, signal: NodeJS.Signals): void;
  isFile(path: string): boolean;
}

export const thisMachine: Machine = {
  platform: process.platform,
  spawn,
  kill: (pid, signal) => void process.kill(pid, signal),
  isFile,
};
