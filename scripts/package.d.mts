/** What the VSIX is made from: files and folders, relative to the root. */
export const vsixInputs: readonly string[];

/**
 * Builds, packs and checks the extension, unless the file at hand was made from the same contents. Gives the absolute path
 * of the VSIX; throws a `Failure` if it cannot be packed or is not what it should be.
 */
export function ensureVsix(): Promise<string>;
