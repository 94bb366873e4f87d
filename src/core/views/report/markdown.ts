import type { Report } from './report';
import { linkTo } from './links';
import { figure } from './figures';
import type { Block, Cell } from './blocks';
import { reportTitle, sectionsByGroup } from './sections';

/**
 * The report as Markdown (GitHub's kind). Run text is escaped, so that it is text and never markup.
 * @param base leads from the folder the report lies in to the project: `../`; empty: it lies in the project
 */
export function toMarkdown(report: Report, base = ''): string {
  const { title, prompt, link } = report.run;
  return [
    `# ${escaped(title)}`,
    `${escaped(reportTitle(report))} · \`${code(report.run.runId)}\``,
    ...(link === undefined ? [] : [`[${escaped(link)}](<${link}>)`]),
    ...(prompt === undefined || prompt === title ? [] : [quoted(prompt)]),
    ...body(report, base),
  ]
    .join('\n\n')
    .concat('\n');
}

/** What is said of the iteration and of the run. */
function body(report: Report, base: string): readonly string[] {
  const groups = sectionsByGroup(report);
  const level = groups.length > 1 ? '###' : '##';
  return groups.flatMap(({ title, sections }) => [
    ...(groups.length > 1 ? [`## ${escaped(title)}`] : []),
    ...sections.flatMap((section) => [
      `${level} ${section.title}`,
      ...section.blocks.map((block) => toText(block, base, `${level}#`)).filter((text) => text !== ''),
    ]),
  ]);
}

/** @param level of a heading in a section: "###" */
function toText(block: Block, base: string, level: string): string {
  switch (block.kind) {
    case 'text':
      return escaped(block.text);
    case 'heading':
      return `${level} ${escaped(block.text)}`;
    case 'entries':
      return `**${escaped(block.name)}**\n\n${block.entries.map(entry).join('\n')}`;
    case 'list':
      return block.items.map((item) => `- ${cell(item, base)}`).join('\n');
    case 'facts':
      return block.rows.map(([name, value]) => `- **${escaped(name)}:** ${escaped(value)}`).join('\n');
    case 'table': {
      const rows = block.rows.map((row) => row.map((item) => cell(item, base)));
      return [block.head.map(escaped), block.head.map(() => '---'), ...rows]
        .map((row) => `| ${row.join(' | ')} |`)
        .join('\n');
    }
    case 'chart':
      // What the chart shows, for a format that draws none.
      return block.metrics
        .map(
          ({ key, series }) =>
            `${escaped(key)} by iteration: ${series.map(({ iteration, value }) => `${iteration}: ${figure(value)}`).join(', ')}`,
        )
        .join('\n\n');
    default:
      return block satisfies never;
  }
}

function cell(item: Cell, base: string): string {
  if (typeof item === 'string') return escaped(item);
  return `[${escaped(item.text)}](<${linkTo(item.link, base)}>)`;
}

/** Text on one line that Markdown reads as nothing but text. */
function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]()<>#+\-!|~&.:@]/g, (mark, at: number, whole: string) =>
      needsEscape(mark, at, whole) ? `\\${mark}` : mark,
    );
}

/** Marks that mean nothing inside a line stay as they are, so that the text can be read in the file, too. */
function needsEscape(mark: string, at: number, whole: string): boolean {
  if ('()'.includes(mark)) return false;
  if ('#+-'.includes(mark)) return at === 0;
  // "1. x" at the beginning is a list; "www.", "http:" and "a@b" become links by themselves.
  if (mark === '.')
    return (
      (/^\d+$/.test(whole.slice(0, at)) && !/\S/.test(whole.charAt(at + 1))) ||
      /www$/i.test(whole.slice(0, at))
    );
  if (mark === ':') return whole.startsWith('://', at);
  return true;
}

function code(text: string): string {
  return text.replace(/[`\s|]+/g, ' ');
}

/** Several lines as an item of a list, line for line. */
function entry(text: string): string {
  return `- ${text.split(/\r?\n/).map(escaped).filter(Boolean).join('  \n  ')}`;
}

/** Several lines as a quotation, line for line. */
function quoted(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => `> ${escaped(line)}`.trimEnd())
    .join('  \n');
}
