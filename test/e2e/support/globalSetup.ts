import type { TestProject } from 'vitest/node';
import { ensureBrowser, ensureHostedVsCode } from '../../../scripts/lib/install.mjs';
import { ensureVsix } from '../../../scripts/package.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of the extension, packed from the sources as they are now. */
    vsix: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  // Now, and not while the first test's time is running.
  await ensureHostedVsCode();
  await ensureBrowser();
  project.provide('vsix', await ensureVsix());
}
