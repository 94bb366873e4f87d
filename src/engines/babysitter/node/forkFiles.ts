import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ForkFiles } from '../core/fork/forker';
import type { RecordedTask } from '../core/fork/recordedTask';
import type { Run } from '../../../core/run/run';
import { fileInside, readAnswer, readAnswers } from './recordedTasks';
import { RunDirectory } from './runDirectory';
import { realPath } from '../../../node/safeFile';
import { inSlices } from '../../../node/slices';

/** The files of runs on disk, for making one run from another. */
export class ForkFolder implements ForkFiles {
  async answer(dir: string, effectId: string): Promise<RecordedTask | undefined> {
    const real = realPath(dir);
    return real === undefined ? undefined : readAnswer(real, effectId);
  }

  async answers(dir: string): Promise<readonly RecordedTask[]> {
    const real = realPath(dir);
    if (real === undefined) return [];
    return [...(await inSlices(readAnswers(real))).answers.values()];
  }

  inputsFile(dir: string): string | undefined {
    const real = realPath(dir);
    return real === undefined ? undefined : fileInside(real, 'inputs.json');
  }

  places(dir: string, importPath: string): { readonly runsDir: string; readonly entry: string } {
    return { runsDir: dirname(dir), entry: resolve(dir, importPath) };
  }

  changedAt(path: string): number | undefined {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  }

  sibling(dir: string, runId: string): { readonly dir: string; read(): Promise<Run | undefined> } {
    const sibling = join(dirname(dir), runId);
    const directory = new RunDirectory(sibling, realPath(dirname(dir)) ?? dirname(dir));
    return { dir: sibling, read: () => inSlices(directory.read()) };
  }
}
