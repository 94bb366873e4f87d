import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { knownOfEachOther } from './core/attention/knownRuns';
import { McpServer } from './core/agentTools/mcpServer';
import { runTool, type ToolRuns } from './core/agentTools/runTools';
import { agentToolNames } from './core/agentTools/toolTitles';
import { HumanError } from './core/errors';
import { compareRuns } from './core/run/run';
import { keyText } from './core/run/runKey';
import { atOnce } from './core/sliced';
import { putCopiesTogether } from './engines/babysitter/node/copies';
import { readReportSources } from './engines/babysitter/node/readReportSources';
import { leaveAgentDraft } from './node/agentDrafts';
import { defaultOptions, runsIn } from './wire/headless';
import type { ReadRun } from './wire/storeRuns';
import { whyStuck } from './wire/whyStuck';

// A server of the Model Context Protocol over standard input and output (docs/mcp.md). It reads the folders that it is
// told, each time anew, and writes nothing but drafts, where it is told a folder for them.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { drafts: { type: 'string' } },
});
const folders = positionals.map((path) => resolve(path));
const { drafts } = values;

function allRuns(): readonly ReadRun[] {
  const found = folders.flatMap((folder) => runsIn(folder)).toSorted((a, b) => compareRuns(a.run, b.run));
  const byKey = new Map(found.map((each) => [each.run.key, each]));
  return putCopiesTogether([...byKey.values()], ({ run }) => run).map(({ item }) => item);
}

/** The runs as they were read last: one call of a tool reads them once. */
let known: readonly ReadRun[] = [];

const runs: ToolRuns = {
  now: () => Date.now(),
  options: () => ({
    classify: { ...defaultOptions, known: knownOfEachOther(known) },
    metric: defaultOptions.metric,
  }),
  all: async () => (known = allRuns()),
  read: async ({ run }) => known.find((each) => each.run === run),
  sources: readReportSources,
  whyStuck: async ({ run, engine }, details) =>
    whyStuck({ run, engine, details }, known, Date.now(), runs.options().classify),
  inSlices: async (work) => atOnce(work),
  leaveDraft: async (run, effectId, text) => {
    if (drafts === undefined)
      throw new HumanError('This server was not told where drafts are left (--drafts).');
    leaveAgentDraft(resolve(drafts), { dir: keyText(run.key), effectId, text });
  },
};

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(join(__dirname, '..', 'package.json'), 'utf8'),
);
const server = new McpServer({
  version: manifest.version,
  tools: agentToolNames.filter((name) => name !== 'draft_answer' || drafts !== undefined),
  call: (name, input) => runTool(name, input, runs),
});

async function answer(line: string): Promise<void> {
  const text = await server.receive(line);
  if (text !== undefined) process.stdout.write(`${text}\n`);
}

if (folders.length === 0) {
  process.stderr.write('Name the folders whose runs are to be told: mcp.js <folder>… [--drafts <folder>]\n');
  process.exitCode = 2;
} else {
  let answered = Promise.resolve();
  process.stdout.on('error', () => process.exit());
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() === '') return;
    // One after the other, as each reads what the next may read anew.
    answered = answered.then(() => answer(line));
  });
}
