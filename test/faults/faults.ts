import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lab, type Kill } from './lab';
import { victims, type Fault, type Victim } from './victims';

export interface FaultOptions {
  /** The project's root folder, in which `scripts/faults.mjs` has built the product's programs. */
  readonly root: string;
  /** Kills of each victim: first at its steps on disk, each once, and then at moments evenly spread. */
  readonly count: number;
  readonly only: readonly Victim[];
  /** Killed, or left without space on the disk from a step on. */
  readonly how: 'kill' | 'full';
  say(text: string): void;
}

/** Kills the real command line and the product again and again, and follows what the extension says until each run is at its end. */
export async function runFaults({ root, count, only, how, say }: FaultOptions): Promise<readonly Fault[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'babysitter-runs-faults-')));
  try {
    const lab = new Lab(root, folder, join(root, 'node_modules', '@a5c-ai'));
    const faults: Fault[] = [];
    for (const victim of only) faults.push(...(await killOne(lab, victim, { count, how, say })));
    return faults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same for one victim, in a lab that may have others at the same time. */
export async function killOne(
  lab: Lab,
  victim: Victim,
  { count, how, say }: Pick<FaultOptions, 'count' | 'how' | 'say'>,
): Promise<readonly Fault[]> {
  const template = await lab.template(victim);
  const steps = await lab.steps(template, victim);
  const atSteps = how === 'full' ? count : Math.min(steps, count);
  const milliseconds = atSteps < count ? await lab.time(template, victim) : 0;
  const faults: Fault[] = [];
  for (let i = 0; i < count; i += 1) {
    const kill: Kill =
      i < atSteps
        ? { step: Math.floor(((i + 0.5) * steps) / atSteps) + 1, of: steps, how }
        : { after: Math.round((milliseconds * (i - atSteps + 0.5)) / (count - atSteps)) };
    const fault = await lab.kill(template, victim, kill);
    faults.push(fault);
    say(
      `${victim} ${i + 1}/${count}, ${how} ${fault.when}: left ${fault.left.join(', ') || 'nothing'}; ${fault.remedies.join(', ')}${fault.wrong.map((what) => `\n  WRONG: ${what}`).join('')}`,
    );
  }
  return faults;
}

/** A table of the faults, in Markdown. */
export function faultTable(faults: readonly Fault[]): string {
  const counted = (all: readonly string[]): string =>
    [...new Set(all)]
      .map((what) => [what, all.filter((other) => other === what).length] as const)
      .toSorted((a, b) => b[1] - a[1])
      .map(([what, n]) => `${what} (${n})`)
      .join(', ') || 'nothing';
  const rows = victims.flatMap((victim) => {
    const own = faults.filter((fault) => fault.victim === victim);
    if (own.length === 0) return [];
    const cells = [
      victim,
      String(own.length),
      counted(own.flatMap(({ left }) => left)),
      counted(own.flatMap(({ remedies }) => remedies.slice(0, 1))),
      String(own.filter(({ wrong }) => wrong.length > 0).length),
    ];
    return [`| ${cells.join(' | ')} |`];
  });
  return [
    '| killed | times | left behind | first remedy | damaged |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
