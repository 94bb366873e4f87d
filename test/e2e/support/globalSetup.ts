import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { ensureBrowser, ensureHostedVsCode } from '../../../scripts/lib/install.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of the extension, packed once for all tests from the sources as they are now. */
    vsix: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  // Now, and not while the first test's time is running.
  await ensureHostedVsCode();
  await ensureBrowser();
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/package.mjs']);
  project.provide('vsix', stdout.trim());
}
