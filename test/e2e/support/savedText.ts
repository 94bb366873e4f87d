import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** The text of a file that VS Code saves, once it is there whole: a file is there before there is something in it. */
export async function savedText(path: string, whole: RegExp): Promise<string> {
  const text = (): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  await expect.poll(text).toMatch(whole);
  return text();
}
