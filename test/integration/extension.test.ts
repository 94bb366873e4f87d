import { deepEqual, ok } from 'node:assert/strict';
import { commands, extensions } from 'vscode';
import manifest from '../../package.json';

suite('The extension', () => {
  test('activates, and every command of its manifest is there', async () => {
    const extension = extensions.getExtension(`${manifest.publisher}.${manifest.name}`);
    ok(extension, 'the extension is present');

    await extension.activate();

    const registered = new Set(await commands.getCommands(true));
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });
});
