import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import { temporaryFolder } from '../../../scripts/lib/atExit.mjs';
import { engineHome } from '../../../scripts/lib/engineHome.mjs';
import { startHostedVsCode, type HostedVsCode, type Settings } from '../../../scripts/lib/hostedVsCode.mjs';
import { clearPage, openPage } from './pages';

/** A VS Code server with the packed extension, and a page of a browser for its windows. */
export interface Host {
  readonly server: HostedVsCode;
  readonly kind: HostKind;
  /** The home folder of what the server starts. */
  readonly home: string;
  readonly page: Page;
}

export interface HostKind {
  /** `false`: folders open in Restricted Mode. */
  readonly trusted: boolean;
  /** With all the extensions that come with VS Code, which make a window open in twice the time. */
  readonly allExtensions: boolean;
}

/** Those without a window. Test files that run one after the other share a process, so they use each other's. */
const idle: Host[] = [];

/** @param home a folder whose content is copied into the home folder; an empty one, when left out */
export async function takeHost(
  kind: HostKind,
  { user = {}, machine = {} }: { readonly user?: Settings; readonly machine?: Settings },
  home: string | undefined,
): Promise<Host> {
  const place = idle.findIndex(
    (host) => host.kind.trusted === kind.trusted && host.kind.allExtensions === kind.allExtensions,
  );
  const [known] = place < 0 ? [] : idle.splice(place, 1);
  const host = known ?? (await startHost(kind));
  host.server.renew(user, machine);
  await rm(host.home, { recursive: true, force: true, maxRetries: 10 });
  await copyOrCreate(home, host.home);
  return host;
}

/** For a host whose window is done. */
export async function giveBack(host: Host): Promise<void> {
  idle.push((await clearPage(host.page)) ? host : { ...host, page: await openPage() });
}

async function startHost(kind: HostKind): Promise<Host> {
  const home = join(temporaryFolder('babysitter-runs-home').path, 'home');
  await mkdir(home);
  const vsix = inject('vsix');
  const server = await startHostedVsCode({
    vsix,
    env: engineHome(home),
    workspaceTrust: !kind.trusted,
    fewExtensions: !kind.allExtensions,
  });
  return { server, kind, home, page: await openPage() };
}

/** Copies a folder; makes an empty one, when there is none to copy. */
export async function copyOrCreate(source: string | undefined, target: string): Promise<void> {
  if (source) await cp(source, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  else await mkdir(target);
}
