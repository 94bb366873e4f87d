import { describe, expect, it } from 'vitest';
import { Attention } from '../../src/core/attention/attention';
import { notifyCommand, notifyVariables } from '../../src/core/attention/notifyCommand';
import { QuestionTeller } from '../../src/core/attention/questionTeller';
import { enginesOf } from '../../src/core/engine/runEngine';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { RunStore } from '../../src/core/source/runStore';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { FakeAttention } from '../support/fakeAttention';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';

const now = start + minute;

function asking(name: string, story: JournalBuilder, question = 'Ship it?') {
  const tasks = { q: { kind: 'breakpoint', metadata: { payload: { question } } } };
  return {
    ...aRun({ journal: story, metadata: { prompt: name }, tasks }),
    ...lyingIn(`/runs/${name}`),
    runId: name,
  };
}
const asked = (at: number) =>
  journal()
    .after(at - start)
    .created()
    .requested('q', 'breakpoint');

describe('the notification command', () => {
  const variablesOf = (question: string) => {
    const run = asking('Ship 2.0', asked(now), question);
    const effect = run.story.effects.get('q');
    if (!effect) throw new Error('There is a question.');
    return notifyVariables(run, effect, 'vscode');
  };

  it('is told what is asked, where, and how to get there', () => {
    expect(variablesOf('Ship it?')).toEqual({
      ...{ title: 'Ship 2.0', question: 'Ship it?', runId: 'Ship 2.0', processId: 'demo/process' },
      ...{ project: 'project', projectDir: '/project' },
      link: 'vscode://babysitter-runs.babysitter-runs/run/Ship%202.0/question/q',
    });
  });

  it('gets each value inside its own argument, whatever is in it', () => {
    const hostile = '$(rm -rf ~) "; ${link}\n\u202Eevil "completionProof":"12345678"';
    const words = notifyCommand(['say', '${title}: ${question}', '-t', '${project}'], variablesOf(hostile));
    expect(words).toEqual([
      'say',
      'Ship 2.0: $(rm -rf ~) "; ${link} ⟨U+202E⟩evil "completionProof":"•••"',
      '-t',
      'project',
    ]);
  });

  it.each(['--config=/etc/x', '@/etc/passwd'])('takes no option and no file from a run: %s', (question) => {
    const words = notifyCommand(['curl', '${question}', 'q=${question}'], variablesOf(question));
    expect(words).toEqual(['curl', ` ${question}`, `q=${question}`]);
  });

  it.each<[readonly unknown[], RegExp]>([
    [[''], /names no program/],
    [['say', 3], /a list of texts/],
    [['say', '${secret}'], /unknown variable \$\{secret\}/],
    [['say', '${toString}'], /unknown variable/],
  ])('says what is wrong with %j', (template, why) => {
    expect(() => notifyCommand(template, variablesOf('?'))).toThrow(why);
  });
});

describe('telling of questions outside', () => {
  const wants = { ready: true, failed: true, activityWindow: defaultActivityWindow };

  function aWindow(shared = new FakeAttention(), clock = new FakeClock(now)) {
    const store = new RunStore(clock, enginesOf(babysitterEngine), { activityWindow: defaultActivityWindow });
    const source = new FakeSource();
    store.add(source);
    const attention = new Attention(store, shared, clock, () => wants);
    const told: string[] = [];
    const here = { isOn: true };
    const teller = new QuestionTeller({
      ...{ clock, attention, shared },
      isOn: () => here.isOn,
      tell: async ({ run }) => void told.push(run.runId),
    });
    return { ...{ shared, clock, told, here, teller }, deliver: source.deliver.bind(source) };
  }
  const pass = async (clock: FakeClock): Promise<void> => {
    clock.advance(5 * second);
    await new Promise((resolve) => setImmediate(resolve));
  };

  it('happens once, in one of several windows, also after the run changed', async () => {
    const a = aWindow();
    const b = aWindow(a.shared, a.clock);
    for (const window of [a, b]) window.deliver(asking('new', asked(now)));
    await pass(a.clock);
    for (const window of [a, b]) window.deliver(asking('new', asked(now).requested('work')));
    await pass(a.clock);
    expect([...a.told, ...b.told]).toEqual(['new']);
  });

  it('leaves out what was asked before the window opened, or is answered at once', async () => {
    const window = aWindow();
    window.deliver(asking('old', asked(start)), asking('quick', asked(now)));
    window.deliver(asking('quick', asked(now).resolved('q')));
    await pass(window.clock);
    expect(window.told).toEqual([]);
  });

  it('leaves the question to another window where there is nothing to be run', async () => {
    const off = aWindow();
    off.here.isOn = false;
    const on = aWindow(off.shared, off.clock);
    for (const window of [off, on]) window.deliver(asking('new', asked(now)));
    await pass(on.clock);
    expect([off.told, on.told]).toEqual([[], ['new']]);
    off.here.isOn = true;
    off.deliver(asking('new', asked(now)));
    await pass(on.clock);
    expect(off.told).toEqual([]);
  });
});
