import type { AgentStore } from '../node/sessions/agentStore';
import { ClaudeStore } from './claude/node/claudeStore';
import { CodexStore } from './codex/node/codexStore';
import { CopilotStore } from './copilot/node/copilotStore';
import { GeminiStore } from './gemini/node/geminiStore';

/** The stores of all agents whose sessions are read. */
export function agentStores(env: NodeJS.ProcessEnv): readonly AgentStore[] {
  return [new ClaudeStore(env), new CodexStore(env), new GeminiStore(env), new CopilotStore(env)];
}
