import { commandTitle, type CommandId } from '../core/commands';
import { prefix, views, walkthroughId } from '../core/contract';

export interface Step {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
}

/** What VS Code shows under Get Started. */
export const walkthroughs = [
  {
    id: walkthroughId,
    title: 'Get Started With Babysitter Runs',
    description: "See what your agents' runs do, answer what they ask, and carry them on.",
    steps: [
      step(
        'runs',
        'See every run',
        'Runs appear by themselves, with their state first. What waits for you stands above, and its number on the icon.',
        'Two lists: what needs you, and all runs with their states',
        `[Show Runs](command:${views.runs}.focus)`,
        link('sample.open'),
        link('runs.whyMissing'),
      ),
      step(
        'answer',
        'Answer what a run asks',
        'A click on a question opens it with its files, what changed in them, and its options. Comment on lines, write a message, approve or reject.',
        'A question with a file, a field for a message, and the buttons Approve, Request changes and Reject',
        link('sample.process'),
        link('run.create'),
      ),
      step(
        'resume',
        'Carry a run on',
        'An answer is saved at once and applied when the run goes on: iterate it here, or resume your agent in a terminal.',
        'The ways to resume a run: iterate once, iterate until it needs you, resume an agent in a terminal',
        link('run.resume'),
      ),
      step(
        'reports',
        'See what came of it',
        'The report of a run shows each iteration, what did not pass, metrics with the best one, artefacts, answers and time.',
        'A chart of five iterations, of which the third is the best',
        link('run.report'),
      ),
    ],
  },
];

function step(id: string, title: string, text: string, altText: string, ...links: readonly string[]): Step {
  const media = { svg: `media/walkthrough/${id}.svg`, altText };
  return { id, title, description: [text, ...links].join('\n'), media };
}

/** A command as a button of a step. */
function link(id: CommandId): string {
  return `[${commandTitle(id)}](command:${prefix}.${id})`;
}
