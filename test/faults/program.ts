// `npm run faults -- [--count n] [--only victim] [--full]`: the table goes to stdout, what is being done to stderr.
import { parseArgs } from 'node:util';
import { faultTable, runFaults } from './faults';
import { victims } from './victims';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50' },
    root: { type: 'string', default: '.' },
    only: { type: 'string', multiple: true },
    full: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
if (!Number.isInteger(count) || count < 1) {
  process.stderr.write('--count wants a whole number from 1.\n');
  process.exit(2);
}
void main();

async function main(): Promise<void> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const only = victims.filter((victim) => values.only?.includes(victim) ?? true);
  const how = values.full ? 'full' : 'kill';
  const faults = await runFaults({ root: values.root, count, only, how, say });
  process.stdout.write(`${faultTable(faults)}\n`);
  if (faults.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
}
