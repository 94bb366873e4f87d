// Stands in for Themis's command line: `estimate` prints which run of the store of files a config makes, every other command
// notes its arguments in commands.txt, in the folder that it was started in.
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const args = process.argv.slice(2);
const config = args[args.indexOf('--config') + 1];
if (args[0] === 'estimate') {
  const runs = join(dirname(config), 'runs', 'jsonl', 'runs');
  const text = readFileSync(config, 'utf8');
  const made = readdirSync(runs).find((runId) => {
    const { datasets, component_refs: refs } = JSON.parse(
      readFileSync(join(runs, runId, 'snapshot.json'), 'utf8'),
    );
    return (
      refs.generator.component_id.endsWith('v2') && text.includes(`dataset_id: ${datasets[0].dataset_id}\n`)
    );
  });
  console.log(JSON.stringify({ run_id: made ?? null, total_cases: 5 }));
} else {
  appendFileSync('commands.txt', `${args.join(' ')}\n`);
  console.log('done');
}
