import { contributes, restrictedConfigurations } from './contributes';

interface Manifest {
  readonly capabilities: { readonly untrustedWorkspaces: object };
}

/** The text of package.json with what the extension contributes; everything else in it stays. */
export function packageJson(before: string): string {
  const manifest = JSON.parse(before) as Manifest;
  const { capabilities } = manifest;
  const untrustedWorkspaces = { ...capabilities.untrustedWorkspaces, restrictedConfigurations };
  const after = { ...manifest, capabilities: { ...capabilities, untrustedWorkspaces }, contributes };
  return `${JSON.stringify(after, null, 2)}\n`;
}
