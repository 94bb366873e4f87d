import { join } from 'node:path';

/**
 * The variables that make the engine write below this folder instead of the person's own ~/.a5c, and the sessions of
 * agents be looked for there.
 * @param {string} home
 * @returns {Record<string, string>}
 */
export function engineHome(home) {
  return { HOME: home, USERPROFILE: home, ...engineFolders(home) };
}

/**
 * The same without HOME, for a program that has more to find at home than the engine's files.
 * @param {string} home
 * @returns {Record<string, string>}
 */
export function engineFolders(home) {
  const state = join(home, '.a5c');
  return {
    BABYSITTER_LOG_DIR: join(state, 'logs'),
    BABYSITTER_STATE_DIR: join(state, 'state'),
    BABYSITTER_GLOBAL_STATE_DIR: state,
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    CODEX_HOME: join(home, '.codex'),
    GEMINI_CLI_HOME: home,
    COPILOT_HOME: join(home, '.copilot'),
  };
}
