import { resolve } from 'node:path';
import type { CommandRunner } from '../core/taskRun/taskCommand';
import { childEnvironment } from './cliEngine';
import { runProcess } from '../../../node/spawn';

/** A person watches it and can end it, so that only what was forgotten meets this limit. In milliseconds. */
const longest = 24 * 3_600_000;

/** Runs the commands of tasks as processes of their own, in the environment of the editor and the task. */
export function commandRunner(env: NodeJS.ProcessEnv): CommandRunner {
  return {
    prepare(command, runDir, projectDir, secrets) {
      const common = {
        cwd: resolve(projectDir, command.cwd ?? '.'),
        env: { ...childEnvironment(env), ...command.env, ...secrets },
        timeLimit: Math.min(command.timeout ?? longest, longest),
      };
      switch (command.type) {
        case 'program':
          return { ...common, file: command.command, args: command.args };
        case 'node': {
          const base = command.command.startsWith('tasks/') ? runDir : projectDir;
          return {
            ...common,
            file: process.execPath,
            args: [resolve(base, command.command), ...command.args],
            // Makes an editor's own executable behave as Node.
            env: { ...common.env, ELECTRON_RUN_AS_NODE: '1' },
          };
        }
        case 'line':
          return process.platform === 'win32'
            ? { ...common, file: env['ComSpec'] ?? 'cmd.exe', args: ['/d', '/s', '/c', command.command] }
            : { ...common, file: '/bin/sh', args: ['-c', command.command] };
        default:
          return command.type satisfies never;
      }
    },
    run: ({ file, args, ...rest }, signal, onOutput) => runProcess(file, args, { ...rest, signal, onOutput }),
  };
}
