// `npm run hostile -- [--small] [--only runs|stores]`: the figures go to stdout, what is being done to stderr.
import { parseArgs } from 'node:util';
import { largeCorpus, smallCorpus } from './corpus';
import { hostileReport, runHostile } from './hostile';
import { runHostileStores } from './hostileStores';

const { values } = parseArgs({
  options: {
    small: { type: 'boolean' },
    only: { type: 'string' },
    cli: { type: 'string', default: 'dist/cli.js' },
  },
});
void main();

async function main(): Promise<void> {
  const options = {
    size: values.small ? smallCorpus : largeCorpus,
    thorough: !values.small,
    cli: values.cli,
    limit: values.small ? 20_000 : 60_000,
    say: (text: string) => void process.stderr.write(`${text}\n`),
  };
  for (const [name, run] of Object.entries({ runs: runHostile, stores: runHostileStores })) {
    if (values.only !== undefined && values.only !== name) continue;
    const figures = await run(options);
    process.stdout.write(`${name}: ${hostileReport(figures)}\n`);
    if (figures.wrong.length > 0) process.exitCode = 1;
  }
}
