import * as vscode from 'vscode';
import { pickerTitle, type CommandId } from '../../core/commands';
import { CancelledError, NotNowError } from '../../core/errors';
import type { RunAgents } from '../../core/sessions/runAgents';
import type { AgentSessions, SessionState } from '../../core/sessions/agentSessions';
import { sessionLine } from '../../core/sessions/agentFact';
import { visible } from '../../core/format';
import type { SessionButton } from '../../core/views/page/sessionButtons';
import { isAtLeast } from '../../core/sessions/version';
import { mayReadAgents } from '../agentReading';
import { withoutIcons } from '../messages';
import { demandTrust } from '../trust';
import { copyText } from './copyText';
import { pick, type Targets } from './targets';

export interface SessionCommandDeps {
  readonly targets: Targets;
  readonly agents: RunAgents;
  readonly sessions: AgentSessions;
}

/** The session of an agent that works on a run: shown, resumed, copied. Nothing here writes into an agent's files. */
export function sessionCommands(deps: SessionCommandDeps) {
  const chosen = (argument: unknown, id: CommandId) => chooseSession(argument, pickerTitle(id), deps);
  const command = (id: SessionButton) => async (argument?: unknown) =>
    pressSession(await chosen(argument, id), id);
  return {
    'session.show': command('session.show'),
    'session.resume': command('session.resume'),
    'session.copyId': command('session.copyId'),
    'session.open': command('session.open'),
  };
}

/** Does what a button or a command says with a session. */
export async function pressSession(session: SessionState, button: SessionButton): Promise<void> {
  switch (button) {
    case 'session.show':
      return showSession(session);
    case 'session.resume':
      return resumeSession(session);
    case 'session.copyId':
      return copyText(session.id, 'The session id');
    case 'session.open':
      if (!/\.jsonl?$/.test(session.file)) throw new NotNowError('The session is kept in no file of text.');
      await vscode.window.showTextDocument(vscode.Uri.file(session.file), { preview: true });
      return;
    default:
      button satisfies never;
  }
}

/** The only session of a run, else the one that the person picks, the newest first. */
async function chooseSession(
  argument: unknown,
  title: string,
  { targets, agents, sessions }: SessionCommandDeps,
): Promise<SessionState> {
  const { stored } = await targets.run(argument, title);
  if (!mayReadAgents()) {
    throw new NotNowError(
      vscode.workspace.isTrusted
        ? 'Reading the sessions of agents is switched off (babysitterRuns.agentSessions.read).'
        : 'The workspace is not trusted, so nothing of the home folder is read.',
    );
  }
  const known = agents.of(stored.run.key);
  const states = known.length > 0 ? known : await sessions.look(stored.run);
  const [only] = states;
  if (!only)
    throw new NotNowError('No session of an agent was found for this run; it may no longer be kept.');
  if (states.length === 1) return only;
  const items = states.toReversed().map((state) => ({
    label: withoutIcons(visible(state.title ?? state.id)),
    description: withoutIcons(visible(sessionLine(state, Date.now()))),
    state,
  }));
  return (await pick(items, title, 'Choose a session')).state;
}

/** In the agent's own extension, where that is installed and shows a session; else in a terminal. */
async function showSession(session: SessionState): Promise<void> {
  const { extension } = session.agent;
  const installed = extension?.certain === true ? vscode.extensions.getExtension(extension.id) : undefined;
  const version: unknown = installed?.packageJSON?.version;
  if (extension && typeof version === 'string' && isAtLeast(version, extension.version)) {
    const uri = vscode.Uri.parse(`${vscode.env.uriScheme}://${extension.path(session.id)}`);
    await vscode.env.openExternal(uri);
    return;
  }
  const terminal = session.living ? terminalOf(session) : undefined;
  if (terminal) return terminal.show();
  await resumeSession(session);
}

/** The terminal of this window in which a session was resumed from here. */
function terminalOf({ id }: SessionState): vscode.Terminal | undefined {
  return vscode.window.terminals.find(({ creationOptions }) => creationOptions.name?.endsWith(` ${id}`));
}

/** Two processes would write the same file, so that is asked about first. */
async function resumeSession(session: SessionState): Promise<void> {
  demandTrust();
  const { agent, id, cwd, living } = session;
  if (living) {
    const anyway = 'Resume Anyway';
    const asked = await vscode.window.showWarningMessage(
      `${agent.name} is still at work on this session in another place.`,
      { modal: true, detail: 'Two processes that write one session may damage it.' },
      anyway,
    );
    if (asked !== anyway) throw new CancelledError();
  }
  const terminal = vscode.window.createTerminal({
    name: `${agent.name} ${id}`,
    ...(cwd !== undefined && (await isFolder(cwd)) ? { cwd } : {}),
  });
  terminal.show();
  // An id holds nothing that a shell would read as its own.
  terminal.sendText(agent.resume(id).join(' '));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(path));
    return type === vscode.FileType.Directory;
  } catch {
    return false;
  }
}
