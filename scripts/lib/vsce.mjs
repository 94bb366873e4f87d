// A program of its own: packs a folder with vsce. Its output is for the person, while the script that runs it prints a path.
import { createVSIX } from '@vscode/vsce';

const [cwd, packagePath, repository] = process.argv.slice(2);
// Everything is bundled. Until the repository is known nothing of ours leads there (docs/publishing.md).
await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: repository !== 'known' });
