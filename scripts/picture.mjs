// Takes the README's picture of the demo as it is now: `node scripts/picture.mjs`.
import { join } from 'node:path';
import { makeDemo } from './demo.mjs';
import { temporaryFolder } from './lib/atExit.mjs';
import { launchBrowser } from './lib/browser.mjs';
import { engineHome } from './lib/engineHome.mjs';
import { startHostedVsCode } from './lib/hostedVsCode.mjs';
import { root, runMain } from './lib/run.mjs';
import { ensureVsix } from './package.mjs';

await runMain(async () => {
  const folder = temporaryFolder('babysitter-runs-picture');
  const { workspace, home } = await makeDemo(folder.path);
  const server = await startHostedVsCode({
    vsix: await ensureVsix(),
    env: engineHome(home),
    settings: { 'workbench.colorTheme': 'Default Dark Modern', 'workbench.sideBar.location': 'left' },
  });
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
  await page.goto(server.url(workspace));
  await page.getByRole('tab', { name: /^Babysitter Runs/ }).click();
  await page
    .getByRole('treeitem', { name: /^Raise the relevance/ })
    .locator('.monaco-tl-twistie')
    .click();
  await page.getByRole('treeitem', { name: /^Iteration 3.*best/ }).click();
  const sash = page.locator('.monaco-sash.vertical:not(.disabled)').first();
  await sash.hover();
  await page.mouse.down();
  await page.mouse.move(450, 500, { steps: 5 });
  await page.mouse.up();
  await page.getByRole('treeitem', { name: /^Breakpoint Approve migration plan/ }).click();
  const content = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  await content.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await content.locator('body').evaluate(() => document.fonts.ready);
  await page.mouse.move(1270, 950);
  await page.screenshot({ path: join(root, 'media', 'readme.png') });
  await browser.close();
  await server.dispose();
  folder.remove();
});
