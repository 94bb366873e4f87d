// Who imports whom: circles, forbidden imports, and the same between folders.
import { dirname } from 'node:path/posix';

/** Which files each file imports. @typedef {ReadonlyMap<string, ReadonlySet<string>>} ImportGraph */

/**
 * Rooms are folders, and a file lies in the first room whose pattern fits. A `*` stands for one folder name, the same one
 * in `room` and `mayImport`. A room may always import itself.
 * @typedef {{ readonly room: string, readonly mayImport: readonly string[] }} Rule
 */

/**
 * The circles: sets of files each of which reaches all others, with the imports among them.
 * @param {ImportGraph} graph
 * @returns {ImportGraph[]}
 */
export function findCircles(graph) {
  const reached = new Map([...graph.keys()].map((file) => [file, reachableFrom(file, graph)]));
  const done = new Set();
  const circles = [];
  for (const [file, others] of reached) {
    if (done.has(file) || !others.has(file)) continue;
    const members = [...others].filter((other) => reached.get(other)?.has(file)).toSorted();
    for (const member of members) done.add(member);
    circles.push(
      new Map(
        members.map((member) => [member, new Set(members.filter((other) => graph.get(member)?.has(other)))]),
      ),
    );
  }
  return circles;
}

/**
 * What a file leads to; itself only if the way leads back to it.
 * @param {string} file
 * @param {ImportGraph} graph
 */
function reachableFrom(file, graph) {
  const reached = new Set();
  const next = [...(graph.get(file) ?? [])];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    next.push(...(graph.get(at) ?? []));
  }
  return reached;
}

/**
 * One sentence for each import that the rules do not allow, and for each file that lies in no room.
 * @param {ImportGraph} graph
 * @param {readonly Rule[]} rules
 */
export function forbiddenArrows(graph, rules) {
  return [...graph].flatMap(([file, imported]) => {
    const place = placeOf(file, rules);
    if (!place) return [`${file} lies in no folder that the rules know.`];
    return [...imported]
      .filter((other) => !place.mayImport.some((folder) => isIn(other, folder)))
      .map((other) => `${file} must not import ${other}: ${place.sentence}`);
  });
}

/**
 * @param {string} file
 * @param {readonly Rule[]} rules
 */
function placeOf(file, rules) {
  for (const { room, mayImport } of rules) {
    const match = new RegExp(`^${room.replace('*', '([^/]+)')}/`).exec(file);
    if (!match) continue;
    const [own, ...others] = [room, ...mayImport].map((folder) => folder.replace('*', match[1] ?? ''));
    return {
      mayImport: [own ?? room, ...others],
      sentence: `${own} imports ${others.length === 0 ? 'nothing but itself' : `only ${others.join(', ')}`}.`,
    };
  }
  return undefined;
}

/**
 * @param {string} file
 * @param {string} folder
 */
function isIn(file, folder) {
  return file.startsWith(`${folder}/`);
}

/**
 * How many imports lead from one folder into each other one.
 * @param {ImportGraph} graph
 * @returns {Map<string, { files: number, arrows: Map<string, number> }>}
 */
export function folderGraph(graph) {
  /** @type {Map<string, { files: number, arrows: Map<string, number> }>} */
  const folders = new Map();
  for (const [file, imported] of graph) {
    const from = dirname(file);
    const folder = folders.get(from) ?? { files: 0, arrows: new Map() };
    folders.set(from, folder);
    folder.files += 1;
    for (const to of [...imported].map((other) => dirname(other)).filter((to) => to !== from)) {
      folder.arrows.set(to, (folder.arrows.get(to) ?? 0) + 1);
    }
  }
  return folders;
}
