import { buildPages } from '../../scripts/build.mjs';
import { ensureBrowser } from '../../scripts/lib/install.mjs';

export default async function setup(): Promise<void> {
  await ensureBrowser();
  await buildPages();
}
