// `npm run soak -- [--small] [--seconds n]`: the figures go to stdout, what is being done to stderr.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { largeSoak, looseLimits, runSoak, smallSoak, soakReport, strictLimits } from './soak';

const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    root: { type: 'string', default: '.' },
  },
});
void main();

async function main(): Promise<void> {
  const figures = await runSoak({
    root: resolve(values.root),
    seconds: Number(values.seconds ?? (values.small ? 20 : 500)),
    size: values.small ? smallSoak : largeSoak,
    limits: values.small ? looseLimits : strictLimits,
    say: (text) => void process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`${soakReport(figures)}\n`);
  // Windows stay no longer than what is measured of them.
  process.exit(figures.wrong.length > 0 ? 1 : 0);
}
