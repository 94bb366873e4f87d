import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

// `npm run soak` does the same for ten minutes, with five times as much at once.
it(
  'two windows show what is there, tell it once and stay small, whatever happens',
  { timeout: 600_000 },
  () => {
    const build = "import('./scripts/build.mjs').then(({ buildSoak }) => buildSoak())";
    execFileSync(process.execPath, ['--input-type=module', '--eval', build], { cwd: root });
    const program = [`${root}/out/soak/program.js`, '--root', root, '--small', '--seconds', '15'];
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', ...program], {
      encoding: 'utf8',
    });
    // What went wrong stands in the first lines of a failure.
    expect(stdout, `${stdout}${stderr}`).toMatch(/: 0 went wrong\n/);
    expect(status).toBe(0);
  },
);
