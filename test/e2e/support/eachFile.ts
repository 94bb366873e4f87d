// Runs around every end-to-end test file.
import { afterAll, afterEach } from 'vitest';
import { openWindows } from './openWindow';

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const window of openWindows) {
    await window.screenshot(`failed ${task.name}`);
    console.log(`What VS Code told of errors before "${task.name}" failed:`, window.errors);
  }
});

afterAll(async () => {
  for (const window of openWindows) await window.dispose();
});
