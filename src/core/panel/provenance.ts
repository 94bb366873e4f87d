import { engineMismatch } from '../engine/engineMismatch';
import { toIso, visible } from '../format';
import type { SessionBinding } from '../diagnose/diagnose';
import { descendantWords, nameOf, originOf, originWords, type Descendant } from '../fork/lineage';
import { processIdOf, type Run } from '../run/run';
import { maskSecrets } from '../run/secrets';
import type { ValueNode } from './valueTree';

/** Where a run comes from; its texts made visible. */
export interface Provenance {
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** "processes/build.mjs#process"; empty: no process is assigned. */
  readonly entry: string;
  /** The prompt as it was given; empty: none is recorded. */
  readonly prompt: string;
  readonly inputs: readonly ValueNode[];
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
  readonly inputs: readonly ValueNode[];
  /** Folder-free: the parent is found again by its id when it is opened. */
  readonly parentIsHere: boolean;
  /** The run it was made from, if that is here. */
  readonly original: Run | undefined;
  readonly descendants: readonly Descendant[];
  readonly children: readonly { readonly title: string; readonly runId: string }[];
  /** The agent's session that the journal names last. */
  readonly session: string | undefined;
  /** Sessions that say they drive the run; `undefined`: nothing is known of any. */
  readonly bound: readonly SessionBinding[] | undefined;
  /** A hash of the process file, as run.json has it. */
  readonly codeHash: string | undefined;
  /** The command line that would iterate it: its version and where it was found; `undefined`: there is none. */
  readonly engine: { readonly version: string | undefined; readonly where: string } | undefined;
}

const most = { prompt: 20_000, children: 50, forks: 50 };

/** Tells where a run comes from. */
export function toProvenance(parts: ProvenanceParts): Provenance {
  const { run, inputs, parentIsHere, children, original, descendants, session, bound, codeHash, engine } =
    parts;
  const { metadata, fold } = run;
  const origin = originOf(metadata?.request);
  const entry = metadata ? metadata.entry : fold.entry;
  const version = metadata?.sdkVersion ?? fold.sdkVersion;
  const positional =
    version === undefined && fold.effects.list().some(({ stepId }) => /^S\d{6}$/.test(stepId ?? ''));
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Run', run.runId],
    ['Process', processIdOf(run)],
    ['Created', `${toIso(run.createdAt)}${metadata?.harness === undefined ? '' : ` by ${metadata.harness}`}`],
    ['Engine', version ?? (positional ? 'an older one, which leaves no version (0.0.x)' : undefined)],
    ['Revision', metadata?.processRevision],
    ['Code', codeHash && `sha256 ${codeHash}`],
    [
      'Iterates with',
      engine ? `${engine.version ?? 'an unknown version'} (${engine.where})` : 'no engine was found here',
    ],
    ['Mind', engineMismatch(run, engine?.version)],
    ['Asks', metadata?.nonInteractive === true ? 'nobody (--non-interactive)' : undefined],
    ['Session', sessionWords(bound ?? [], session)],
    ['Project', run.projectDir],
    ['Folder', run.dir],
  ];
  const parentRunId = metadata?.parentRunId;
  return {
    facts: facts.flatMap(([name, text]) =>
      text === undefined || text === '' ? [] : [[name, visible(text.slice(0, 1000))] as const],
    ),
    entry: entry === undefined ? '' : visible(`${entry.importPath}#${entry.exportName}`.slice(0, 1000)),
    prompt: visible(maskSecrets(metadata?.prompt ?? fold.prompt ?? '').slice(0, most.prompt)),
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

/** The sessions that are bound, else the one that wrote last. */
function sessionWords(bound: readonly SessionBinding[], last: string | undefined): string | undefined {
  if (bound.length === 0) return last;
  return bound
    .slice(0, 10)
    .map(({ sessionId, active }) => `${sessionId} (bound, ${active ? 'at work' : 'ended'})`)
    .join(', ');
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
