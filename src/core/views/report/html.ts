import MarkdownIt from 'markdown-it';
import { commandTitle } from '../../commands';
import { linkTo } from './links';
import { chartLegend, metricChart, svgText } from './metricChart';
import type { Report } from './report';
import type { Block, Cell } from './blocks';
import { reportTitle, sectionsByGroup, type Section } from './sections';

// Run text: no HTML, no images (they would load from the network), no links that are made by themselves.
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');
// A relative link would lead to wherever the report was saved.
markdown.validateLink = (url) => /^(?:https?|mailto):/i.test(url);
markdown.core.ruler.push('fit_into_report', ({ tokens }) => {
  for (const token of tokens) {
    // Headings go below those of the report, so that its outline stays whole.
    if (token.type.startsWith('heading_')) token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 4)}`;
    for (const child of token.children ?? []) {
      if (child.type === 'link_open') child.attrSet('rel', 'noreferrer noopener');
    }
  }
});
const { escapeHtml } = markdown.utils;

/**
 * The report as one HTML file that needs nothing else: no script, no font, no network. It prints, and is light or dark
 * as its reader is.
 * @param base leads from the folder the report lies in to the project: `../`; empty: it lies in the project
 */
export function toHtml(report: Report, base = ''): string {
  const { title, prompt, runId, link } = report.run;
  const groups = sectionsByGroup(report);
  const contents = groups.map(
    ({ title: name, sections }) =>
      `<li>${escapeHtml(name)}<ul>${sections.map(({ id, title: heading }) => `<li><a href="#${id}">${heading}</a></li>`).join('')}</ul></li>`,
  );
  const parts = groups.map(
    ({ title: name, sections }) =>
      `<h2>${escapeHtml(name)}</h2>\n${sections.map((section) => toPart(section, base)).join('\n')}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(`${reportTitle(report)}: ${title}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1 dir="auto">${escapeHtml(title)}</h1>
<p class="quiet">${escapeHtml(reportTitle(report))} · <code>${escapeHtml(runId)}</code>${link === undefined ? '' : ` · <a href="${escapeHtml(link)}">${commandTitle('run.open')}</a>`}</p>
${prompt === undefined || prompt === title ? '' : `<blockquote>${markdown.render(prompt)}</blockquote>`}
</header>
<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>
${parts.join('\n')}
</main>
</body>
</html>
`;
}

function toPart({ id, title, blocks }: Section, base: string): string {
  const body = blocks.map((block) => toElement(block, base, title)).join('\n');
  return `<section aria-labelledby="${id}">\n<h3 id="${id}">${escapeHtml(title)}</h3>\n${body}\n</section>`;
}

function toElement(block: Block, base: string, caption: string): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'heading':
      return `<h4 dir="auto">${escapeHtml(block.text)}</h4>`;
    case 'entries':
      return `<p class="quiet">${escapeHtml(block.name)}</p><ul>${block.entries.map((text) => `<li dir="auto">${markdown.render(text)}</li>`).join('')}</ul>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${cell(item, base)}</li>`).join('')}</ul>`;
    case 'facts':
      return `<dl>${block.rows.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd dir="auto">${escapeHtml(value)}</dd></div>`).join('')}</dl>`;
    case 'table': {
      const head = block.head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
      const rows = block.rows.map(
        (row) =>
          `<tr${rowClass(row)}>${row.map((item) => `<td dir="auto"${cellClass(item)}>${cell(item, base)}</td>`).join('')}</tr>`,
      );
      // What is wider than the page can be scrolled with the keyboard, too.
      return `<div class="wide" tabindex="0" role="region" aria-label="${escapeHtml(`Table: ${caption}`)}"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
    }
    case 'chart': {
      const { metrics, iteration, named } = block;
      const chart = svgText(metricChart(metrics, iteration, named), escapeHtml);
      return `<figure>${chart}<figcaption>${escapeHtml(chartLegend(metrics, iteration, named))}</figcaption></figure>`;
    }
    default:
      return block satisfies never;
  }
}

function rowClass(row: readonly Cell[]): string {
  return row.some((item) => typeof item === 'string' && item.startsWith('✗ ')) ? ' class="failed"' : '';
}

/** A short text, such as a moment, stays on one line. */
function cellClass(item: Cell): string {
  return (typeof item === 'string' ? item : item.text).length > longestOnOneLine ? '' : ' class="short"';
}

/** In characters: a moment is shorter. */
const longestOnOneLine = 24;

function cell(item: Cell, base: string): string {
  if (typeof item === 'string') return escapeHtml(item);
  return `<a href="${escapeHtml(linkTo(item.link, base))}">${escapeHtml(item.text)}</a>`;
}

const style = `
:root{color-scheme:light dark;--text:#1f2328;--quiet:#57606a;--back:#fff;--line:#d0d7de;--band:#f6f8fa;--accent:#0550ae;--bad:#a40e26;--good:#1a7f37;--s1:#953800;--s3:#8250df}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--quiet:#9da7b3;--back:#0d1117;--line:#3d444d;--band:#161b22;--accent:#79c0ff;--bad:#ff9492;--good:#56d364;--s1:#ffa657;--s3:#d2a8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.35rem;margin:2.25rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1.1rem;margin:1.5rem 0 .4rem}
h4,h5,h6{font-size:.95rem;margin:1rem 0 .25rem}
nav>ul{display:flex;flex-wrap:wrap;gap:0 2.5rem;padding:0;list-style:none}
nav ul ul{padding-left:1rem}
li>p{margin:.15rem 0}
a{color:var(--accent)}
.quiet,figcaption{color:var(--quiet)}
figcaption{font-size:.85rem}
figure{margin:1rem 0;break-inside:avoid}
blockquote{margin:1rem 0;padding:0 1rem;border-left:3px solid var(--line);color:var(--quiet)}
code,pre{font:.88em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--band);border-radius:4px}
code{padding:.1em .3em}
pre{padding:.75rem;white-space:pre-wrap}
pre code{padding:0;background:none;font-size:1em}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.5rem 1.5rem;margin:.5rem 0}
dt{color:var(--quiet);font-size:.85rem}
dd{margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:break-word;min-width:3.5rem}
th{background:var(--band)}
td.short{white-space:nowrap}
tr.failed td{color:var(--bad)}
.said{border-left:3px solid var(--line);padding-left:1rem}
.chart{width:100%;max-width:42rem;height:auto}
.chart text{font:12px system-ui,sans-serif;fill:var(--quiet)}
.chart .value,.chart .name{fill:var(--text);paint-order:stroke;stroke:var(--back);stroke-width:4px}
.chart .frame{stroke:var(--line)}
.chart .grid{stroke:var(--line);stroke-opacity:.6}
.chart .s0{--series:var(--accent)}
.chart .s1{--series:var(--s1)}
.chart .s2{--series:var(--good)}
.chart .s3{--series:var(--s3)}
.chart .s4{--series:var(--bad)}
.chart .s5{--series:var(--quiet)}
.chart .line{fill:none;stroke:var(--series);stroke-width:2}
.chart .mark{fill:var(--back);stroke:var(--series);stroke-width:2}
.chart .best .mark{fill:var(--series)}
.chart .hit{fill:none}
.chart .focus{fill:none;stroke:var(--text)}
.chart .target{stroke:var(--series);stroke-width:1.5;stroke-opacity:.8}
@page{margin:16mm 14mm}
@media print{:root{--text:#000;--quiet:#444;--back:#fff;--line:#bbb;--band:#f3f3f3;--accent:#003e8a;--bad:#8a0015;--good:#0b5d23;--s1:#7a2e00;--s3:#5b2fa8}body{font-size:10.5pt}main{max-width:none;padding:0}h2,h3,h4{break-after:avoid}p,tr,li,dl>div{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}table{font-size:9pt}th,td{padding:.2rem .4rem;min-width:0}nav ul ul{display:flex;flex-wrap:wrap;gap:0 1rem;padding:0;list-style:none}a{color:inherit}a[href^=http]::after{content:" (" attr(href) ")"}}
`;
