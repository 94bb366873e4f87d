/** The environment of the editor, less what would make a child behave as a part of the editor. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = /^VSCODE_|^(?:NODE_OPTIONS|ELECTRON_RUN_AS_NODE)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.test(name)));
}
