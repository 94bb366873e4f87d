import { toCsv } from './csv';
import { toHtml } from './html';
import { toMarkdown } from './markdown';
import type { Report } from './report';

/** What a report can be written as, the file extension first. */
export const reportFormats = ['md', 'html', 'json', 'csv'] as const;

export type ReportFormat = (typeof reportFormats)[number];

/**
 * Writes a report.
 * @param base leads from the folder the report will lie in to the project, for links to artefacts
 */
export function writeReport(report: Report, format: ReportFormat, base = ''): string {
  switch (format) {
    case 'md':
      return toMarkdown(report, base);
    case 'html':
      return toHtml(report, base);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'csv':
      return toCsv(report);
    default:
      return format satisfies never;
  }
}
