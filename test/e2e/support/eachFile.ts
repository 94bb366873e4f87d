// Runs around every end-to-end test file.
import { afterAll, afterEach } from 'vitest';
import { openWindows } from './openWindow';

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const window of openWindows) await window.screenshot(`failed ${task.name}`);
});

afterAll(async () => {
  for (const window of openWindows) await window.dispose();
});
