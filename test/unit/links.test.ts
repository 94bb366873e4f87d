import { describe, expect, it } from 'vitest';
import { enginesOf } from '../../src/core/engine/runEngine';
import { LinkFollower, type KeptLink } from '../../src/core/links/linkFollower';
import { linkText, parseLink, type RunLink } from '../../src/core/links/runLink';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import { keyText } from '../../src/core/run/runKey';
import { RunStore } from '../../src/core/source/runStore';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import { FakeClock } from '../support/fakeClock';
import { FakeSource } from '../support/fakeSource';
import { journal, minute, second } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';

/** The path of a link as an editor hands it over. */
const pathOf = (text: string): string => decodeURIComponent(new URL(text).pathname);

describe('a link', () => {
  it.each<[RunLink, string]>([
    [{ runId: '01KB', part: undefined }, '/run/01KB'],
    [{ runId: '01KB', part: { kind: 'task', effectId: 'e1' } }, '/run/01KB/task/e1'],
    [{ runId: '01KB', part: { kind: 'question', effectId: 'e1' } }, '/run/01KB/question/e1'],
    [{ runId: '01KB', part: { kind: 'event', event: 12 } }, '/run/01KB/event/12'],
    [{ runId: 'a b%2Fc#?ü', part: undefined }, '/run/a%20b%252Fc%23%3F%C3%BC'],
  ])('to %j is read back', (link, path) => {
    const text = linkText('vscode', link);
    expect(text).toBe(`vscode://babysitter-runs.babysitter-runs${path}`);
    expect(parseLink(pathOf(text))).toEqual(link);
  });

  it('can be written for every id, also one that is no text', () => {
    expect(linkText('vscode', { runId: 'a\uD800', part: undefined })).toMatch(/\/run\/a%EF%BF%BD$/);
  });

  it.each([
    ...['', '/', 'run/a', '/run', '/run/', '/runs/a', '/run/a/', '/run/a/task', '/run/a/task/', '/RUN/a'],
    ...['/run/..', '/run/a/task/..', '/run/a\\b', '/run/a\0', '/run/a/question/e/approve', '/run/a/answer/e'],
    ...['/run/a/event/0', '/run/a/event/-1', '/run/a/event/1e3', '/run/a/event/9007199254740993'],
    `/run/${'a'.repeat(256)}`,
    `/run/a${'/b'.repeat(100_000)}`,
  ])('that is no link of ours leads nowhere: %j', (path) => {
    expect(parseLink(path)).toBeUndefined();
  });
});

describe('following a link', () => {
  const link: RunLink = { runId: 'a', part: undefined };
  const run = (dir: string, runId = 'a') => ({
    ...aRun({ journal: journal().created() }),
    ...lyingIn(dir),
    runId,
  });

  function aWindow(before?: KeptLink, clock = new FakeClock(0)) {
    const store = new RunStore(clock, enginesOf(babysitterEngine), { activityWindow: defaultActivityWindow });
    const source = new FakeSource();
    source.loaded = false;
    store.add(source);
    const said: string[] = [];
    let kept = before;
    const follower = new LinkFollower({
      ...{ store, clock },
      kept: () => kept,
      keep: async (value) => void (kept = value),
      open: async (_, runs) =>
        void said.push(`open ${runs.map((each) => keyText(each.run.key)).join(' or ')}`),
      tellMissing: ({ runId }) => said.push(`no ${runId}`),
    });
    return {
      ...{ clock, source, said, follower },
      get kept() {
        return kept;
      },
      async deliver(...runs: readonly ReturnType<typeof run>[]) {
        source.loaded = true;
        source.deliver(...runs);
        await settled();
      },
    };
  }
  /** What was begun has gone on as far as it can. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('opens its run once all places were looked at, and is over', async () => {
    const window = aWindow();
    await window.follower.follow(link);
    window.source.deliver(run('/runs/a'));
    await settled();
    expect(window.said).toEqual([]);
    await window.deliver(run('/runs/b', 'b'));
    expect(window.said).toEqual(['open /runs/a']);
    expect(window.kept).toBeUndefined();
    await window.deliver(run('/runs/a'));
    window.clock.advance(minute);
    expect(window.said).toHaveLength(1);
  });

  it('leaves it to a person which of several runs is meant', async () => {
    const window = aWindow();
    await window.follower.follow(link);
    await window.deliver(run('/runs/a'), run('/other/a'));
    expect(window.said).toEqual(['open /other/a or /runs/a']);
  });

  it('says once that the run is not here, and opens it where its folder is opened soon', async () => {
    const window = aWindow();
    await window.follower.follow(link);
    window.clock.advance(10 * second);
    expect(window.said).toEqual([]);
    await window.deliver(run('/runs/b', 'b'));
    window.clock.advance(10 * second);
    expect(window.said).toEqual(['no a']);

    const next = aWindow(window.kept, window.clock);
    await next.follower.resume();
    await next.deliver(run('/runs/a'));
    expect(next.said).toEqual(['open /runs/a']);
    expect(next.kept).toBeUndefined();
  });

  it('gives up after a while, also in the next window', async () => {
    const window = aWindow();
    await window.follower.follow(link);
    await window.deliver(run('/runs/b', 'b'));
    window.clock.advance(3 * minute);
    await window.deliver(run('/runs/a'));
    expect(window.said).toEqual(['no a']);

    const next = aWindow(window.kept, window.clock);
    await next.follower.resume();
    await next.deliver(run('/runs/a'));
    expect(next.said).toEqual([]);
    expect(next.kept).toBeUndefined();
  });

  it('gives way to a newer link', async () => {
    const window = aWindow();
    await window.follower.follow(link);
    await window.follower.follow({ ...link, runId: 'b' });
    await window.deliver(run('/runs/a'), run('/runs/b', 'b'));
    expect(window.said).toEqual(['open /runs/b']);
    window.clock.advance(minute);
    expect(window.said).toHaveLength(1);
  });
});
