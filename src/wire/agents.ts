import { runTool, type ToolRuns } from '../core/agentTools/runTools';
import { HumanError } from '../core/errors';
import type { AgentToolName } from '../core/agentTools/toolTitles';
import { asRunKey, type RunKey } from '../core/run/runKey';
import { readReportSources } from '../engines/babysitter/node/readReportSources';
import { watchAgentDrafts } from '../node/agentDrafts';
import { inSlices } from '../node/slices';
import type { AnswerDrafts } from '../vscode/answerDrafts';
import { classifyOptions, metricChoice } from '../vscode/settings';
import { agentDraftsFolder } from './agentDraftsFolder';
import type { Host } from './host';
import type { Reading } from './reading';
import { whyStuck } from './whyStuck';

/** What agents in the editor are told of the runs of this window; the drafts of agents outside are taken, too. */
export function makeAgentTools(
  { clock, logger, storage, own }: Host,
  { store, opened, judgeOptions }: Reading,
  drafts: AnswerDrafts,
): (name: AgentToolName, input: unknown) => Promise<string> {
  const isOpen = (key: RunKey, effectId: string): boolean => {
    const effect = store.get(key)?.run.story.effects.get(effectId);
    return effect?.status === 'pending' && effect.kind === 'breakpoint';
  };
  const left = own(
    watchAgentDrafts(storage(agentDraftsFolder), logger, ({ dir, effectId, text }) => {
      const key = asRunKey(dir);
      // Another window may have its run, or it is still being read.
      if (!store.get(key)) return false;
      if (!isOpen(key, effectId) || !drafts.leave({ key, effectId }, text)) {
        logger.info(
          'A draft of an agent was not taken: its question is answered, or a person has typed there.',
        );
      }
      return true;
    }),
  );
  left.update();
  own(store.onDidChange(({ membership }) => membership && left.update()));
  const runs: ToolRuns = {
    now: () => clock.now(),
    options: () => ({ classify: { ...classifyOptions(), ...judgeOptions() }, metric: metricChoice() }),
    all: async () => store.all,
    read: async ({ run }) => opened.get(run.key),
    sources: readReportSources,
    whyStuck: async ({ run, engine }, details) =>
      whyStuck({ run, engine, details }, store.all, clock.now(), judgeOptions()),
    inSlices,
    leaveDraft: async ({ key }, effectId, text) => {
      if (drafts.leave({ key, effectId }, text)) return;
      throw new HumanError('A person has typed an answer there already, so the draft was not left.');
    },
  };
  return (name, input) => runTool(name, input, runs);
}
