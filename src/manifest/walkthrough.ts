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
    description: 'Watch your agent runs, answer their questions, and continue them.',
    steps: [
      step(
        'runs',
        'See every run',
        'Runs appear automatically, with their state. Needs You lists what waits for you, and the icon shows how many.',
        'The Needs You view above the Runs view, each run with its state',
        `[Show Runs](command:${views.runs}.focus)`,
        link('sample.open'),
        link('runs.whyMissing'),
      ),
      step(
        'answer',
        'Answer a question',
        'Click a question to see its files, their changes and its options. Comment on lines, write a message, then approve or reject.',
        'A question with a file, a field for a message, and the buttons Approve, Request changes and Reject',
        link('sample.process'),
        link('run.create'),
      ),
      step(
        'resume',
        'Continue a run',
        'Your answer is saved immediately and applied when the run continues: iterate it here, or resume your agent in a terminal.',
        'The ways to resume a run: iterate once, iterate until it needs you, resume an agent in a terminal',
        link('run.resume'),
      ),
      step(
        'reports',
        'See the results',
        'The report shows each iteration, what failed, metrics and the best iteration, artefacts, answers and time.',
        'A chart of five iterations; the third is the best',
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
