// Loaded before a program: kills it at one of its changes on disk, or lets that and all further ones find the disk full.
// KILL_BELOW: only changes below this folder count. KILL_AT: the number of the change, from 1; 0 counts them.
// KILL_HOW: "kill" or "full". KILL_COUNT: a file that gets the number of changes.
const fs = require('node:fs');

const { KILL_BELOW: below, KILL_COUNT: countFile, KILL_HOW: how } = process.env;
const at = Number(process.env.KILL_AT);
let step = 0;
const { writeFileSync, writeSync } = fs;

/** A step is the moment before a change; half of a text is written before that of a write. */
function reached(beforeDeath) {
  step += 1;
  if (at === 0 && countFile !== undefined) writeFileSync(countFile, String(step));
  if (at === 0 || step < at || (how !== 'full' && step > at)) return;
  beforeDeath?.();
  if (how === 'full') throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  process.kill(process.pid, 'SIGKILL');
}

const isOurs = (path) => typeof path === 'string' && path.startsWith(below);
const { promises } = fs;
const half = (data) => String(data).slice(0, String(data).length / 2);

for (const name of ['mkdir', 'rename', 'link', 'mkdtemp']) {
  const [original, sync] = [promises[name], fs[`${name}Sync`]];
  promises[name] = async (path, ...rest) => {
    if (isOurs(path)) reached();
    return original.call(promises, path, ...rest);
  };
  fs[`${name}Sync`] = (path, ...rest) => {
    if (isOurs(path)) reached();
    return sync.call(fs, path, ...rest);
  };
}
// A full disk can be made emptier.
for (const name of how === 'full' ? [] : ['unlink', 'rm']) {
  const [original, sync] = [promises[name], fs[`${name}Sync`]];
  promises[name] = async (path, ...rest) => {
    if (isOurs(path)) reached();
    return original.call(promises, path, ...rest);
  };
  fs[`${name}Sync`] = (path, ...rest) => {
    if (isOurs(path)) reached();
    return sync.call(fs, path, ...rest);
  };
}
const { writeFile, open } = promises;
promises.writeFile = async (path, data, ...rest) => {
  if (isOurs(path)) reached(() => writeFileSync(path, half(data)));
  return writeFile.call(promises, path, data, ...rest);
};
fs.writeFileSync = (path, data, ...rest) => {
  if (isOurs(path)) reached(() => writeFileSync(path, half(data)));
  return writeFileSync.call(fs, path, data, ...rest);
};
promises.open = async (path, flags, ...rest) => {
  const writes = isOurs(path) && flags !== undefined && flags !== 'r';
  if (writes) reached();
  const handle = await open.call(promises, path, flags, ...rest);
  if (!writes) return handle;
  const changes = how === 'full' ? ['write', 'writeFile'] : ['write', 'writeFile', 'sync', 'close'];
  for (const name of changes) {
    const original = handle[name].bind(handle);
    handle[name] = async (data, ...more) => {
      reached(() => name.startsWith('write') && writeSync(handle.fd, half(data)));
      return original(data, ...more);
    };
  }
  return handle;
};
