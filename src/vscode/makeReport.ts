import * as vscode from 'vscode';
import type { RunEngine } from '../core/engine/runEngine';
import type { Report, ReportSources } from '../core/views/report/report';
import { reporting } from '../core/views/report/toReport';
import type { Run } from '../core/run/run';
import type { Sliced } from '../core/sliced';
import type { OpenedRun } from '../core/views/tree/buildTree';
import { classifyOptions, metricChoice } from './settings';

/** What a report needs besides the run's events and tasks. */
export type ReadSources = (run: Run) => ReportSources;

/**
 * The report of a run, or of one of its iterations, by the person's settings.
 * @throws HumanError when the run has no such iteration
 */
export function makeReport(
  opened: OpenedRun,
  engine: RunEngine,
  sources: ReportSources,
  iteration: number | undefined,
): Sliced<Report> {
  return reporting(opened, sources, {
    now: Date.now(),
    engine,
    classify: classifyOptions(),
    metric: metricChoice(),
    iteration,
    linkScheme: vscode.env.uriScheme,
  });
}
