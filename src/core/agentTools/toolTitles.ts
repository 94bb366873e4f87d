/** What each tool for agents is called: all that is needed of them before one is used. */
export const toolTitles = {
  list_runs: 'List Runs',
  show_run: 'Show a Run',
  why_stuck: 'Why Is a Run Stuck',
  report_run: 'Report a Run',
  draft_answer: 'Draft an Answer',
} as const;

export type AgentToolName = keyof typeof toolTitles;

export const agentToolNames = Object.keys(toolTitles) as readonly AgentToolName[];
