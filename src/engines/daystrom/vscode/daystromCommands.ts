import { commandLine } from '../../../core/shellLine';
import type { RunHandlers } from '../../../vscode/commands/byEngine';
import { copyText } from '../../../vscode/commands/copyText';
import { tell } from '../../../vscode/messages';
import { commandOf } from '../core/commandOf';
import { asDaystrom } from '../core/daystromRun';

/** All that is done with runs of Daystrom: a command is copied. */
export const daystromHandlers: RunHandlers = {
  'run.copyCommand': async ({ stored }) => {
    const { words, note } = commandOf(asDaystrom(stored.run));
    const shell = process.platform === 'win32' ? 'powershell' : 'posix';
    await copyText(commandLine(words, shell), 'The command line');
    tell('info', note, []);
  },
};
