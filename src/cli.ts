import { babysitterEngine } from './engines/babysitter/core/babysitterEngine';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { oneLine, visible } from './core/format';
import { moment } from './core/moments';
import { HumanError } from './core/errors';
import { reportFormats, writeReport, type ReportFormat } from './core/views/report/formats';
import { toReport } from './core/views/report/toReport';
import { secretsIn } from './core/run/secrets';
import { putCopiesTogether } from './engines/babysitter/node/copies';
import { isSegment, parseTime } from './core/run/lenient';
import type { Run } from './core/run/run';
import { toRunEntry, toShownEntry, type RunEntry } from './core/run/runEntry';
import type { KnownOfRuns } from './core/run/judgement';
import { knownOfEachOther } from './core/attention/knownRuns';
import { openRun } from './core/views/tree/buildTree';
import { atOnce } from './core/sliced';
import { listRuns, looksLikeRun } from './engines/babysitter/node/findRuns';
import { babysitter } from './engines/babysitter/core/babysitterRun';
import { RunDirectory } from './engines/babysitter/node/runDirectory';
import { runLinks } from './engines/babysitter/node/runLinks';
import { taskPrompts } from './engines/babysitter/node/taskPrompts';
import { readReportSources } from './engines/babysitter/node/readReportSources';
import { codeOf, realPath, whyNotRead } from './node/safeFile';
import { defaultOptions as options, noDetails, readRun, runsIn } from './wire/headless';
import { namesStore, storeRunAt, storeRunsIn, type ReadRun } from './wire/storeRuns';
import { RunSessions } from './node/sessions/runSessions';
import { agentStores } from './agents/agentStores';
import { loadPrices, type Pricer } from './core/sessions/prices';
import type { SessionReport } from './core/sessions/agentSessions';
import { toRunWork, type RunWork } from './core/sessions/runWork';
import { toSessionNumbers } from './core/sessions/sessionNumbers';
import { toSessionEntry } from './core/sessions/sessionEntry';

const usage = `Usage:
  runs list <dir> [--json] [--now ISO]      the runs of a workspace, runs directory or store, newest first
  runs show <runDir> [--json] [--now ISO] [--sessions [--costs]]
                                            one run with its tasks; with --sessions also what agents did for it, which
                                            alone reads the agents' files in the home folder; with --costs also what
                                            that would cost at list prices
  runs report <runDir> [--iteration n] [--format md|html|json|csv] [--now ISO] [--sessions [--costs]]
                                            a report of a run or of one iteration, as Markdown unless told otherwise;
                                            with --sessions also how much agents did for it, in numbers, and with
                                            --costs what that would cost at list prices`;

/** How agents' sessions are read. */
interface Agents {
  /** `undefined`: costs are not estimated. */
  readonly pricer: Pricer | undefined;
}

const commands = 'the commands are list, show and report';

/** A call that cannot be carried out: exit code 2 and one sentence on standard error. */
class WrongCall extends Error {}

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [command, dir, ...rest] = positionals;
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  if (command === undefined) throw new WrongCall(`There is no command; ${commands}.`);
  if (rest.length > 0) throw new WrongCall(`There is one argument too many: "${rest[0]}".`);
  const now = values.now === undefined ? Date.now() : parseTime(values.now);
  if (Number.isNaN(now))
    throw new WrongCall(`"${values.now}" is not a time; --now takes one like 2026-01-31T12:00:00Z.`);
  const { sessions = false, costs = false } = values;
  if (costs && !sessions) throw new WrongCall('--costs tells what sessions cost; it needs --sessions.');
  const agents = sessions ? { pricer: costs ? await loadPrices() : undefined } : undefined;
  switch (command) {
    case 'list':
      return print(list(folder(command, dir), now), values.json, (entries) => table(entries, now));
    case 'show':
      return print(show(folder(command, dir), now, agents), values.json, description);
    case 'report':
      process.stdout.write(report(folder(command, dir), now, agents, formatOf(values), iterationOf(values)));
      return;
    default:
      throw new WrongCall(`There is no command "${command}"; ${commands}.`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        now: { type: 'string' },
        format: { type: 'string' },
        iteration: { type: 'string' },
        sessions: { type: 'boolean' },
        costs: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    // parseArgs explains in several sentences; the first one says what is wrong.
    throw new WrongCall(`${String((error as Error).message).split('. ')[0]}.`);
  }
}

function folder(command: string, dir: string | undefined): string {
  if (dir === undefined) throw new WrongCall(`"${command}" needs a folder.`);
  const path = resolve(dir);
  if (namesStore(path)) return path;
  try {
    readdirSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new WrongCall(`There is no folder ${path}.`);
    // A run that cannot be opened is shown as such; of a folder of runs there is nothing to show.
    if (command === 'list') throw new WrongCall(`${path} ${whyNotRead(error)}.`);
  }
  return path;
}

function list(dir: string, now: number): readonly RunEntry[] {
  const found = runsIn(dir);
  const known = knownOfEachOther(found);
  return putCopiesTogether(found, ({ run }) => run).map(({ item, copies }) => ({
    ...entryOf(item, now, known),
    ...(copies.length === 0 ? {} : { copies }),
  }));
}

/** One run must not keep the others from being listed, whatever is in it. */
function entryOf({ run, details, engine }: ReadRun, now: number, known: KnownOfRuns): RunEntry {
  try {
    return toRunEntry(run, details, now, { ...options, known, engine });
  } catch (error) {
    const unreadable = new RunDirectory(run.location, '').unreadable(error);
    return toRunEntry(unreadable, noDetails, now, { ...options, engine: babysitterEngine });
  }
}

function show(dir: string, now: number, agents?: Agents) {
  const { run, details, engine } = runIn(dir);
  const sessions = agents && sessionsOf(run, now, agents);
  const known = knownOfEachOther(beside(run));
  const facts = sessions ? { ...options, known, sessions: () => sessions } : { ...options, known };
  const secrets = secretsIn(readReportSources(run).runJson ?? '');
  return {
    ...toShownEntry(run, details, now, { ...facts, engine }, secrets),
    ...(sessions && { sessions: sessions.map(toSessionEntry) }),
  };
}

/** The runs that are kept in one place with a run, read when they are asked for. */
function beside({ engine, place }: Run): Iterable<{ readonly run: Run }> {
  return {
    *[Symbol.iterator]() {
      if (engine !== babysitter) return yield* storeRunsIn(place);
      const root = realPath(place) ?? place;
      for (const path of atOnce(listRuns(place))) {
        const run = atOnce(new RunDirectory(path, root).read());
        if (run) yield { run };
      }
    },
  };
}

function workOf(run: Run, now: number, agents: Agents): RunWork | undefined {
  const read = sessionsOf(run, now, agents).filter(({ unread }) => !unread);
  return toRunWork(read.map(toSessionNumbers), run);
}

/** What the agents that worked on a run did, by the files in the home folder. */
function sessionsOf(run: Run, now: number, { pricer }: Agents): readonly SessionReport[] {
  // Only runs of Babysitter are known to be worked on by agents.
  if (run.engine !== babysitter) return [];
  const { env } = process;
  const links = atOnce(
    runLinks(run, env, (runId) => {
      const other = join(run.place, runId);
      return isSegment(runId) && looksLikeRun(other) ? readRun(other, run.place)?.run : undefined;
    }),
  );
  const reading = { ...options, now, pricer, promptOf: taskPrompts(run), beforeReading: () => {} };
  return atOnce(new RunSessions(agentStores(env)).read(run, links, reading));
}

function runIn(dir: string): ReadRun {
  const stored = storeRunAt(dir);
  if (stored) return stored;
  const found = looksLikeRun(dir) ? readRun(dir, realPath(dir) ?? dir) : undefined;
  if (!found) throw new WrongCall(`${dir} is no run: it holds neither run.json nor journal/.`);
  return found;
}

function report(
  dir: string,
  now: number,
  agents: Agents | undefined,
  format: ReportFormat,
  iteration: number | undefined,
): string {
  const found = runIn(dir);
  try {
    const opened = openRun(found.run, found.details, options.metric);
    const { run } = found;
    const work = agents && workOf(run, now, agents);
    const sources = { ...readReportSources(run), work };
    return writeReport(
      toReport(opened, sources, {
        now,
        engine: found.engine,
        classify: options,
        metric: options.metric,
        iteration,
        linkScheme: 'vscode',
      }),
      format,
    );
  } catch (error) {
    if (error instanceof HumanError) throw new WrongCall(error.message);
    throw error;
  }
}

function formatOf({
  format,
  json,
}: {
  format?: string | undefined;
  json?: boolean | undefined;
}): ReportFormat {
  const name = format ?? (json ? 'json' : 'md');
  const known = reportFormats.find((other) => other === name);
  if (known === undefined) {
    throw new WrongCall(`"${name}" is no format; --format takes ${reportFormats.join(', ')}.`);
  }
  return known;
}

function iterationOf({ iteration }: { iteration?: string | undefined }): number | undefined {
  if (iteration === undefined) return undefined;
  const n = /^\d+$/.test(iteration) ? Number(iteration) : Number.NaN;
  if (!Number.isSafeInteger(n))
    throw new WrongCall(`"${iteration}" is no iteration; --iteration takes a number.`);
  return n;
}

function print<T>(value: T, json: boolean | undefined, toText: (value: T) => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : toText(value)}\n`);
}

function table(entries: readonly RunEntry[], now: number): string {
  if (entries.length === 0) return 'No runs.';
  return entries
    .map((entry) => {
      const age = moment(Date.parse(entry.updatedAt), now);
      return [
        entry.state.padEnd(10),
        oneVisible(entry.runId),
        age.padStart(10),
        oneVisible(entry.title),
      ].join('  ');
    })
    .join('\n');
}

function description(entry: ReturnType<typeof show>): string {
  return [
    ...[entry.title, entry.reason, entry.dir].map(oneVisible),
    ...entry.tasks.map(
      ({ status, kind, title }) =>
        `  ${status.padEnd(9)}  ${oneVisible(kind).padEnd(10)}  ${oneVisible(title)}`,
    ),
    ...(entry.sessions ?? []).map((session) => `  ${session.agent}: ${session.now.text}`),
    ...entry.problems.map((problem) => `  problem: ${oneVisible(problem)}`),
  ].join('\n');
}

/** Run text on one line of a terminal, which must not obey it. Names of folders are run text too. */
function oneVisible(text: string): string {
  return oneLine(visible(text));
}

// Whoever reads may stop early ("runs list . | head").
process.stdout.on('error', (error) => {
  if (codeOf(error) !== 'EPIPE') throw error;
});

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof WrongCall)) throw error;
  process.stderr.write(`${oneVisible(error.message)}\n`);
  process.exitCode = 2;
});
