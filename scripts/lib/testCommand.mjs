// What `npm test -- …` asks for: stages and files first, then vitest's own options.
import { Failure } from './run.mjs';

/** @type {import('./testCommand.mjs').readTestCommand} */
export function readTestCommand(args, { stages, vitestStages, exists }) {
  const headed = args.includes('--headed');
  const [words, options] = cutAtFirstOption(args.filter((arg) => arg !== '--headed'));

  /** @type {Map<string, string[]>} */
  const filesOf = new Map();
  for (const word of words) {
    const file = word.replaceAll('\\', '/').replace(/^\.\//, '');
    const stage = stages.find((name) => word === name || file.startsWith(`test/${name}/`));
    // A file may end with the line of a test, as vitest understands it.
    if (!stage || (stage !== word && !exists(file.replace(/:\d+$/, '')))) {
      throw new Failure(`"${word}" is no stage and no test file; the stages are ${stages.join(', ')}.`);
    }
    const files = filesOf.get(stage) ?? [];
    filesOf.set(stage, word === stage ? files : [...files, file]);
  }

  const all = options.length > 0 ? vitestStages : stages;
  const chosen = stages.filter((stage) => (words.length > 0 ? filesOf.has(stage) : all.includes(stage)));
  const stranger = options.length > 0 && chosen.find((stage) => !vitestStages.includes(stage));
  if (stranger) throw new Failure(`${options[0]} is an option of vitest, which does not run ${stranger}.`);
  if (headed && !chosen.includes('e2e'))
    throw new Failure('--headed shows the windows of e2e, which was not asked for.');
  return { chosen: chosen.map((stage) => ({ stage, files: filesOf.get(stage) ?? [] })), options, headed };
}

/** @param {readonly string[]} args */
function cutAtFirstOption(args) {
  const at = args.findIndex((arg) => arg.startsWith('-'));
  return at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)];
}
