import type { AgentStore } from '../node/sessions/agentStore';
import { ClaudeStore } from './claude/node/claudeStore';
import { CodexStore } from './codex/node/codexStore';
import { CopilotStore } from './copilot/node/copilotStore';
import { CursorStore } from './cursor/node/cursorStore';
import { GeminiStore } from './gemini/node/geminiStore';
import { OpenCodeStore } from './opencode/node/opencodeStore';

/** The stores of all agents whose sessions are known; of some they are found, and not read. */
export function agentStores(env: NodeJS.ProcessEnv): readonly AgentStore[] {
  return [
    ...[new ClaudeStore(env), new CodexStore(env), new GeminiStore(env), new CopilotStore(env)],
    ...[new OpenCodeStore(env), new CursorStore()],
  ];
}
