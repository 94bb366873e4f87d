/** Below the extension's storage: where agents outside leave drafts. */
export const agentDraftsFolder = 'agentDrafts';
