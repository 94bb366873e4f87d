// Loaded into the engine's command line before it: kills the process at one of its steps on disk.
// KILL_BELOW: the run folder. KILL_AT: the number of the step, from 1; 0 counts the steps and prints them at the end.
const fs = require('node:fs');

const below = process.env.KILL_BELOW;
const at = Number(process.env.KILL_AT);
let step = 0;

/** A step is the moment before a change; half of a text is written before that of a write. */
function reached(beforeDeath) {
  step += 1;
  if (step !== at) return;
  beforeDeath?.();
  process.kill(process.pid, 'SIGKILL');
}

const isOurs = (path) => typeof path === 'string' && path.startsWith(below);
const promises = fs.promises;
for (const name of ['mkdir', 'rename', 'unlink', 'rm', 'link']) {
  const original = promises[name];
  promises[name] = (path, ...rest) => {
    if (isOurs(path)) reached();
    return original.call(promises, path, ...rest);
  };
}
const { writeFile, open } = promises;
promises.writeFile = (path, data, ...rest) => {
  if (isOurs(path)) reached(() => fs.writeFileSync(path, half(data)));
  return writeFile.call(promises, path, data, ...rest);
};
promises.open = async (path, flags, ...rest) => {
  const writes = isOurs(path) && flags !== undefined && flags !== 'r';
  if (writes) reached();
  const handle = await open.call(promises, path, flags, ...rest);
  if (!writes) return handle;
  for (const name of ['write', 'writeFile', 'sync', 'close']) {
    const original = handle[name].bind(handle);
    handle[name] = (data, ...more) => {
      reached(() => name.startsWith('write') && fs.writeSync(handle.fd, half(data)));
      return original(data, ...more);
    };
  }
  return handle;
};

const half = (data) => String(data).slice(0, String(data).length / 2);

if (at === 0) process.on('exit', () => process.stderr.write(`\nSTEPS ${step}\n`));
