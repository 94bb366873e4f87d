import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, vi } from 'vitest';
import { tryFunctions, type Tried } from '../support/linearCalls';

// What talks to VS Code and what draws pages, with stand-ins for both: as linearText.test.ts tries all other functions.
const failing = vi.hoisted(() => (actual: object): object => {
  const fail = (): never => {
    throw Object.assign(new Error('There is nothing.'), { code: 'ENOENT' });
  };
  return Object.fromEntries(
    Object.entries(actual).map(([name, value]) => [
      name,
      typeof value === 'function' && /^[a-z]/.test(name)
        ? Object.assign(() => fail(), { native: fail })
        : value,
    ]),
  );
});
vi.mock('node:fs', async (original) => failing(await original()));
vi.mock('node:fs/promises', async (original) => failing(await original()));
vi.mock('node:child_process', async (original) => failing(await original()));
vi.mock('vscode', async () => {
  const { lenient, ...known } = await import('../look/vscode');
  // A class that others may extend.
  const Thing = function Thing(this: object) {
    return lenient(this);
  };
  const named = (name: string): object => lenient(/^[A-Z]/.test(name) ? Thing : {});
  return new Proxy(known, {
    has: () => true,
    get: (_, name) =>
      Reflect.get(known, name) ?? (typeof name === 'string' && name !== 'then' ? named(name) : undefined),
  });
});

// As much of a browser as modules want as they are loaded, and what texts are measured with.
vi.hoisted(() => {
  const nothing = (): object => anything;
  const anything: object = new Proxy(nothing, {
    get: (_, name) => (typeof name === 'string' && name !== 'then' ? anything : undefined),
  });
  const canvas = { getContext: () => ({ measureText: (text: string) => ({ width: text.length * 7 }) }) };
  const body = { dataset: {}, append: nothing };
  const browser = {
    document: new Proxy({ body }, { get: (known, name) => Reflect.get(known, name) ?? anything }),
    window: anything,
    navigator: { platform: '', clipboard: { writeText: nothing } },
    acquireVsCodeApi: () => ({ postMessage: nothing, getState: () => {}, setState: nothing }),
    OffscreenCanvas: function OffscreenCanvas() {
      return canvas;
    },
    getComputedStyle: () => ({ fontFamily: '' }),
    matchMedia: () => ({ matches: false, addEventListener: nothing }),
  };
  for (const [name, value] of Object.entries(browser)) vi.stubGlobal(name, value);
});
// A browser reads what it is given; what is made for it is ours.
vi.mock('dompurify', () => ({ default: { addHook: () => {}, sanitize: (html: string) => html } }));

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folders = ['src/vscode', 'src/webview', 'src/engines/*/vscode'];

let tried: Tried;
beforeAll(async () => {
  // What a person would be told.
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  tried = await tryFunctions(root, folders, (path) => import(path));
  told.mockRestore();
}, 900_000);

it('no function takes longer than its text is long', () => {
  expect(tried.slow).toEqual([]);
});

it('leaves out only functions that take nothing, or no text', () => {
  expect(tried.left).toEqual([]);
  expect(tried.count).toBeGreaterThan(100);
});
