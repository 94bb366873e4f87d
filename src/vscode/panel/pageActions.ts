import { HumanError } from '../../core/errors';
import { pendingEffects, type Run } from '../../core/run/run';
import type { Decision } from '../../core/run/breakpoint';
import type { RunStore, StoredRun } from '../../core/source/runStore';
import type { Commands } from '../commands/commandTable';
import { openContextFile } from '../contextFile';
import type { PageActions } from './runPanel';

export interface PageActionDeps {
  readonly store: RunStore;
  readonly commands: Commands;
  readonly folders: () => readonly string[];
  readonly realPath: (path: string) => string | undefined;
}

/** What the buttons of a run page do: the same as the commands, for the page's own run. */
export function pageActions({ store, commands, folders, realPath }: PageActionDeps): PageActions {
  const stored = (dir: string): StoredRun => {
    const found = store.get(dir);
    if (!found) throw new HumanError('The run is not there any more.');
    return found;
  };
  return {
    async command(id, dir) {
      switch (id) {
        case 'run.resume':
          return commands.resume(dir);
        case 'run.iterate':
          return commands.iterate(stored(dir), 'page', 1);
        case 'run.continue':
          return commands.continue(stored(dir), 'page');
        default:
          return commands.table[id]({ dir });
      }
    },

    async answer(dir, { effectId, kind, option, text }) {
      const found = stored(dir);
      const effect = found.run.fold.effects.get(effectId);
      if (!effect) throw new HumanError('The run has no such breakpoint.');
      const decision = toDecision(found.run, effectId, kind, option, text);
      const report = await commands.answer({ stored: found, effect, surface: 'page' }, decision);
      return report.recorded ? { recorded: true, sentence: '' } : report;
    },

    openTask: (dir, effectId) => commands.table['task.open']({ dir, effectId }),

    async openContextFile(dir, effectId, file) {
      const { run } = stored(dir);
      const path = run.pendingTasks.get(effectId)?.breakpoint?.files[file]?.path;
      if (path === undefined) throw new HumanError('The question is not open any more.');
      await openContextFile(run, path, folders(), realPath);
    },
  };
}

/** The page names an option by its place; what it means is read here, from the run. */
function toDecision(
  run: Run,
  effectId: string,
  kind: Decision['kind'],
  place: number | undefined,
  text: string,
): Decision {
  if (kind !== 'option') return { kind, text };
  const asked = pendingEffects(run).find(({ effect }) => effect.effectId === effectId);
  const option = place === undefined ? undefined : asked?.task?.breakpoint?.options[place];
  if (!option) throw new HumanError('The question changed meanwhile; look at it again.');
  return { kind, option, text };
}
