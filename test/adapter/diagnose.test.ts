import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkProcess } from '../../src/engines/babysitter/node/processCheck';
import { sessionsOf } from '../../src/engines/babysitter/node/sessionBindings';
import { engineEnvironment } from '../../scripts/demo.mjs';
import { callCli } from '../support/driving';
import { temporaryFolder, write } from '../support/runFolder';

describe('checkProcess', () => {
  const check = (source: string, limit?: number) => {
    const path = write(temporaryFolder(), 'p.mjs', source);
    return checkProcess(path, 'process', process.env, undefined, limit).then((result) => ({ path, result }));
  };

  it('is content with a file that loads', async () => {
    const { result } = await check('export const process = async () => {};\n');
    expect(result).toEqual({ loads: true });
  });

  it('finds the line of a syntax error', async () => {
    const { path, result } = await check(
      'export const a = 1;\nexport const process = async () => {;\n\nconst = 3;\n',
    );
    expect(result).toMatchObject({
      loads: false,
      path,
      line: 4,
      cause: expect.stringMatching(/^SyntaxError: /),
    });
  });

  it('names the module that is missing', async () => {
    const { result } = await check("import 'no-such-package';\nexport const process = () => {};\n");
    expect(result).toMatchObject({ loads: false, cause: expect.stringContaining("'no-such-package'") });
  });

  it('finds the line where loading throws, in whatever file', async () => {
    const folder = temporaryFolder();
    const helper = write(folder, 'helper.mjs', '\n\nthrow new TypeError("half done");\n');
    const path = write(folder, 'p.mjs', 'import "./helper.mjs";\nexport const process = () => {};\n');
    const result = await checkProcess(path, 'process', process.env);
    expect(result).toEqual({ loads: false, cause: 'TypeError: half done', path: helper, line: 3 });
  });

  it('says when nothing can be called', async () => {
    const { result } = await check('export const settings = {};\n');
    expect(result).toMatchObject({
      loads: false,
      cause: expect.stringContaining('exports no function "process"'),
    });
  });

  it('takes no other function for the one that the run names, as the engine takes none', async () => {
    const source = 'export const process = async () => {};\nexport default process;\n';
    const path = write(temporaryFolder(), 'p.mjs', source);
    expect(await checkProcess(path, 'build', globalThis.process.env)).toMatchObject({
      loads: false,
      cause: expect.stringContaining('exports no function "build"'),
    });
  });

  it('does not wait for ever', async () => {
    const { result } = await check(
      'await new Promise((r) => setTimeout(r, 60000));\nexport const process = 1;\n',
      1500,
    );
    expect(result).toMatchObject({ loads: false, cause: 'loading it took longer than 1.5 s.' });
  });
});

it('finds the sessions that the real engine bound to a run', async () => {
  const home = temporaryFolder();
  const state = join(home, '.a5c', 'state');
  const env = engineEnvironment(home);
  expect(sessionsOf('R1', env)).toBeUndefined();
  const init = ['session:init', '--state-dir', state, '--prompt', 'go on', '--json'];
  await callCli(home, ...init, '--session-id', 's1', '--run-id', 'R1');
  await callCli(home, ...init, '--session-id', 's2', '--run-id', 'R2');
  expect(sessionsOf('R1', env)).toMatchObject([
    { sessionId: 's1', active: true, lastIterationAt: expect.any(Number) },
  ]);
});
