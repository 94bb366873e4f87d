// Which folders of src/ import which, circles of files, and imports that the rules forbid. `npm run graph [-- --check]`
import { findCircles, folderGraph, forbiddenArrows } from './lib/importGraph.mjs';
import { readImports } from './lib/readImports.mjs';
import { root, runMain } from './lib/run.mjs';

/**
 * Which folder may import which others, besides itself (docs/architecture.md). A file lies in the first that fits.
 * @type {readonly import('./lib/importGraph.mjs').Rule[]}
 */
const rules = [
  { room: 'src/core', mayImport: [] },
  { room: 'src/node', mayImport: ['src/core'] },
  { room: 'src/vscode', mayImport: ['src/core'] },
  { room: 'src/webview', mayImport: ['src/core'] },
  // An engine is a plug: what every engine shares does not know it, and no engine knows another.
  { room: 'src/engines/*/core', mayImport: ['src/core'] },
  { room: 'src/engines/*/node', mayImport: ['src/core', 'src/node', 'src/engines/*/core'] },
  { room: 'src/engines/*/vscode', mayImport: ['src/core', 'src/vscode', 'src/engines/*/core'] },
  // So is an agent, of which only its sessions are read.
  { room: 'src/agents/*/core', mayImport: ['src/core'] },
  { room: 'src/agents/*/node', mayImport: ['src/core', 'src/node', 'src/agents/*/core'] },
  // Where the parts meet: src/extension.ts, src/cli.ts and src/wire.
  { room: 'src', mayImport: [] },
];

await runMain(async () => {
  const check = process.argv.includes('--check');
  const graph = readImports(root, 'src');
  const violations = [...findCircles(graph).map(describeCircle), ...forbiddenArrows(graph, rules)];
  if (!check) {
    for (const [folder, { files, arrows }] of folderGraph(graph)) {
      const others = [...arrows].toSorted().map(([to, count]) => `${to} ${count}`);
      console.log(`${folder} (${files}) → ${others.join(', ') || 'nothing'}`);
    }
  }
  for (const sentence of violations) console.log(sentence);
  if (violations.length === 0) console.log(`${graph.size} files: no circles, no forbidden imports.`);
  if (check && violations.length > 0) process.exitCode = 1;
});

/** @param {import('./lib/importGraph.mjs').ImportGraph} circle */
function describeCircle(circle) {
  const arrows = [...circle].map(([file, imported]) => `${file} imports ${[...imported].join(' and ')}`);
  return `${circle.size === 1 ? 'A file imports itself' : `${circle.size} files form a circle`}: ${arrows.join('; ')}.`;
}
