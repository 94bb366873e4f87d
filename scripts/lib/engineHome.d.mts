/** The variables that make the engine write below this folder instead of the person's own ~/.a5c. */
export function engineHome(home: string): Record<string, string>;

/** The same without HOME, for a program that has more to find at home than the engine's files. */
export function engineFolders(home: string): Record<string, string>;
