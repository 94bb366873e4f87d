import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connectPage } from '../../src/webview/vscodeApi';

type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'rows'; readonly request: number; readonly from: number }
  | { readonly type: 'facets'; readonly request: number };

describe('connectPage', () => {
  const posted: unknown[] = [];
  let kept: unknown;

  beforeEach(() => {
    posted.length = 0;
    kept = undefined;
    vi.stubGlobal('acquireVsCodeApi', () => ({
      postMessage: (message: unknown) => posted.push(message),
      getState: () => kept,
      setState: (state: unknown) => (kept = state),
    }));
    return () => vi.unstubAllGlobals();
  });

  const connect = () =>
    connectPage<{ readonly text: string; readonly scroll: number }, Message>({ text: '', scroll: 0 });

  it('numbers the questions of each type', () => {
    const api = connect();
    api.postMessage({ type: 'ready' });
    api.ask({ type: 'rows', from: 0 });
    api.ask({ type: 'rows', from: 200 });
    api.ask({ type: 'facets' });
    expect(posted).toEqual([
      { type: 'ready' },
      { type: 'rows', request: 1, from: 0 },
      { type: 'rows', request: 2, from: 200 },
      { type: 'facets', request: 1 },
    ]);
  });

  it('takes every reply to the newest question of a type, and none to an earlier one', () => {
    const api = connect();
    api.ask({ type: 'rows', from: 0 });
    expect(api.isOutdated('rows', { request: 1 })).toBe(false);
    api.ask({ type: 'rows', from: 200 });
    api.ask({ type: 'facets' });
    expect(api.isOutdated('rows', { request: 1 })).toBe(true);
    // Piece by piece.
    expect(api.isOutdated('rows', { request: 2 })).toBe(false);
    expect(api.isOutdated('rows', { request: 2 })).toBe(false);
    expect(api.isOutdated('facets', { request: 1 })).toBe(false);
  });

  it('takes what is told before anything was asked, but nothing meant for the page before a reload', () => {
    const api = connect();
    expect(api.isOutdated('rows', { request: 0 })).toBe(false);
    expect(api.isOutdated('rows', { request: 3 })).toBe(true);
  });

  it('comes back with what was kept, and with the initial values of what was not', () => {
    connect().keep({ text: 'lint' });
    expect(kept).toEqual({ text: 'lint', scroll: 0 });
    kept = { text: 'lint' };
    expect(connect().state()).toEqual({ text: 'lint', scroll: 0 });
  });
});
