import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../src/core/clock';
import { enginesOf } from '../../src/core/engine/runEngine';
import { silentLogger } from '../../src/core/log';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { pendingEffects } from '../../src/core/run/run';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { RunStore, type StoredRun } from '../../src/core/source/runStore';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { diagnose } from '../../src/engines/babysitter/core/diagnose/diagnose';
import { RunActivity } from '../../src/core/engine/runActivity';
import { RunDriver } from '../../src/engines/babysitter/core/drive/runDriver';
import { Repairer } from '../../src/engines/babysitter/core/repair/repairer';
import { CliEngine } from '../../src/engines/babysitter/node/cliEngine';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { RepairFolder } from '../../src/engines/babysitter/node/repairFiles';
import { journalOf } from './specimen';

const output = { plan: 'done plan', approved: true, a: 'done a', b: 'done b' };

/** A window on a workspace that somebody opens ten minutes later, when nobody can be writing any more. */
export class LaterWindow {
  readonly #clock: Clock = { now: () => Date.now() + 600_000, after: systemClock.after };
  readonly store = new RunStore(this.#clock, enginesOf(babysitterEngine), {
    activityWindow: defaultActivityWindow,
  });
  readonly engine: CliEngine;
  readonly repairer: Repairer;
  readonly #driver: RunDriver;
  readonly #activity = new RunActivity();

  constructor(workspace: string, env: NodeJS.ProcessEnv) {
    this.engine = new CliEngine(
      { setting: () => '', workspaceFolders: () => [workspace], npxAllowed: () => false, env },
      silentLogger,
    );
    const responder = { product: 'faults', respondedBy: async () => 'faults' };
    this.#driver = new RunDriver(this.store, this.engine, systemClock, responder, this.#activity);
    this.repairer = new Repairer(this.store, this.engine, new RepairFolder(), this.#clock);
    this.store.add(new FsRunSource({ dir: workspace, holds: 'project' }, silentLogger));
  }

  /** Waits until a run is known. */
  appeared(dir: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${dir} was not found.`)), 30_000);
      const check = (): void => {
        if (!this.store.get(asRunKey(dir))) return;
        clearTimeout(timer);
        listening.dispose();
        resolve();
      };
      const listening = this.store.onDidChange(check);
      check();
    });
  }

  /**
   * Does what the diagnosis says until the run is completed.
   * @param work does the open tasks of agents
   * @param wrong gets what cannot be explained or went wrong
   * @returns the remedies that were named
   */
  async mend(dir: string, work: () => Promise<void>, wrong: string[]): Promise<readonly string[]> {
    const remedies: string[] = [];
    try {
      await this.appeared(dir);
      for (let round = 0; round < 15; round += 1) {
        const stored = await this.store.reread(asRunKey(dir));
        if (!stored) throw new Error('The run is gone.');
        if (stored.state.state === 'completed') {
          judge(dir, wrong);
          return remedies;
        }
        const { remedy, sentence } = diagnose({
          stored,
          iterating: false,
          details: undefined,
          repair: await this.repairer.plan(asRunKey(dir)),
          engine: { found: true, version: '0.0.187' },
          process: { loads: true },
          sessions: [],
          parent: undefined,
          children: [],
          now: this.#clock.now(),
        });
        const command = remedy?.type === 'command' ? remedy.command : 'none';
        remedies.push(command);
        const refused = await this.#follow(command, stored, work);
        if (refused !== undefined) wrong.push(`"${sentence}" led to ${command}, and that to: ${refused}`);
        if (refused !== undefined) return remedies;
      }
      wrong.push('It came to no end.');
    } catch (error) {
      wrong.push(String(error));
    }
    return remedies;
  }

  /** Presses the button. Gives what was wrong with that. */
  async #follow(command: string, { run }: StoredRun, work: () => Promise<void>): Promise<string | undefined> {
    const signal = new AbortController().signal;
    switch (command) {
      case 'run.repair': {
        const { left } = await this.repairer.repair(run.key, await this.repairer.plan(run.key), signal);
        return left[0];
      }
      case 'breakpoint.answer': {
        const asked = pendingEffects(run).find(({ effect }) => effect.kind === 'breakpoint');
        const decision = { kind: 'approve', text: '' } as const;
        const report = await this.#driver.answer(run.key, asked?.effect.effectId ?? '', decision, 'page');
        return report.recorded ? undefined : report.sentence;
      }
      case 'run.iterate': {
        const { reason, sentence } = await this.#driver.iterate(run.key, 1, signal, () => {});
        return ['refused', 'failed', 'no-change'].includes(reason) ? sentence : undefined;
      }
      case 'run.resume':
        // The agent that is resumed does its tasks.
        return work().then(() => undefined, String);
      default:
        return `no remedy for ${keyText(run.key)}`;
    }
  }

  dispose(): void {
    this.#activity.dispose();
    this.store.dispose();
  }
}

/** At its end a run has every step once, and what the process was meant to return. */
function judge(dir: string, wrong: string[]): void {
  const events = Object.values(journalOf(dir)).map((text) => JSON.parse(text));
  const keys = events.filter(({ type }) => type === 'EFFECT_REQUESTED').map(({ data }) => data.invocationKey);
  if (new Set(keys).size !== keys.length || keys.length !== 4) wrong.push(`It asked for ${keys.join(', ')}.`);
  const returned = readFileSync(join(dir, 'state', 'output.json'), 'utf8');
  const value = JSON.parse(returned);
  if (JSON.stringify(value, Object.keys(output)) !== JSON.stringify(output))
    wrong.push(`It returned ${returned}`);
}
