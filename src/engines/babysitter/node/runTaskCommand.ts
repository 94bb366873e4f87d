import { resolve } from 'node:path';
import type { CommandRunner } from '../core/taskRun/taskCommand';
import { thisMachine, type Machine } from '../../../node/machine';
import { runProcess } from '../../../node/spawn';
import { windowsLine } from '../../../node/windowsProgram';
import { childEnvironment } from '../../../node/childEnvironment';
import { editorsNode, nodeEnvironment, type NodeOf } from './engineNode';

/** A person watches it and can end it, so that only what was forgotten meets this limit. In milliseconds. */
const longest = 24 * 3_600_000;

/**
 * Runs the commands of tasks as processes of their own, in the environment of the editor and the task.
 * @param nodeOf the Node that runs JavaScript files
 */
export function commandRunner(
  env: NodeJS.ProcessEnv,
  nodeOf: NodeOf = async () => editorsNode(),
  machine: Machine = thisMachine,
): CommandRunner {
  return {
    async prepare(command, runDir, projectDir, secrets) {
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
          const node = await nodeOf(projectDir);
          return {
            ...common,
            file: node.file,
            args: [...node.args, resolve(base, command.command), ...command.args],
            env: { ...nodeEnvironment(env, node), ...command.env, ...secrets },
          };
        }
        case 'line':
          return machine.platform === 'win32'
            ? { ...common, ...windowsLine(command.command, env) }
            : { ...common, file: '/bin/sh', args: ['-c', command.command] };
        default:
          return command.type satisfies never;
      }
    },
    run: ({ file, args, ...rest }, signal, onOutput) =>
      runProcess(file, args, { ...rest, signal, onOutput }, machine),
  };
}
