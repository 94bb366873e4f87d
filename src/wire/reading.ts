import { RunActivity } from '../core/engine/runActivity';
import { enginesOf } from '../core/engine/runEngine';
import { babysitterEngine } from '../engines/babysitter/core/babysitterEngine';
import type { JudgeOptions } from '../core/run/judgement';
import type { Run } from '../core/run/run';
import { RunAgents } from '../core/sessions/runAgents';
import { runLinks } from '../engines/babysitter/node/runLinks';
import { tellCopies } from '../engines/babysitter/node/copies';
import { taskPrompts } from '../engines/babysitter/node/taskPrompts';
import { AgentFiles } from '../node/sessions/agentFiles';
import { mayReadAgents, tellOfReading, wantsCosts } from '../vscode/agentReading';
import { Attention } from '../core/attention/attention';
import { KnownRuns } from '../core/attention/knownRuns';
import { needNode } from '../core/attention/needsYou';
import { views } from '../core/contract';
import { Outcomes } from '../core/source/outcomes';
import { RunStore } from '../core/source/runStore';
import { pageOf, runNodes } from '../core/views/tree/buildTree';
import { KeptOrder } from '../core/order/keptOrder';
import { parseView } from '../core/views/tree/savedView';
import { OrderInFolder } from '../node/orderFile';
import { tell } from '../vscode/messages';
import { AttentionFiles } from '../node/attentionFiles';
import { inSlices } from '../node/slices';
import { MyRuns } from '../vscode/myRuns';
import { PastRuns } from '../vscode/panel/pastRuns';
import { RunDocuments } from '../vscode/runDocuments';
import { classifyOptions, needsOptions, setting } from '../vscode/settings';
import { OpenedRuns } from '../vscode/tree/openedRuns';
import { RunArrangement } from '../vscode/tree/runArrangement';
import { RunTree } from '../vscode/tree/runTree';
import { workspaceName } from '../vscode/workspacePlaces';
import type * as AgentSessions from './agentSessions';
import type { Host } from './host';

export type Reading = ReturnType<typeof makeReading>;

/**
 * Runs, what they are doing, what of them needs the person, and the views and documents that show it.
 * @param agentSessions loads what reads sessions of agents
 */
export function makeReading(
  { context, env, own, clock, logger, storage }: Host,
  agentSessions: () => Promise<typeof AgentSessions>,
) {
  const orderFile = own(
    new OrderInFolder(storage('order'), workspaceName(), logger, (sentence) => tell('warning', sentence)),
  );
  const order = own(new KeptOrder(orderFile, clock));
  // Windows share what they know of what needs the person.
  const shared = own(new AttentionFiles(storage('attention'), clock, logger));
  const known = new KnownRuns(shared, () => store.all);
  const judgeOptions = (): JudgeOptions => ({
    ...classifyOptions(),
    known,
    sessions: (run) => agents.of(run.key),
  });
  const store: RunStore = own(
    new RunStore(clock, enginesOf(babysitterEngine), judgeOptions(), tellCopies, (key) => order.marks(key)),
  );
  own(order.onDidChange((keys) => store.judgeAnew(keys)));
  const activity = own(new RunActivity());
  const opened = new OpenedRuns(store, inSlices);

  const attention = own(new Attention(store, shared, clock, needsOptions));

  const outcomes = new Outcomes(store);
  const tree = { store, attention, activity, opened, outcomes, clock };
  const needsYou = own(
    new RunTree(views.needsYou, tree, {
      roots: (_, paging) => pageOf(attention.needs, '', paging, needNode),
      alone: true,
    }),
  );
  const arrangement = own(
    new RunArrangement(store, context.workspaceState, clock, () => order.views.map(parseView)),
  );
  const runs = own(
    new RunTree(views.runs, tree, {
      roots: (_, paging) => runNodes(arrangement.list, arrangement.grouping, paging),
      alone: false,
      arrangement,
    }),
  );
  // The name of the view that is shown may be another one.
  own(order.onDidChange(() => runs.update()));
  const past = new PastRuns(store, opened, inSlices);
  own(new RunDocuments(store, opened, past));
  const sessions = new AgentFiles({
    sessions: async () => (await agentSessions()).readSessions(env),
    logger,
    links: (run) =>
      runLinks(run, env, (runId) => store.all.find((other) => isBeside(other.run, run, runId))?.run),
    prompts: taskPrompts,
    options: () => ({
      now: clock.now(),
      activityWindow: classifyOptions().activityWindow,
    }),
    pricer: async () =>
      wantsCosts() ? (await agentSessions()).loadPrices(setting('agentSessions.prices')) : undefined,
    beforeReading: () => tellOfReading(context.globalState),
  });
  const agents: RunAgents = own(new RunAgents(store, sessions, clock, mayReadAgents));
  const mine = new MyRuns(context.workspaceState);
  return {
    store,
    activity,
    opened,
    outcomes,
    shared,
    mine,
    attention,
    order,
    needsYou,
    arrangement,
    runs,
    past,
    sessions,
    agents,
    judgeOptions,
  };
}

/** Another run of the same place, by its id. */
function isBeside(other: Run, run: Run, runId: string): boolean {
  return other.runId === runId && other.place === run.place;
}
