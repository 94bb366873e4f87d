import { enginesOf } from '../../src/core/engine/runEngine';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { describe, expect, it } from 'vitest';
import { afterAnswer } from '../../src/core/attention/afterAnswer';
import { Attention } from '../../src/core/attention/attention';
import { sinceTold } from '../../src/core/attention/meanwhile';
import { needsSentence, type Need } from '../../src/core/attention/needsYou';
import { Notifier, type NoticeItem, type NotifySettings } from '../../src/core/attention/notifier';
import { untilItChanges } from '../../src/core/attention/sharedAttention';
import { parseSnoozeTime, snoozeOffers } from '../../src/core/attention/snoozeTime';
import type { Run, RunDetails } from '../../src/core/run/run';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { parseResult } from '../../src/core/run/task';
import { asRunKey, keyText } from '../../src/core/run/runKey';
import { RunStore } from '../../src/core/source/runStore';
import { FakeAttention } from '../support/fakeAttention';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, minute, second, start, type JournalBuilder } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';

const hour = 60 * minute;
/** After so long what came is told. */
const soon = 3 * second;

/** A run with a folder and a title of its own. */
function run(name: string, story: JournalBuilder): Run {
  const asks = { metadata: { payload: { title: `Ship ${name}?`, question: 'Shall we?' } } };
  const tasks = { gate: asks, gate1: asks, gate2: asks };
  return {
    ...aRun({ journal: story, metadata: { prompt: name }, tasks }),
    ...lyingIn(`/runs/${name}`),
    runId: name,
  };
}

/** Begins so many milliseconds after {@link start}. */
const from = (delay: number): JournalBuilder => journal().after(delay).created();
const asking = (delay = 0): JournalBuilder => from(delay).requested('gate', 'breakpoint');
const answered = (delay = 0): JournalBuilder => asking(delay).resolved('gate');
const done = (delay = 0): JournalBuilder => from(delay).done('work');
const failed = (delay = 0): JournalBuilder => from(delay).done('work').failed();

const quiet: NotifySettings = {
  breakpoints: true,
  completed: false,
  failed: false,
  mine: true,
  reminderMinutes: 0,
};

interface WindowOptions {
  readonly shared?: FakeAttention;
  readonly clock?: FakeClock;
  readonly at?: number;
  readonly settings?: Partial<NotifySettings>;
}

/** One window: its runs, what needs the person in it, and what it says. */
function openWindow({ at = start + hour, ...options }: WindowOptions = {}) {
  const clock = options.clock ?? new FakeClock(at);
  const shared = options.shared ?? new FakeAttention();
  const store = new RunStore(clock, enginesOf(babysitterEngine), { activityWindow: defaultActivityWindow });
  const source = new FakeSource();
  const counted = { ready: true, failed: true, activityWindow: defaultActivityWindow };
  const attention = new Attention(store, shared, clock, () => counted);
  const said: string[] = [];
  const here = {
    lookedAt: '',
    iterating: '',
    mine: '',
    focused: true,
    settings: { ...quiet, ...options.settings },
  };
  const notifier = new Notifier({
    clock,
    store,
    attention,
    shared,
    workspace: '/project',
    settings: () => here.settings,
    isLookedAt: (key) => keyText(key) === here.lookedAt,
    isIterating: (key) => keyText(key) === here.iterating,
    isMine: (key) => keyText(key) === here.mine,
    isFocused: () => here.focused,
    show: ({ sentence }) => said.push(sentence),
  });
  store.add(source);
  let fired = 0;
  attention.onDidChange(() => (fired += 1));
  const close = (): void => {
    notifier.dispose();
    attention.dispose();
    store.dispose();
  };
  return {
    ...{ clock, shared, store, source, attention, said, here, notifier, counted, close },
    deliver: (...changes: readonly (Run | string)[]) => source.deliver(...changes),
    get rows() {
      return attention.needs.map(told);
    },
    get fired() {
      return fired;
    },
  };
}

const told = (need: Need): string =>
  `${need.kind} ${need.stored.run.runId}${need.kind === 'breakpoint' ? ` ${need.effect.effectId}` : ''}`;

describe('what needs a person', () => {
  it('is: questions, the longest waiting first; ready runs; failed runs, the latest first', () => {
    const window = openWindow();
    window.deliver(
      run('failed-early', failed()),
      run('ready', answered()),
      run('asks-late', asking(20 * minute)),
      run('works', from(hour).requested('work')),
      run('failed-late', failed(minute)),
      run('completed', done().completed()),
      run('ready-earlier', done(-minute)),
      run('asks-twice', from(minute).requested('gate1', 'breakpoint').requested('gate2', 'breakpoint')),
    );
    expect(window.rows).toEqual([
      'breakpoint asks-twice gate1',
      'breakpoint asks-twice gate2',
      'breakpoint asks-late gate',
      'ready ready-earlier',
      'ready ready',
      'failed failed-late',
      'failed failed-early',
    ]);
    expect(needsSentence(window.attention.needs)).toBe(
      '3 questions wait for you, 2 runs are ready to continue and 2 runs failed',
    );
  });

  it('is told in a sentence, also when there is little of it', () => {
    const window = openWindow();
    expect(needsSentence(window.attention.needs)).toBe('Nothing needs you');
    window.deliver(run('a', asking()), run('b', failed()));
    expect(needsSentence(window.attention.needs)).toBe('1 question waits for you and 1 run failed');
    window.deliver('/runs/a', run('b', answered()));
    expect(needsSentence(window.attention.needs)).toBe('1 run is ready to continue');
  });

  it('is a ready run at once after a person’s answer, else when nobody carried it on for a while', () => {
    const window = openWindow({ at: start + 5 * second });
    window.deliver(
      run('answered', answered()),
      run('done', done()),
      // What was answered last counts, and not what was asked last.
      run(
        'answered-last',
        from(0).requested('work').requested('gate', 'breakpoint').resolved('work').resolved('gate'),
      ),
      run('worked-last', asking().requested('work').resolved('gate').resolved('work')),
    );
    expect(window.rows.toSorted()).toEqual(['ready answered', 'ready answered-last']);
    window.clock.advance(defaultActivityWindow - 4 * second);
    expect(window.rows).toHaveLength(2);
    window.clock.advance(5 * second);
    expect(window.rows).toHaveLength(4);
  });

  it('is a failed run until somebody looked at it, and again when it fails again', () => {
    const window = openWindow();
    window.deliver(run('a', failed()), run('sealed', from(0).failed('x', { manual_seal_reason: 'Over' })));
    expect(window.rows).toEqual(['failed a']);
    const writes = window.shared.changes;
    for (let looks = 0; looks < 3; looks += 1) window.attention.lookedAt(asRunKey('/runs/a'));
    expect(window.shared.changes - writes).toBe(1);
    expect(window.rows).toEqual([]);
    window.deliver(run('a', failed().requested('again').failed()));
    expect(window.rows).toEqual(['failed a']);
  });

  it('is a damaged run that is not over: one row instead of its questions, until it is repaired or marked as seen', () => {
    const window = openWindow();
    const damage = {
      file: 'journal/000003.json',
      what: 'is cut off',
      stops: 'iterate',
      mendable: true,
    } as const;
    const damaged = (name: string, story: JournalBuilder): Run => ({
      ...run(name, story),
      problems: [damage],
    });
    window.deliver(
      damaged('asks', asking()),
      damaged('ready', answered(minute)),
      damaged('completed', done().completed()),
      damaged('failed', failed()),
      run('asks-whole', asking(minute)),
    );
    const all = ['breakpoint asks-whole gate', 'damaged asks', 'damaged ready', 'failed failed'];
    expect(window.rows).toEqual(all);
    expect(needsSentence(window.attention.needs)).toBe(
      '1 question waits for you, 2 damaged runs need repair and 1 run failed',
    );
    // Looking at it repairs nothing.
    window.attention.lookedAt(asRunKey('/runs/asks'));
    expect(window.rows).toEqual(all);
    window.attention.markSeen(asRunKey('/runs/asks'));
    window.attention.markSeen(asRunKey('/runs/failed'));
    expect(window.rows).toEqual(['breakpoint asks-whole gate', 'damaged ready']);
    window.deliver(damaged('asks', asking().after(minute).requested('more')));
    expect(window.rows).toEqual(['breakpoint asks-whole gate', 'damaged ready', 'damaged asks']);
    window.deliver(run('asks', asking()), run('ready', answered(minute)));
    expect(window.rows).toEqual(['breakpoint asks gate', 'breakpoint asks-whole gate', 'ready ready']);
  });

  it('leaves out what the settings switch off', () => {
    const window = openWindow();
    window.deliver(run('a', failed()), run('b', answered()), run('c', asking()));
    Object.assign(window.counted, { ready: false });
    window.attention.update();
    expect(window.rows).toEqual(['breakpoint c gate', 'failed a']);
    Object.assign(window.counted, { failed: false });
    window.attention.update();
    expect(window.rows).toEqual(['breakpoint c gate']);
  });

  it('is put off until its time, in all windows, and comes back by itself', () => {
    const window = openWindow();
    const other = openWindow({ shared: window.shared, clock: window.clock });
    for (const each of [window, other]) each.deliver(run('a', asking()), run('b', asking(minute)));
    const now = window.clock.now();
    window.shared.setSnooze(asRunKey('/runs/a'), 'gate', { until: now + hour, at: now });
    expect(window.rows).toEqual(['breakpoint b gate']);
    expect(other.rows).toEqual(['breakpoint b gate']);
    expect(other.attention.snoozedUntil(asRunKey('/runs/a'), 'gate')).toBe(now + hour);
    window.clock.advance(hour - 1);
    expect(other.rows).toEqual(['breakpoint b gate']);
    window.clock.advance(1);
    expect(other.rows).toEqual(['breakpoint a gate', 'breakpoint b gate']);
    expect(other.attention.snoozedUntil(asRunKey('/runs/a'), 'gate')).toBe(undefined);
  });

  it('is a run that was put off as soon as something happens in it', () => {
    const window = openWindow();
    window.deliver(run('a', answered()), run('b', failed()));
    const at = window.clock.now();
    for (const dir of ['/runs/a', '/runs/b']) {
      window.shared.setSnooze(asRunKey(dir), undefined, { until: untilItChanges, at });
    }
    expect(window.rows).toEqual([]);
    window.deliver(
      run(
        'a',
        answered()
          .after(2 * hour)
          .done('work'),
      ),
    );
    window.clock.advance(4 * hour);
    expect(window.rows).toEqual(['ready a']);
  });

  it('tells of changes of its rows only', () => {
    const window = openWindow();
    window.deliver(run('a', asking()));
    expect(window.fired).toBe(1);
    window.deliver(run('a', asking().add('STOP_HOOK_INVOKED')), run('b', from(hour).requested('work')));
    expect(window.fired).toBe(1);
    window.deliver(run('a', answered()));
    expect(window.fired).toBe(2);
  });
});

describe('notifications', () => {
  /** A window that is long open, so that everything is news. */
  function openSince(options: WindowOptions = {}) {
    const window = openWindow(options);
    window.clock.advance(10 * second);
    return window;
  }
  /** Asked now. */
  const askingNow = ({ clock }: { clock: FakeClock }): JournalBuilder => asking(clock.now() - start);

  it('tell of a question, once', () => {
    const window = openSince();
    window.deliver(run('a', askingNow(window)));
    expect(window.said).toEqual([]);
    window.clock.advance(soon);
    expect(window.said).toEqual(['A question waits for you: "Ship a?" in "a".']);
    window.deliver(run('a', askingNow(window)));
    window.clock.advance(hour);
    expect(window.said).toHaveLength(1);
  });

  it('tell of what comes within seconds together, and do not wait for ever', () => {
    const window = openSince({ settings: { failed: true, completed: true } });
    window.deliver(run('a', askingNow(window)));
    window.clock.advance(1900);
    window.deliver(run('b', askingNow(window)));
    window.clock.advance(1900);
    window.deliver(run('c', askingNow(window)), run('d', failed(window.clock.now() - start)));
    window.clock.advance(1900);
    expect(window.said).toEqual([]);
    window.deliver(run('e', askingNow(window)));
    window.clock.advance(300);
    expect(window.said).toEqual(['4 questions wait for you and 1 run failed.']);
    window.deliver(run('f', askingNow(window)));
    window.clock.advance(2000);
    expect(window.said).toHaveLength(2);
  });

  it('are shown in one of several windows, the one with the person', () => {
    const away = openWindow();
    away.here.focused = false;
    const here = openWindow({ shared: away.shared, clock: away.clock });
    away.clock.advance(10 * second);
    for (const window of [away, here]) window.deliver(run('a', askingNow(here)));
    away.clock.advance(minute);
    expect([away.said, here.said]).toEqual([[], [expect.stringMatching('Ship a')]]);
  });

  it('are shown also where the person is in no window', () => {
    const window = openSince();
    window.here.focused = false;
    window.deliver(run('a', askingNow(window)));
    window.clock.advance(soon);
    expect(window.said).toHaveLength(1);
  });

  it('say nothing of what the person is looking at, or is told of by the iterate that brought it', () => {
    const window = openSince();
    window.here.lookedAt = '/runs/a';
    window.deliver(run('a', askingNow(window)));
    window.here.iterating = '/runs/b';
    window.deliver(run('b', askingNow(window)));
    window.here.iterating = '';
    window.clock.advance(soon);
    window.here.lookedAt = '';
    window.clock.advance(hour);
    expect(window.said).toEqual([]);
  });

  it('say nothing of what was answered meanwhile', () => {
    const window = openSince();
    window.deliver(run('a', askingNow(window)));
    window.deliver(run('a', askingNow(window).resolved('gate')));
    window.clock.advance(hour);
    expect(window.said).toEqual([]);
  });

  it('follow the settings, and what was not told is not told later', () => {
    const window = openSince({ settings: { breakpoints: false } });
    window.deliver(run('a', askingNow(window)), run('b', failed(window.clock.now() - start)));
    window.clock.advance(soon);
    window.here.settings = { ...quiet, failed: true, completed: true };
    window.notifier.update();
    window.clock.advance(hour);
    expect(window.said).toEqual([]);
    window.deliver(run('b', failed(window.clock.now() - start)));
    window.clock.advance(soon);
    window.deliver(run('c', done(window.clock.now() - start).completed()));
    window.clock.advance(soon);
    expect(window.said).toEqual(['"b" failed: It broke', '"c" is completed.']);
  });

  it('tell how runs end that the person carried on, whatever the other settings say, in the window where that was', () => {
    const mine = openSince();
    const other = openSince({ shared: mine.shared, clock: mine.clock });
    mine.here.mine = '/runs/a';
    const end = mine.clock.now() - start;
    for (const window of [other, mine]) window.deliver(run('a', failed(end)), run('b', failed(end)));
    mine.clock.advance(soon);
    expect(mine.said).toEqual([expect.stringContaining('"a" failed')]);
    expect(other.said).toEqual([]);

    const off = openSince({ settings: { mine: false } });
    off.here.mine = '/runs/a';
    off.deliver(run('a', failed(off.clock.now() - start)));
    off.clock.advance(soon);
    expect(off.said).toEqual([]);
  });

  it('are silent while a window opens for the first time', () => {
    const window = openWindow({ settings: { failed: true, completed: true } });
    window.deliver(run('a', asking()), run('b', failed()), run('c', done().completed()));
    window.clock.advance(hour);
    expect(window.said).toEqual([]);
  });

  it('are one summary of what came since the workspace was open last', () => {
    const before = openWindow({ at: start });
    before.deliver(run('a', asking(-minute)));
    before.clock.advance(10 * second);
    before.close();
    const window = openWindow({ shared: before.shared });
    window.deliver(run('a', asking(-minute)), run('b', asking(minute)));
    window.clock.advance(second);
    window.deliver(run('c', asking(2 * minute)));
    window.clock.advance(hour);
    expect(window.said).toEqual(['2 questions came while this workspace was closed and wait for you.']);
    window.close();
    const third = openWindow({ shared: before.shared });
    third.deliver(run('a', asking(-minute)), run('b', asking(minute)));
    third.clock.advance(hour);
    expect(third.said).toEqual([]);
  });

  it('wait with the summary until all places were looked at', () => {
    const shared = new FakeAttention();
    openWindow({ shared }).close();
    const window = openWindow({ shared });
    window.clock.advance(20 * second);
    window.deliver(run('a', asking()));
    window.clock.advance(5 * second);
    expect(window.said).toEqual(['1 question came while this workspace was closed and waits for you.']);
  });

  it('wait with the summary while one thing after another is read', () => {
    const shared = new FakeAttention();
    openWindow({ shared }).close();
    const window = openWindow({ shared });
    for (const name of ['a', 'b', 'c']) {
      window.clock.advance(2 * second);
      window.deliver(run(name, asking()));
    }
    window.clock.advance(3 * second);
    expect(window.said).toEqual(['3 questions came while this workspace was closed and wait for you.']);
  });

  it('remind of what was there before only after the window was open for so long', () => {
    const window = openWindow({ settings: { reminderMinutes: 30 } });
    window.deliver(run('a', asking()));
    window.clock.advance(29 * minute);
    expect(window.said).toEqual([]);
    window.clock.advance(2 * minute);
    expect(window.said).toEqual(['A question still waits for you: "Ship a?" in "a".']);
  });

  it('come again when the time of a snooze is over, and not when it is woken before', () => {
    const window = openSince();
    window.deliver(run('a', askingNow(window)), run('b', askingNow(window)));
    window.clock.advance(soon);
    expect(window.said).toEqual(['2 questions wait for you.']);
    const at = window.clock.now();
    for (const dir of ['/runs/a', '/runs/b'])
      window.shared.setSnooze(asRunKey(dir), 'gate', { until: at + hour, at });
    window.shared.setSnooze(asRunKey('/runs/b'), 'gate', undefined);
    window.clock.advance(hour + soon);
    expect(window.said.slice(1)).toEqual(['A question waits for you: "Ship a?" in "a".']);
  });

  it('say nothing of what is put off before it was told', () => {
    const window = openSince();
    const at = window.clock.now();
    window.deliver(run('a', askingNow(window)));
    window.shared.setSnooze(asRunKey('/runs/a'), 'gate', { until: at + hour, at });
    window.clock.advance(minute);
    expect(window.said).toEqual([]);
    window.clock.advance(hour);
    expect(window.said).toHaveLength(1);
  });

  it('remind once of what is still open, in one window, and not of what is put off', () => {
    const window = openWindow({ settings: { reminderMinutes: 30 } });
    const other = openWindow({
      shared: window.shared,
      clock: window.clock,
      settings: { reminderMinutes: 30 },
    });
    window.clock.advance(10 * second);
    const runs = ['a', 'b', 'c'].map((name) => run(name, askingNow(window)));
    for (const each of [window, other]) each.deliver(...runs);
    window.clock.advance(minute);
    const at = window.clock.now();
    window.shared.setSnooze(asRunKey('/runs/b'), 'gate', { until: at + 24 * hour, at });
    for (const each of [window, other]) each.deliver(run('c', askingNow(window).resolved('gate')));
    window.clock.advance(28 * minute);
    expect([...window.said, ...other.said]).toEqual(['3 questions wait for you.']);
    window.clock.advance(2 * minute);
    expect([...window.said, ...other.said].slice(1)).toEqual([
      'A question still waits for you: "Ship a?" in "a".',
    ]);
    window.clock.advance(5 * hour);
    expect([...window.said, ...other.said]).toHaveLength(2);
  });

  it('spell out what run text would hide', () => {
    const window = openSince();
    window.deliver({
      ...run('a', askingNow(window)),
      prompt: '\u202eevil',
    });
    window.clock.advance(soon);
    expect(window.said).toEqual(['A question waits for you: "Ship a?" in "⟨U+202E⟩evil".']);
  });
});

describe('after an answer', () => {
  it('the person is asked, unless a setting says what to do and it is possible', () => {
    const both = { trusted: true, iterate: true };
    expect(afterAnswer('ask', both)).toBe(undefined);
    expect(afterAnswer('iterate', both)).toBe('iterate');
    expect(afterAnswer('iterate', { ...both, iterate: false })).toBe(undefined);
    expect(afterAnswer('iterate', { ...both, trusted: false })).toBe(undefined);
    expect(afterAnswer('resume', both)).toBe('resume');
    expect(afterAnswer('resume', { ...both, trusted: false })).toBe(undefined);
    expect(afterAnswer('nothing', both)).toBe('nothing');
  });
});

describe('the time of a snooze', () => {
  // A Saturday.
  const now = new Date(2026, 10, 21, 14, 30, 20).getTime();
  const local = (time: number | undefined): string => {
    if (time === undefined) return 'nothing';
    const date = new Date(time);
    const two = (n: number): string => String(n).padStart(2, '0');
    return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
  };

  it('is offered: an hour, four, tomorrow morning, Monday', () => {
    expect(snoozeOffers(now).map(({ label, until }) => `${label}: ${local(until)}`)).toEqual([
      'In 1 hour: 11-21 15:30',
      'In 4 hours: 11-21 18:30',
      'Tomorrow morning: 11-22 09:00',
      'Next Monday: 11-23 09:00',
    ]);
    const monday = new Date(2026, 10, 23, 8).getTime();
    expect(
      snoozeOffers(monday)
        .map(({ until }) => local(until))
        .at(-1),
    ).toBe('11-30 09:00');
  });

  it.each([
    ['45m', '11-21 15:15'],
    ['in 2h', '11-21 16:30'],
    ['3d', '11-24 14:30'],
    ['1 week', '11-28 14:30'],
    ['16:30', '11-21 16:30'],
    ['at 9:05', '11-22 09:05'],
    ['tomorrow', '11-22 09:00'],
    ['Tomorrow at 8:15', '11-22 08:15'],
    ['today 18:00', '11-21 18:00'],
    ['until Friday', '11-27 09:00'],
    ['sat', '11-28 09:00'],
    ['next monday 10:00', '11-23 10:00'],
    ['2026-12-24', '12-24 09:00'],
    ['2026-12-24 17:45', '12-24 17:45'],
    ['2026-12-24T17:45', '12-24 17:45'],
  ])('is read from "%s"', (text, expected) => {
    expect(local(parseSnoozeTime(text, now))).toBe(expected);
  });

  it.each([
    ...['', 'soon', '0m', '5 parsecs', '25:00', '12:61', 'today 9:00', 'today', 'fr', '99999d'],
    ...['2026-02-30', '2025-01-01', '2026-13-01', '12', 'tomorrow friday', '-1h'],
  ])('is not read from "%s"', (text) => {
    expect(parseSnoozeTime(text, now)).toBe(undefined);
  });
});

describe('a button of a notification', () => {
  const told = { kind: 'breakpoint', runKey: asRunKey('/runs/a'), effectId: 'gate' } as const;
  const since = async (now: Run | undefined, item: NoticeItem = told, details?: RunDetails) => {
    const window = openWindow();
    if (now) window.deliver(now);
    const { store } = window;
    const known = { get: store.get.bind(store), readDetails: async () => details };
    return sinceTold(known, item, start + hour);
  };

  it('acts while what was told is still so', async () => {
    expect(await since(run('a', asking()))).toBeUndefined();
    expect(await since(run('a', failed()), { ...told, kind: 'failed' })).toBeUndefined();
    expect(await since(run('a', done().completed()), { ...told, kind: 'completed' })).toBeUndefined();
  });

  it('says what became of it otherwise', async () => {
    expect(await since(undefined)).toBe('This run was deleted.');
    expect(await since(run('a', answered()))).toBe('This question was answered meanwhile.');
    const { result } = parseResult('{"status":"ok","result":{"approved":true,"respondedBy":"Ann"}}', []);
    const results = new Map(result ? [['gate', result]] : []);
    const details = { tasks: new Map(), results, problems: [], warnings: [] };
    expect(await since(run('a', answered()), told, details)).toMatch(/^Ann approved this .* ago\.$/);
    expect(await since(run('a', asking().failed('no price')))).toBe(
      'This question of "a" is closed. no price.',
    );
    expect(await since(run('a', failed().requested('more')), { ...told, kind: 'failed' })).toMatch(
      /^"a" went on meanwhile\. Waiting for an agent/,
    );
  });
});
