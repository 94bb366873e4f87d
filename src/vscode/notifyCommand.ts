import * as vscode from 'vscode';
import { notifyCommand, notifyVariables, type NotifyVariables } from '../core/attention/notifyCommand';
import type { SharedAttention } from '../core/attention/sharedAttention';
import type { Clock } from '../core/clock';
import { prefix } from '../core/contract';
import { HumanError, messageOf } from '../core/errors';
import { visible } from '../core/format';
import { linkText } from '../core/links/runLink';
import type { Logger } from '../core/log';
import type { Effect } from '../core/run/effect';
import type { Run } from '../core/run/run';
import { tell, type Choice } from './messages';
import { openSetting, setting } from './settings';
import { hasNotifyCommand } from './hasNotifyCommand';
import { demandTrust } from './trust';

export interface NotifyCommandDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly shared: Pick<SharedAttention, 'claim'>;
  /** Runs a program to its end, without a shell. @throws HumanError when it fails, or cannot be started */
  run(words: readonly [string, ...string[]]): Promise<void>;
}

const day = 24 * 60 * 60 * 1000;

const settingsChoice: Choice = { title: 'Open Settings', run: () => openSetting('notify.command') };

/** Runs the person's own command for what they are to know while they are away. */
export class NotifyCommand {
  constructor(private readonly deps: NotifyCommandDeps) {}

  /** A failure is logged each time, and told once a day in one window for as long as the command is the same. */
  async tell(run: Run, effect: Effect): Promise<void> {
    const { logger, shared, clock } = this.deps;
    try {
      await this.#run(notifyVariables(run, effect, vscode.env.uriScheme));
    } catch (error) {
      const said = messageOf(error);
      logger.warn(`Notification command: ${said}`);
      const today = Math.floor(clock.now() / day);
      const detail = `${today} ${JSON.stringify(setting('notify.command'))}`;
      if (!shared.claim({ kind: 'command', about: 'failed', detail })) return;
      tell('error', `The notification command did not work. ${said}`, [settingsChoice]);
    }
  }

  /** Runs the command once with values of no run. @throws HumanError when it fails */
  async try(): Promise<void> {
    demandTrust();
    if (!hasNotifyCommand()) {
      tell('info', `There is no notification command: it is set in ${prefix}.notify.command.`, [
        settingsChoice,
      ]);
      return;
    }
    const [project = ''] = (vscode.workspace.workspaceFolders ?? []).map(({ name }) => name);
    await this.#run({
      ...{ title: 'A run to try with', question: 'Does this reach you?', runId: 'try', processId: 'try' },
      ...{
        project: visible(project),
        projectDir: visible(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''),
      },
      link: linkText(vscode.env.uriScheme, { runId: 'try', part: undefined }),
    });
    tell('info', 'The notification command ended without an error.');
  }

  async #run(variables: NotifyVariables): Promise<void> {
    // It may have been taken away, or the workspace be another one, since somebody asked.
    if (!hasNotifyCommand()) throw new HumanError('There is no notification command.');
    await this.deps.run(notifyCommand(setting('notify.command'), variables));
  }
}
