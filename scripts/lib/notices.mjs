import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from './run.mjs';

/**
 * The licences of the libraries that these files come from, as Markdown.
 * @param {readonly string[]} files paths relative to the root; the project's own are passed over
 * @returns {string}
 */
export function notices(files) {
  // The innermost node_modules counts: a library may carry another one inside.
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [
    '# Notices\n\nBabysitter Runs contains parts of these libraries.\n',
    ...[...new Set(folders)].toSorted().map(notice),
  ].join('\n');
}

/** @param {string} folder */
function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const texts = readdirSync(join(root, folder))
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  if (texts.length === 0) throw new Failure(`${name} ${version} is bundled, but carries no licence text.`);
  return `## ${name} ${version} (${license})\n\n${texts.map((text) => `\`\`\`\`text\n${text}\n\`\`\`\`\n`).join('\n')}`;
}
