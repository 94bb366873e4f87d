import * as fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/core/sliced';
import type { Run } from '../../src/core/run/run';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { classify } from '../../src/engines/babysitter/core/judge';
import { diagnose, type DiagnoseFacts } from '../../src/engines/babysitter/core/diagnose/diagnose';
import type { RepairPlan } from '../../src/engines/babysitter/core/repair/repairPlan';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { capturedFixtures, handmadeFixtures } from '../support/fixtures';
import { journal, minute, type JournalBuilder } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';

/** What looking closer may find, each with the words by which the diagnosis has to say so. */
interface Look {
  readonly facts: Partial<DiagnoseFacts>;
  readonly found: readonly string[];
}

const sound: RepairPlan = { damage: [], steps: [], beyondRepair: undefined, lost: [], before: '', after: '' };

const oneLook: fc.Arbitrary<Look> = fc.constantFrom<Look>(
  { facts: {}, found: [] },
  { facts: { repair: sound, process: { loads: true }, sessions: [] }, found: [] },
  { facts: { engine: { found: true, version: undefined } }, found: [] },
  { facts: { sessions: [{ sessionId: 's-1', active: true, lastIterationAt: undefined }] }, found: [] },
  { facts: { sessions: [{ sessionId: 's-1', active: false, lastIterationAt: 0 }] }, found: [] },
  { facts: { engine: { found: false, version: undefined } }, found: ['No Babysitter command line'] },
  { facts: { engine: { found: true, version: '6.0.0' } }, found: ['version 6.0.0'] },
  { facts: { engine: { found: true, version: '0.0.187' } }, found: ['version 0.0.187'] },
  {
    facts: { process: { loads: false, cause: 'Unexpected token', path: '/p.mjs', line: 3 } },
    found: ['Unexpected token'],
  },
  { facts: { iterating: true }, found: ['this window is iterating'] },
  {
    facts: { repair: { ...sound, damage: ['events are cut off.'], steps: [{ type: 'journal' }] } },
    found: ['events are cut off'],
  },
  {
    facts: { repair: { ...sound, damage: ['events are lost.'], beyondRepair: 'Nothing to mend.' } },
    found: ['events are lost'],
  },
  { facts: { repair: { ...sound, damage: ['an event is half written.'] } }, found: ['half written'] },
);

const looks: fc.Arbitrary<Look> = fc.array(oneLook, { maxLength: 4 }).map((all) => ({
  facts: Object.assign({}, ...all.map(({ facts }) => facts)),
  found: all.flatMap(({ found }) => found),
}));

const kinds = ['agent', 'shell', 'breakpoint', 'sleep', 'subprocess'] as const;
type Step = (story: JournalBuilder, at: number) => JournalBuilder;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...kinds).map(
    (kind): Step =>
      (story, at) =>
        story.requested(`e${at}`, kind),
  ),
  fc.nat({ max: 6 }).map(
    (back): Step =>
      (story, at) =>
        story.resolved(`e${Math.max(0, at - back)}`),
  ),
  fc.nat({ max: 6 }).map(
    (back): Step =>
      (story, at) =>
        story.erred(`e${Math.max(0, at - back)}`, 'It broke'),
  ),
  fc.constantFrom<Step>(
    (story) => story.failed('It broke, says the process'),
    (story) => story.processError(),
    (story) => story.completed(),
    (story) => story.halted(),
    (story) => story.completed({ manual_seal_reason: 'Over' }),
    (story, at) => story.cancelled(`e${at - 1}`),
    (story) => story.add('STOP_HOOK_INVOKED', { decision: 'approve' }),
  ),
);

const journals: fc.Arbitrary<Run> = fc
  .record({
    steps: fc.array(step, { maxLength: 12 }),
    six: fc.boolean(),
    lock: fc.constantFrom(undefined, { alive: true }, { alive: false }),
    damaged: fc.boolean(),
  })
  .map(({ steps, six, lock, damaged }) => {
    const story = journal().created();
    steps.forEach((tell, i) => tell(story, i));
    return aRun({
      journal: story,
      ...(six ? { metadata: { sdkVersion: '6.0.0' } } : {}),
      ...(lock ? { lock } : {}),
      problems: damaged ? [{ file: 'journal/000009.json', what: 'is empty', stops: 'iterate' }] : [],
    });
  });

const fixtures: readonly Run[] = [...capturedFixtures, ...handmadeFixtures].flatMap(({ runs }) =>
  readdirSync(runs).flatMap((name) => atOnce(new RunDirectory(join(runs, name), runs).read()) ?? []),
);

/** Where nothing moves a run on, what may be done beside it. */
const beside = new Set(['run.startAgain', 'run.open', 'run.stop']);

function looksCloser(run: Run, age: number, { facts, found }: Look): void {
  const now = run.updatedAt + age;
  const state = classify(run, now, { activityWindow: 2 * minute });
  const { sentence, remedy } = diagnose({
    stored: { run, state, engine: babysitterEngine },
    iterating: false,
    details: undefined,
    repair: undefined,
    engine: undefined,
    process: undefined,
    sessions: undefined,
    parent: undefined,
    children: [],
    now,
    ...facts,
  });
  expect(sentence).not.toBe('');
  // What was found is said, so that a person sees why another thing helps now.
  if (found.some((words) => sentence.includes(words))) return;
  const does = remedy?.type === 'command' ? remedy.command : remedy?.type;
  const shown = state.next.action;
  const told = `${sentence} (${does}); shown before: ${state.next.reason} (${shown})`;
  if (shown === undefined) expect(does === undefined || beside.has(does), told).toBe(true);
  else expect(does, told).toBe(shown);
}

const ages = fc.constantFrom(1000, 10 * minute);

describe('looking closer at a run never shows another next step without saying what was found', () => {
  it('of any journal', () => {
    fc.assert(fc.property(journals, ages, looks, looksCloser), { numRuns: 500 });
  });

  it('of every fixture', () => {
    fc.assert(fc.property(fc.constantFrom(...fixtures), ages, looks, looksCloser), { numRuns: 300 });
  });
});
