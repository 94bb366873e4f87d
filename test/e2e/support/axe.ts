import type * as Axe from 'axe-core';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { EditorWindow } from './openWindow';

/** What axe finds in the page that is shown and calls serious or critical. */
export async function seriousViolations({ webview }: EditorWindow): Promise<readonly string[]> {
  const frame = await (await webview().owner().elementHandle())?.contentFrame();
  if (!frame) throw new Error('There is no page.');
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  // Through the debugger, which the page's policy does not bind.
  await frame.evaluate(readFileSync(axe, 'utf8'));
  return frame.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof Axe };
    const { violations } = await axe.run(document);
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
