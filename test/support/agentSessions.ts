import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentStores } from '../../src/agents/agentStores';
import { ClaudeStore } from '../../src/agents/claude/node/claudeStore';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import type { Run } from '../../src/core/run/run';
import type { SessionReport, SessionState } from '../../src/core/sessions/agentSessions';
import { atOnce } from '../../src/core/sliced';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { runLinks } from '../../src/engines/babysitter/node/runLinks';
import { taskPrompts } from '../../src/engines/babysitter/node/taskPrompts';
import type { RecordedProcess } from '../../src/node/sameProcess';
import { realPath } from '../../src/node/safeFile';
import { RunSessions } from '../../src/node/sessions/runSessions';

/** The home folder and the project of the sessions that are kept as fixtures. */
export const sessionFixtures = fileURLToPath(new URL('../fixtures/sessions', import.meta.url));

/** The variables by which everything is looked for below a home folder. */
export function homeVariables(home: string): NodeJS.ProcessEnv {
  return {
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    CODEX_HOME: join(home, '.codex'),
    GEMINI_CLI_HOME: home,
    COPILOT_HOME: join(home, '.copilot'),
    BABYSITTER_STATE_DIR: join(home, '.a5c/state'),
  };
}

/** Reads a run's folder. */
export function readRun(dir: string): Run {
  const run = atOnce(new RunDirectory(dir, realPath(dir) ?? dir).read());
  if (!run) throw new Error(`${dir} is no run.`);
  return run;
}

/** The sessions of one home folder, read at a moment. */
export class SessionsAt {
  readonly #env: NodeJS.ProcessEnv;
  readonly #sessions: RunSessions;

  /** @param living whether a process that was written down lives; `undefined`: none does */
  constructor(home: string, living: (recorded: RecordedProcess) => boolean = () => false) {
    this.#env = homeVariables(home);
    this.#sessions = new RunSessions(
      agentStores(this.#env).map((store) =>
        store instanceof ClaudeStore ? new ClaudeStore(this.#env, living) : store,
      ),
    );
  }

  read(run: Run, now: string): readonly SessionReport[] {
    const options = { ...this.#options(now), promptOf: taskPrompts(run), beforeReading: () => {} };
    return atOnce(this.#sessions.read(run, this.#links(run), options));
  }

  look(run: Run, now: string): readonly SessionState[] {
    return atOnce(this.#sessions.look(run, this.#links(run), this.#options(now)));
  }

  #links(run: Run) {
    return atOnce(runLinks(run, this.#env, () => undefined));
  }

  #options(now: string) {
    return { now: Date.parse(now), activityWindow: defaultActivityWindow };
  }
}
