import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installedPlugin } from '../../src/engines/babysitter/node/claudePlugin';
import { temporaryFolder } from '../support/runFolder';

/** Claude Code's folder with a plugin that has these commands. */
function withPlugin(commands: readonly string[], more: object = {}, name = 'babysitter@a5c.ai') {
  const home = temporaryFolder();
  const installPath = join(home, 'plugins', 'cache', 'a5c.ai', 'babysitter', '1.0.0');
  mkdirSync(join(installPath, 'commands'), { recursive: true });
  for (const command of commands) writeFileSync(join(installPath, 'commands', `${command}.md`), '');
  const list = { version: 2, plugins: { [name]: [{ scope: 'user', installPath, ...more }] } };
  writeFileSync(join(home, 'plugins', 'installed_plugins.json'), JSON.stringify(list));
  return { CLAUDE_CONFIG_DIR: home };
}

it('tells a newer plugin from an older one by the commands that it has', () => {
  expect(installedPlugin(withPlugin(['resume', 'call']), '/project')).toBe('newer');
  expect(installedPlugin(withPlugin(['babysit']), '/project')).toBe('older');
});

it('knows none where none is installed for the project', () => {
  const elsewhere = { scope: 'project', projectPath: temporaryFolder() };
  const project = temporaryFolder();
  expect(installedPlugin(withPlugin(['resume'], elsewhere), project)).toBeUndefined();
  expect(installedPlugin(withPlugin(['resume'], { scope: 'project', projectPath: project }), project)).toBe(
    'newer',
  );
  expect(installedPlugin(withPlugin(['resume'], {}, 'other@a5c.ai'), project)).toBeUndefined();
  expect(installedPlugin({ CLAUDE_CONFIG_DIR: temporaryFolder() }, project)).toBeUndefined();
});

it.each(['{', '[]', '{"plugins": 1}', '{"plugins": {"babysitter@x": [null, {"installPath": 1}]}}'])(
  'makes nothing of the list %s',
  (text) => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'plugins'));
    writeFileSync(join(home, 'plugins', 'installed_plugins.json'), text);
    expect(installedPlugin({ CLAUDE_CONFIG_DIR: home }, '/project')).toBeUndefined();
  },
);
