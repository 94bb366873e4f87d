// Says what is missing before a release: `npm run publish:check`. Runs vsce and ovsx as far as they go without an account:
// they get an empty home and no tokens, so that nothing can be published from here. `--strict`: what is missing is a failure.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { temporaryFolder } from './lib/atExit.mjs';
import { missingForRelease } from './lib/releaseState.mjs';
import { Failure, findOnPath, progress, root, runMain } from './lib/run.mjs';
import { ensureVsix } from './package.mjs';

/** The version of ovsx that publishes (.github/workflows/release.yml). */
const ovsx = 'ovsx@1.4.0';

/**
 * Runs a publisher without an account, and tells what it said last.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {string} home an empty folder
 * @returns {Promise<{ ended: number, said: string }>}
 */
function withoutAccount(file, args, home) {
  const kept = [
    'PATH',
    'Path',
    'PATHEXT',
    'SystemRoot',
    'ComSpec',
    'npm_config_registry',
    'HTTPS_PROXY',
    'NODE_EXTRA_CA_CERTS',
  ];
  const env = {
    ...Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    ...{ HOME: home, USERPROFILE: home, VSCE_STORE: 'file' },
  };
  return new Promise((resolve) => {
    const child = execFile(file, args, { cwd: root, env, timeout: 120_000 }, (error, stdout, stderr) => {
      const lines = `${stdout}\n${stderr}`
        .split('\n')
        .filter((line) => /\S/.test(line) && !line.startsWith('npm '));
      resolve({ ended: error ? 1 : 0, said: lines.at(-1)?.trim() ?? '' });
    });
    child.stdin?.end();
  });
}

/** @param {string} vsix @param {string} home */
async function askPublishers(vsix, home) {
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const listed = await withoutAccount(process.execPath, [vsce, 'ls', '--no-dependencies'], home);
  if (listed.ended !== 0) throw new Failure(`vsce ls failed: ${listed.said}`);
  const published = await withoutAccount(process.execPath, [vsce, 'publish', '--packagePath', vsix], home);
  progress(`vsce publish stops without an account: ${published.said}`);
  const npx = findOnPath('npx');
  if (npx === undefined || process.platform === 'win32')
    return progress('ovsx was not asked: there is no npx to run.');
  const open = await withoutAccount(npx, ['--yes', ovsx, 'publish', vsix], home);
  progress(`ovsx publish stops without an account: ${open.said}`);
}

await runMain(async () => {
  const { values } = parseArgs({ options: { strict: { type: 'boolean', default: false } } });
  const read = (/** @type {string} */ name) => readFileSync(join(root, name), 'utf8');
  const missing = missingForRelease({
    manifest: JSON.parse(read('package.json')),
    changelog: read('CHANGELOG.md'),
    has: (name) => existsSync(join(root, name)),
  });
  const vsix = await ensureVsix();
  progress(`Packed: ${vsix}`);
  const home = temporaryFolder('babysitter-runs-publish');
  await askPublishers(vsix, home.path);
  home.remove();
  for (const what of missing) progress(`Missing: ${what}`);
  if (missing.length === 0) progress('Nothing is missing: tag the commit (docs/publishing.md).');
  else if (values.strict) throw new Failure('Not ready to be published.');
});
