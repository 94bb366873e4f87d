// Makes stores of other engines for measurements, as their programs write them: `node scripts/lib/storeTrees.mjs FOLDER [--small]`.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PerstackJob } from './perstackJob.mjs';
import { progress, runMain } from './run.mjs';
import { hasSqlite, makeThemisRun, writeThemisDatabase, writeThemisFiles } from './themisRun.mjs';

/** Change it with what is written below: stores of another version are made anew. */
const version = 2;
const firstStart = Date.parse('2025-06-01T08:00:00.000Z');
const betweenRuns = 600_000;

/** By name: where in the folder of all of them, how many runs, how many in small, and what makes it. */
const stores = {
  perstack: { path: 'perstack-jobs/perstack/jobs', runs: 1000, small: 4, make: perstackJobs },
  sqlite: { path: 'themis-sqlite/themis.sqlite3', runs: 8000, small: 8, make: themisDatabase },
  jsonl: { path: 'themis-jsonl', runs: 1000, small: 4, make: themisFiles },
};

/** @param {string} jobs @param {number} runs */
function perstackJobs(jobs, runs) {
  const page = 'The price list of the season, with what changed and what is to be asked. '.repeat(30);
  for (let i = 0; i < runs; i += 1) {
    const at = firstStart + i * betweenRuns;
    const job = new PerstackJob({ jobs, id: `job-${i}`, expert: `importer-${i % 5}`, at });
    job.start(`Import price list ${i}`);
    for (let step = 1; step < 20; step += 1) {
      const args = { path: `lists/${step}.csv` };
      job.tools([{ tool: 'readTextFile', args, result: `${step}: ${page}` }], {
        limit: i % 50 === 7 && step === 19,
      });
    }
    if (i % 50 === 0) job.ask('Which currency do the prices have?', ['EUR', 'USD']);
    else if (i % 50 !== 7) job.complete('The prices are imported.');
  }
}

/** @param {string} file @param {number} runs */
function themisDatabase(file, runs) {
  return writeThemisDatabase(file, themisRuns(runs));
}

/** @param {string} store @param {number} runs */
function themisFiles(store, runs) {
  for (const [i, run] of [...themisRuns(runs)].entries()) {
    writeThemisFiles(store, run);
    // Written at once, many would be of the same moment, which tells no order.
    const at = new Date(firstStart + i * betweenRuns);
    utimesSync(join(store, 'runs', run.runId, 'snapshot.json'), at, at);
  }
}

/** @param {number} runs */
function* themisRuns(runs) {
  const long = 'A customer asks for something that stands in no list, in many words. '.repeat(6);
  const cases = Array.from({ length: 5 }, (_, i) => ({
    id: `case-${i}`,
    input: `${long}${i}`,
    expected: `answer ${i}`,
  }));
  for (let i = 0; i < runs; i += 1) {
    const done = Object.fromEntries(
      cases.map(({ id, expected, input }, n) => {
        const judged = {
          prompt: `Judge this.\n${input}`,
          response: `It is ${n > 1 ? 'right' : 'wrong'}: ${long}`,
          score: n > 1 ? 1 : 0,
        };
        return [
          id,
          i % 20 === 7 && n === 3
            ? { error: '429 Too Many Requests' }
            : { output: n > 1 ? expected : 'no idea', judged },
        ];
      }),
    );
    const more = i % 50 === 3 ? { through: /** @type {const} */ ('generate') } : {};
    yield makeThemisRun({
      ...{ dataset: `shop/answers-${i % 5}`, generator: 'demo/answers', rubric: 'llm_rubric', cases, done },
      ...{ at: firstStart + i * betweenRuns, ...more },
    });
  }
}

/** @param {string} folder @param {boolean} small */
async function makeStores(folder, small) {
  for (const [name, { path, runs, small: few, make }] of Object.entries(stores)) {
    // A Node without it measures the others.
    if (name === 'sqlite' && !hasSqlite) continue;
    const count = small ? few : runs;
    const marker = join(folder, `${name}.json`);
    const wanted = JSON.stringify({ version, name, path: join(folder, path), runs: count });
    if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) continue;
    progress(`Making ${count} runs of ${name} (once)…`);
    const target = join(folder, path);
    rmSync(marker, { force: true });
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    await make(target, count);
    writeFileSync(`${marker}.tmp`, wanted);
    renameSync(`${marker}.tmp`, marker);
  }
}

await runMain(async () => {
  const [folder = '', option] = process.argv.slice(2);
  await makeStores(folder, option === '--small');
});
