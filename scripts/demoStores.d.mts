/** Makes jobs of Perstack, runs of Themis and runs of Daystrom in a workspace. */
export function makeStores(workspace: string): Promise<void>;
