import { sinceTold } from '../core/attention/meanwhile';
import type { NoticeItem } from '../core/attention/notifier';
import { commandTitle } from '../core/commands';
import type { RunStore } from '../core/source/runStore';
import { tell, type Choice } from './messages';
import type { Opener } from './opener';

export interface StillSoDeps {
  readonly store: Pick<RunStore, 'get' | 'readDetails'>;
  readonly opener: Pick<Opener, 'run'>;
}

/**
 * A button of a notification that acts while anything of what was told is still so, and otherwise says what became of it:
 * VS Code cannot take a notification back.
 * @param items what was told, at least one
 */
export function whileStillSo(
  { title, run }: Choice,
  items: readonly NoticeItem[],
  { store, opener }: StillSoDeps,
): Choice {
  return {
    title,
    async run() {
      const news = await Promise.all(items.map((item) => sinceTold(store, item, Date.now())));
      if (news.includes(undefined)) return run();
      const [first] = items;
      if (!first || items.length > 1) return tell('info', 'All of it was answered, or went on, meanwhile.');
      const open = { title: commandTitle('run.open'), run: () => opener.run(first.runKey) };
      return tell('info', news[0] ?? '', store.get(first.runKey) ? [open] : []);
    },
  };
}
