// Renders media/icon.png from icon.svg, as VS Code takes no SVG for an extension's icon. `node scripts/icon.mjs`
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from './lib/browser.mjs';
import { root } from './lib/run.mjs';

const size = { width: 256, height: 256 };
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: size });
await page.setContent(`<body style="margin:0">${readFileSync(join(root, 'scripts', 'icon.svg'), 'utf8')}`);
await page.screenshot({ path: join(root, 'media', 'icon.png'), omitBackground: true });
await browser.close();
