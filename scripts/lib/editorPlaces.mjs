// Where the command of VS Code, or of an editor made from it, lies on each system.
import { posix, win32 } from 'node:path';

/** The editors in the order of preference: command, application on macOS, folder and command on Windows. */
const editors = [
  {
    command: 'code',
    application: 'Visual Studio Code.app/Contents/Resources/app/bin/code',
    program: 'Microsoft VS Code\\bin\\code.cmd',
  },
  {
    command: 'code-insiders',
    application: 'Visual Studio Code - Insiders.app/Contents/Resources/app/bin/code',
    program: 'Microsoft VS Code Insiders\\bin\\code-insiders.cmd',
  },
  {
    command: 'codium',
    application: 'VSCodium.app/Contents/Resources/app/bin/codium',
    program: 'VSCodium\\bin\\codium.cmd',
  },
  {
    command: 'cursor',
    application: 'Cursor.app/Contents/Resources/app/bin/cursor',
    program: 'cursor\\resources\\app\\bin\\cursor.cmd',
  },
];

/** @type {import('./editorPlaces.mjs').editorPlaces} */
export function editorPlaces({ platform, env }) {
  const windows = platform === 'win32';
  const { join, delimiter } = windows ? win32 : posix;
  const path = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(Boolean);
  const below = (/** @type {(string | undefined)[]} */ folders, /** @type {string} */ name) =>
    folders.flatMap((folder) => (folder ? [join(folder, name)] : []));
  const local = env['LOCALAPPDATA'];
  const programs = [local && join(local, 'Programs'), env['PROGRAMFILES']];
  const applications = ['/Applications', env['HOME'] && join(env['HOME'], 'Applications')];
  return editors.flatMap(({ command, application, program }) => [
    ...below(path, windows ? `${command}.cmd` : command),
    ...(windows ? below(programs, program) : []),
    ...(platform === 'darwin' ? below(applications, application) : []),
  ]);
}
