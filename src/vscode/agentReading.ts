import * as vscode from 'vscode';
import { prefix } from '../core/contract';
import { setting } from './settings';
import { tell } from './messages';

/** Where it is kept that the person was told. */
const toldKey = 'agentSessions.told';

/** Whether what agents keep in the home folder may be read: the person can switch it off, and trusts the workspace. */
export function mayReadAgents(): boolean {
  return vscode.workspace.isTrusted && setting('agentSessions.read') === 'on';
}

/** Whether what agents did is to be priced, as an estimate. */
export function wantsCosts(): boolean {
  return setting('agentSessions.cost') === 'estimate';
}

/** Tells, once and before the first reading, what is read and how to switch it off. */
export function tellOfReading(memory: vscode.Memento): void {
  if (memory.get<boolean>(toldKey) === true) return;
  void memory.update(toldKey, true);
  tell(
    'info',
    'Babysitter Runs reads the transcripts of the agents that work on your runs, in your home folder, to show what they do. Nothing is copied, changed or sent anywhere.',
    [
      {
        title: 'Turn Off',
        run: async () =>
          vscode.workspace
            .getConfiguration(prefix)
            .update('agentSessions.read', 'off', vscode.ConfigurationTarget.Global),
      },
    ],
  );
}
