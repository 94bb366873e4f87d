// The engine's command line, loaded once and asked many times: loading it takes longer than any of its commands.
// Messages in: { id, args, env, cwd }; out: { id, code, stdout, stderr }. What tests are about runs in processes of its own.
const { createBabysitterCli } = require('@a5c-ai/babysitter-sdk/dist/cli/main.js');
const { AsyncLocalStorage } = require('node:async_hooks');
const { format } = require('node:util');

const calls = new AsyncLocalStorage();
for (const [method, stream] of [
  ['log', 'stdout'],
  ['info', 'stdout'],
  ['warn', 'stderr'],
  ['error', 'stderr'],
]) {
  console[method] = (...values) => {
    const call = calls.getStore();
    if (call) call[stream] += `${format(...values)}\n`;
  };
}

process.on('message', ({ id, args, env, cwd }) => {
  // All calls of a test file come from one home, so what one sets suits the next.
  Object.assign(process.env, env);
  process.chdir(cwd);
  const call = { id, code: 1, stdout: '', stderr: '' };
  void calls.run(call, async () => {
    try {
      call.code = await createBabysitterCli().run(args);
    } catch (error) {
      call.stderr += `${error}`;
    }
    process.send(call);
  });
});
