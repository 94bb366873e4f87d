/**
 * All that is loaded only when it is wanted. Whatever else the extension imports is read as its window starts; how much that
 * is, `npm run package` says and holds to a limit.
 */
export const later = {
  /** Commands and pages: with the first click, or a moment after the first rows. */
  work: () => import('./work'),
  /** The stores of other engines, and how their runs are read and judged: when stores are first looked for. */
  stores: () => import('./stores'),
  /** Sessions of agents: when those of a run are first asked for. */
  agentSessions: () => import('./agentSessions'),
};
