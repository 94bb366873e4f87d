import type { CorpusSize } from './corpus';
import { daystromSeed, perstackSeed, themisSeed, type Seed } from './storeSeeds';
import type { Content, HostileStoreRun } from './storeCorpus';

const time = '2026-01-01T00:00:00.000Z';
const at = Date.parse(time);

/** A list of as many things, as JSON. */
function many(count: number, item: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => item(i)).join(',');
}

/** As many files. */
function filesOf(
  count: number,
  file: (i: number) => readonly [path: string, text: string],
): Record<string, Content> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => file(i)));
}

/** A run of an engine beside which, or in place of whose files, others lie. */
function run(seed: Seed, name: string, more: (folder: string) => Record<string, Content>): HostileStoreRun {
  const { runId, files } = seed(name);
  const texts = Object.entries(files).map(([path, json]): [string, Content] => [
    path,
    typeof json === 'string' ? json : JSON.stringify(json),
  ]);
  const folders = { perstack: `perstack/jobs/${name}`, daystrom: `.daystrom/runs/${name}` };
  const folder = Object.hasOwn(folders, seed.engine)
    ? folders[seed.engine as keyof typeof folders]
    : `eval/runs/jsonl/runs/${runId}`;
  return { engine: seed.engine, runId, files: { ...Object.fromEntries(texts), ...more(folder) } };
}

/** Jobs with more of everything than anybody makes. */
function wideJobs({ files, items }: CorpusSize): readonly HostileStoreRun[] {
  const job = (name: string, more: (folder: string) => Record<string, Content>): HostileStoreRun =>
    run(perstackSeed, name, more);
  const event = (place: number, type: string, json: string): readonly [string, string] => [
    `runs/run/event-${at + place}-1-${type}.json`,
    json,
  ];
  const inFolder = (folder: string, [path, json]: readonly [string, string]): readonly [string, string] => [
    `${folder}/${path}`,
    json,
  ];
  return [
    job('useless-files', (folder) => filesOf(files, (i) => [`${folder}/runs/run/stranger-${i}.json`, ''])),
    job('broken-events', (folder) =>
      filesOf(files, (i) => inFolder(folder, event(10 + i, 'continueToNextStep', '{'))),
    ),
    job('broken-checkpoints', (folder) => filesOf(files, (i) => [`${folder}/checkpoints/x${i}.json`, '{'])),
    job('lone-steps', (folder) => ({
      ...filesOf(files / 2, (i) =>
        inFolder(folder, event(10 + i, 'continueToNextStep', '{"jobId":"lone-steps"}')),
      ),
      ...filesOf(files / 2, (i) => [
        `${folder}/checkpoints/x${i}.json`,
        `{"id":"x${i}","jobId":"lone-steps","stepNumber":${i + 5}}`,
      ]),
    })),
    job('many-runs', (folder) =>
      filesOf(files, (i) => [
        `${folder}/runs/r${i}/event-${at + i}-1-startRun.json`,
        '{"jobId":"many-runs","runId":"r","expertKey":"e"}',
      ]),
    ),
    job('many-runs-that-end', (folder) =>
      Object.assign(
        {},
        ...Array.from({ length: files / 5 }, (_, i) => ({
          [`${folder}/runs/r${i}/event-${at + i}-1-startRun.json`]: '{"jobId":"many-runs-that-end"}',
          [`${folder}/runs/r${i}/event-${at + i}-1-completeRun.json`]: `{"checkpoint":{"id":"x${i}","stepNumber":1}}`,
        })),
      ),
    ),
    job('times-without-date', (folder) => ({
      [`${folder}/runs/run/event-9007199254740991-9007199254740991-startRun.json`]: '{}',
    })),
    job('many-calls', (folder) => ({
      [`${folder}/runs/run/event-${at + 7}-3-callTools.json`]: `{"jobId":"many-calls","toolCalls":[${many(items, (i) => `{"id":"x${i}","toolName":"t"}`)}]}`,
    })),
    job('many-messages', (folder) => ({
      [`${folder}/runs/run/event-${at + 7}-3-completeRun.json`]: `{"checkpoint":{"id":"m","stepNumber":3,"messages":[${many(items, () => '{"type":"userMessage","contents":[{"text":"x"}]}')}]}}`,
    })),
  ];
}

/** Runs of Daystrom with more iterations and tests than anybody makes. */
function wideDaystrom({ files, items }: CorpusSize): readonly HostileStoreRun[] {
  const file = (name: string, iterations: string): HostileStoreRun =>
    run(daystromSeed, name, (folder) => ({
      [`${folder}.json`]: `{"id":"${name}","userInput":{},"bestIteration":3,"iterations":[${iterations}]}`,
    }));
  return [
    // More than a call of a function takes arguments.
    file(
      'empty-iterations',
      many(150_000, () => '{}'),
    ),
    file(
      'tests-of-many',
      many(items, () => '{"testResults":[{}]}'),
    ),
    file('tests-of-one', `{"testResults":[${many(items, () => '{"correct":true}')}]}`),
    file(
      'same-number',
      many(items, () => '{"iteration":1}'),
    ),
    {
      ...{ engine: 'daystrom', runId: undefined },
      files: filesOf(files, (i) => [`.daystrom/runs/useless-${i}.json`, '{"a":1}']),
    },
  ];
}

/** Runs of Themis with more events, cases, metrics and judges than anybody has. */
function wideThemis({ text, items }: CorpusSize): readonly HostileStoreRun[] {
  const event = (type: string, i: number, more: string): string =>
    `{"event_type":"${type}","occurred_at":"${time}","case_key":"1:q:a",${more.replaceAll('$', String(i))}}`;
  const events = (name: string, type: string, more: string): HostileStoreRun =>
    run(themisSeed, name, (folder) => ({
      [`${folder}/events.jsonl`]: `${Array.from({ length: items }, (_, i) => event(type, i, more)).join('\n')}\n`,
      // Only the events tell.
      [`${folder}/projections/run_result.json`]: '',
    }));
  const projection = (name: string, file: string, json: string): HostileStoreRun =>
    run(themisSeed, name, (folder) => ({ [`${folder}/projections/${file}.json`]: json }));
  const judged = (inner: string): string =>
    `{"status":"completed","cases":[{"case_id":"a","dataset_id":"qa","evaluation_executions":[${inner}]}]}`;
  return [
    events('many-candidates', 'generation_completed', '"result":{"candidate_id":"c$"}'),
    events('many-failed-metrics', 'evaluation_failed', '"metric_id":"m$","error_message":"e"'),
    events('many-judgements', 'evaluation_completed', '"metric_id":"m$","execution":{"status":"failed"}'),
    events('many-scores', 'score_completed', '"metric_id":"m$","score":{"value":1}'),
    run(themisSeed, 'many-ends', (folder) => ({
      [`${folder}/projections/run_result.json`]: '',
      [`${folder}/events.jsonl`]: Array.from(
        { length: items },
        (_, i) =>
          `{"event_type":"${i % 2 ? 'run_completed' : 'parse_completed'}","case_key":"1:q:${i}","result":{}}\n`,
      ).join(''),
    })),
    run(themisSeed, 'lines-that-are-none', (folder) => ({
      [`${folder}/events.jsonl`]: 'x\n'.repeat(2 * text),
    })),
    projection(
      'many-rows',
      'benchmark_result',
      `{"score_rows":[${many(items, (i) => `{"metric_id":"m${i}","value":1}`)}],"metric_means":{${many(items, (i) => `"m${i}":1`)}}}`,
    ),
    projection(
      'many-cases',
      'run_result',
      `{"status":"completed","cases":[${many(items, (i) => `{"case_id":"${i}"}`)}]}`,
    ),
    projection(
      'many-judges',
      'run_result',
      judged(
        `{"metric_id":"m2","judge_calls":[${many(items / 2, (i) => `{"call_id":"${i}"}`)}],"failures":[${many(items / 2, () => '{"call_id":"x"}')}],"rendered_prompts":[${many(items / 2, () => '{"prompt_id":"m2:x"}')}],"judge_responses":[${many(items, () => '{}')}]}`,
      ),
    ),
    projection('many-executions', 'run_result', judged(many(items, () => '{"scores":[{}]}'))),
  ];
}

/** Folders of more things than anybody keeps, in none of which is a run. */
function wideFolders({ files }: CorpusSize): readonly HostileStoreRun[] {
  const id = (i: number): string => i.toString(16).padStart(64, '0');
  const none = (contents: Record<string, Content>): HostileStoreRun => ({
    ...{ engine: 'themis', runId: undefined, files: contents },
  });
  return [
    none(filesOf(files, (i) => [`aaa/useless-${i}.txt`, ''])),
    none(filesOf(files, (i) => [`aab/folder-${i}/runs/x`, ''])),
    none(filesOf(files / 5, (i) => [`aac/useless-${i}.db`, 'SQLite format 3\0'])),
    none(filesOf(files, (i) => [`aad/runs/${id(i)}`, ''])),
    none(filesOf(files, (i) => [`aae/perstack/runs/useless-${i}`, ''])),
    none(filesOf(files, (i) => [`eval/runs/queue/claimed/${id(i)}.json`, '{"config_path":"/"}'])),
    none(filesOf(files, (i) => [`eval/runs/jsonl/runs/stranger-${i}`, ''])),
    none(filesOf(files / 5, (i) => [`eval/config-${i}.yaml`, 'existing_run_policy:\n'.repeat(100)])),
  ];
}

/** Stores that are wide where others are deep. */
export function wideStores(size: CorpusSize): readonly HostileStoreRun[] {
  return [...wideJobs(size), ...wideDaystrom(size), ...wideThemis(size), ...wideFolders(size)];
}
