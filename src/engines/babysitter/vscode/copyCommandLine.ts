import { answerCall, iterateCall } from '../core/drive/cliCalls';
import { commandLine } from '../../../core/shellLine';
import { whyNot } from '../../../core/engine/whyNot';
import { toAnswer } from '../../../core/run/answer';
import type { RunTarget } from '../../../vscode/commands/targets';

import { copyText } from '../../../vscode/commands/copyText';

/** Copies the engine's command line that does the next thing to a run, or to the breakpoint that was named with it. */
export async function copyCommandLine({ stored, effectId }: RunTarget): Promise<void> {
  const { run } = stored;
  const effect = run.story.effects.get(effectId ?? '');
  const { args, stdin } =
    effect?.kind === 'breakpoint' && effect.status === 'pending'
      ? answerCall(
          run.location,
          effect.effectId,
          effect.invocationKey,
          toAnswer({ kind: 'approve', text: '' }, 'me'),
          {
            respondedBy: 'me',
            respondedAt: '',
            product: '',
            surface: '',
          },
        )
      : whyNot('run.iterate', stored) === undefined
        ? iterateCall(run.location)
        : // Looking does no harm, while iterating a completed run would run its whole process again.
          { args: ['run:status', run.location, '--json'], stdin: undefined };
  // A pasted line has no standard input, so the value stands in it.
  const words = args.flatMap((word) =>
    word === '--value' ? ['--value-inline', stdin ?? ''] : word === '-' ? [] : [word],
  );
  await copyText(
    commandLine(['babysitter', ...words], process.platform === 'win32' ? 'powershell' : 'posix'),
    'The command line',
  );
}
