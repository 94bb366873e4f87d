import { homedir } from 'node:os';
import type { ReportSources } from '../../../core/views/report/report';
import { parseJson } from '../../../core/run/lenient';
import type { Run } from '../../../core/run/run';
import { projectFiles } from './projectFiles';
import { fileLimits, readTextInside, realPath } from '../../../node/safeFile';

/** Reads what a report needs besides the run's events and tasks. What cannot be read counts as not there. */
export function readReportSources(run: Run): ReportSources {
  const real = realPath(run.location);
  const read = (file: string): string | undefined => {
    const found = real === undefined ? undefined : readTextInside(real, file, fileLimits.task);
    return found && 'text' in found ? found.text : undefined;
  };
  const inputs = parseJson(read('inputs.json') ?? '');
  return {
    runJson: read('run.json'),
    inputs: 'value' in inputs ? inputs.value : undefined,
    home: homedir(),
    findFile: projectFiles(run.projectDir, run.location),
  };
}
