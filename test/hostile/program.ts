// `npm run hostile -- [--small]`: the figures go to stdout, what is being done to stderr.
import { parseArgs } from 'node:util';
import { largeCorpus, smallCorpus } from './corpus';
import { hostileReport, runHostile } from './hostile';

const { values } = parseArgs({
  options: { small: { type: 'boolean' }, cli: { type: 'string', default: 'dist/cli.js' } },
});
void main();

async function main(): Promise<void> {
  const figures = await runHostile({
    size: values.small ? smallCorpus : largeCorpus,
    thorough: !values.small,
    cli: values.cli,
    limit: values.small ? 20_000 : 60_000,
    say: (text) => void process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`${hostileReport(figures)}\n`);
  if (figures.wrong.length > 0) process.exitCode = 1;
}
