import type { Fact } from '../../engine/runEngine';
import { visible } from '../../format';
import { exactMoment } from '../../moments';
import { descendantWords, nameOf, originWords, type Descendant } from '../../run/lineage';
import type { Run } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import type { ValueRow } from './valueRows';

/** Where a run comes from; its texts made visible. */
export interface Provenance {
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** "processes/build.mjs#process"; empty: no process is assigned. */
  readonly entry: string;
  /** The prompt as it was given; empty: none is recorded. */
  readonly prompt: string;
  readonly inputs: readonly ValueRow[];
  /** The run it was forked from or recovered from, in words. `open`: as below. */
  readonly origin: { readonly words: string; readonly runId: string; readonly open: boolean } | undefined;
  /** Forks and recoveries of this run, the newest first. */
  readonly forks: readonly { readonly title: string; readonly runId: string }[];
  readonly moreForks: number;
  /** `open`: its page can be opened, as the run is here. */
  readonly parent: { readonly runId: string; readonly open: boolean } | undefined;
  readonly children: readonly { readonly title: string; readonly runId: string }[];
  /** Child runs that are left out because there are too many. */
  readonly moreChildren: number;
}

export interface ProvenanceParts {
  readonly run: Run;
  readonly inputs: readonly ValueRow[];
  /** Folder-free: the parent is found again by its id when it is opened. */
  readonly parentIsHere: boolean;
  /** The run it was made from, if that is here. */
  readonly original: Run | undefined;
  readonly descendants: readonly Descendant[];
  readonly children: readonly { readonly title: string; readonly runId: string }[];
  /** Folders that hold an older or equal state of it. */
  readonly copies: readonly string[];
  /** What the engine tells of it. */
  readonly engineFacts: readonly Fact[];
}

const most = { prompt: 20_000, children: 50, forks: 50, copies: 20 };

/** Tells where a run comes from. */
export function toProvenance(parts: ProvenanceParts): Provenance {
  const { run, inputs, parentIsHere, children, original, descendants, engineFacts, copies } = parts;
  const { origin, entry, parentRunId } = run;
  const facts: readonly Fact[] = [
    ['Run', run.runId],
    ['Process', run.processId],
    ['Created', `${exactMoment(run.createdAt)}${run.harness === undefined ? '' : ` by ${run.harness}`}`],
    ...engineFacts,
    ['Project', run.projectDir],
    ['Folder', run.location],
    ...copies.slice(0, most.copies).map((dir): Fact => ['Copy', dir]),
    ['Copies', copies.length > most.copies ? `${copies.length - most.copies} more` : ''],
  ];
  return {
    facts: facts.flatMap(([name, text]) =>
      text === '' ? [] : [[name, visible(text.slice(0, 1000))] as const],
    ),
    entry: entry === undefined ? '' : visible(`${entry.importPath}#${entry.exportName}`.slice(0, 1000)),
    prompt: visible(maskSecrets(run.prompt ?? '').slice(0, most.prompt)),
    inputs,
    origin: origin && {
      words: originWords(origin, nameOf(origin, original)),
      runId: visible(origin.runId.slice(0, 300)),
      open: original !== undefined,
    },
    forks: descendants
      .slice(0, most.forks)
      .map((each) => ({ title: descendantWords(each), runId: each.run.runId })),
    moreForks: Math.max(0, descendants.length - most.forks),
    parent:
      parentRunId === undefined
        ? undefined
        : { runId: visible(parentRunId.slice(0, 300)), open: parentIsHere },
    children: children.slice(0, most.children).map(({ title, runId }) => ({ title: visible(title), runId })),
    moreChildren: Math.max(0, children.length - most.children),
  };
}

/**
 * The line in which a function is exported or declared, from 1; `undefined`: it is not found in one of the usual forms.
 */
export function lineOfFunction(text: string, name: string): number | undefined {
  const plain = name.replace(/[^\w$]/g, '').replaceAll('$', '\\$');
  if (plain === '') return undefined;
  const forms = [
    `^export\\s+(?:default\\s+)?(?:async\\s+)?(?:function\\s*\\*?\\s*|const\\s+|let\\s+|var\\s+)${plain}\\b`,
    `^(?:module\\.)?exports\\.${plain}\\b`,
    `^(?:async\\s+)?(?:function\\s*\\*?\\s*|const\\s+|let\\s+|var\\s+)${plain}\\b`,
  ];
  const lines = text.split('\n');
  for (const form of forms) {
    const pattern = new RegExp(form);
    const index = lines.findIndex((line) => pattern.test(line));
    if (index !== -1) return index + 1;
  }
  return undefined;
}
