/** What readers of settings need of their table, whose descriptions are for the manifest alone and carried by no program. */
export const settingNumbers = {
  /** In seconds. */
  activityWindow: { default: 120, minimum: 1 },
  pageSize: { default: 100, minimum: 10, maximum: 1000 },
} as const;
