// Ending a program together with everything it started. Linux and macOS.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Ends a process, its group and its descendants, and returns when none is left. Descendants are looked up as well,
 * because a terminal's shell leads a group of its own. Whoever ignores the polite signal for two seconds is killed.
 * @param {number} leader a process that leads its own group (spawned with `detached: true`)
 */
export async function endProcessTree(leader) {
  const all = [leader, ...descendantsOf(leader)];
  signal(leader, all, 'SIGTERM');
  for (const end = Date.now() + 2000; isAlive(leader, all) && Date.now() < end; await wait(20));
  signal(leader, all, 'SIGKILL');
  for (const end = Date.now() + 2000; isAlive(leader, all) && Date.now() < end; await wait(20));
}

/**
 * The same without waiting, for a process that is itself about to end.
 * @param {number} leader
 */
export function killProcessTree(leader) {
  signal(leader, [leader, ...descendantsOf(leader)], 'SIGKILL');
}

/**
 * Ends this process soon after the npm that runs it. npm hands a signal to the shell between the two, which dies of it
 * without telling anybody, and npm itself may be killed; only a Ctrl+C in a terminal reaches everyone.
 */
export function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const ancestors = () => {
    const parent = process.ppid;
    return isShell(parent) ? [parent, parentsFromProc().find(([pid]) => pid === parent)?.[1]] : [parent];
  };
  const atFirst = ancestors().join();
  setInterval(() => ancestors().join() !== atFirst && process.exit(1), 500).unref();
}

/** Other systems' shells step aside for the only program they have to start. @param {number} pid */
function isShell(pid) {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sh';
  } catch {
    return false;
  }
}

/**
 * @param {number} leader
 * @param {readonly number[]} all
 * @param {NodeJS.Signals} name
 */
function signal(leader, all, name) {
  for (const target of [-leader, ...all]) send(target, name);
}

/**
 * @param {number} leader
 * @param {readonly number[]} all
 */
function isAlive(leader, all) {
  return [-leader, ...all].some((target) => send(target, 0));
}

/**
 * @param {number} target
 * @param {NodeJS.Signals | 0} name
 */
function send(target, name) {
  try {
    return process.kill(target, name);
  } catch {
    return false; // It has ended already.
  }
}

/**
 * @param {number} ancestor
 * @returns {number[]}
 */
function descendantsOf(ancestor) {
  const found = [ancestor];
  const parents = process.platform === 'linux' ? parentsFromProc() : parentsFromPs();
  // The list grows while it is walked: children, then theirs.
  for (const parent of found) found.push(...parents.filter(([, of]) => of === parent).map(([pid]) => pid));
  return found.slice(1);
}

/** Read from /proc, since small Linux images have no `ps`. @returns {[pid: number, parent: number][]} */
function parentsFromProc() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // "pid (name) state parent …", where the name may itself hold spaces and parentheses.
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return [[Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
      } catch {
        return []; // Gone since the listing.
      }
    });
}

/** @returns {[pid: number, parent: number][]} */
function parentsFromPs() {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /** @type {[number, number]} */ (line.trim().split(/\s+/).map(Number)));
}
