import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { useCli } from '../support/cli';

const cli = useCli();
const workspace = (path: string): string =>
  fileURLToPath(new URL(`../fixtures/${path}/workspace`, import.meta.url));

/** What a person and a program are told of each run, one line each, by id. */
function outline(dir: string, now: string): string {
  const lines = cli.list(dir, '--now', now).map((entry) => {
    const { effects, iterations, actions } = entry;
    const counts = `${effects.requested}=${effects.ok}+${effects.error}+${effects.cancelled}+${effects.pending}`;
    const rounds = iterations
      .map(({ n, metric }) => `${n}${metric === undefined ? '' : `:${metric}`}`)
      .join(' ');
    const best = entry.best === undefined ? '' : ` best ${entry.best} by ${entry.metricKey}`;
    const own = actions.filter((action) => action !== 'run.fork' && action !== 'run.startAgain');
    return [
      `${entry.runId} | ${entry.title} | ${entry.state} | ${entry.reason}`,
      `${entry.events} | ${counts} | ${rounds}${best}`,
      own.join(' ').replaceAll('breakpoint.', '').replaceAll('run.', ''),
      ...entry.problems,
    ]
      .join(' | ')
      .trimEnd();
  });
  return lines.toSorted().join('\n');
}

it('runs of 0.0.187 are told as they are', () => {
  expect(outline(workspace('captured/0.0.187'), '2026-03-02T21:03:00Z')).toMatchInlineSnapshot(`
    "breakpoint-pending | Add a locale to users | needs-you | Waiting for you: Approve migration plan | 4 | 2=1+0+0+1 | 1 2 | answer approve reject resume
    breakpoint-rejected | Add a locale to users | completed | Completed | 10 | 4=4+0+0+0 | 1 2 3 4 |
    breakpoint-string | fixture/bare | needs-you | Waiting for you: Shall I go on? | 2 | 1=0+0+0+1 | 1 | answer approve reject resume
    breakpoints-two | Publish the package | needs-you | Waiting for you: name (and 1 more) | 3 | 2=0+0+0+2 | 1 | answer approve reject resume
    created | Build the login page | created | Not started; iterate to begin | 1 | 0=0+0+0+0 |  | iterate continue resume
    duplicate-number | fixture/skippableTwice | waiting | Waiting for an agent since 2026-03-03 08:00 UTC: 1 agent task pending | 4 | 1=0+0+0+1 | 1 | task.post resume repair | journal/000002.01KJSBC3Z2MK8JK2FR66H10AYG.json: has a sequence number that occurs twice (2)
    error-caught | fixture/caught | completed | Completed | 4 | 1=0+1+0+0 | 1 |
    error-uncaught | fixture/uncaught | failed | API rate limit exceeded | 4 | 1=0+1+0+0 | 1 | iterate continue resume
    failed | Release 1.1.0 | failed | The changelog is missing: write RELEASE-NOTES.md first | 4 | 1=1+0+0+0 | 1 | iterate continue resume
    failed-then-completed | Release 1.1.0 | completed | Completed | 7 | 2=2+0+0+0 | 1 2 |
    harness | Build the login page | completed | Completed | 4 | 1=1+0+0+0 | 1 |
    iterations-repeated | Raise the coverage | completed | Completed | 14 | 6=6+0+0+0 | 1:71.5 2:88 3:80.25 best 2 by coverage |
    iterations-scored | Raise the quality | completed | Completed | 26 | 12=12+0+0+0 | 1:55 2:91 3:83 4:91 best 2 by score |
    kinds | fixture/kinds | waiting | Waiting for an agent since 2026-03-03 06:02 UTC: 1 custom-kind task pending | 6 | 3=2+0+0+1 | 1 2 3 | task.post resume
    large-value | fixture/large | completed | Completed | 4 | 1=1+0+0+0 | 1 |
    non-interactive | fixture/skippable | completed | Completed | 6 | 1=1+0+0+0 | 1 |
    parallel-half | Review four modules | working | Probably working: 2 agent tasks pending, last event 57 s ago | 7 | 4=2+0+0+2 | 1:0.9 best 1 by confidence | task.post iterate continue resume
    parallel-nested | fixture/nested | completed | Completed | 16 | 8=6+0+0+2 | 1 2 3 |
    ready | Build the login page | ready | Everything is answered; iterate to go on | 3 | 1=1+0+0+0 | 1:90 best 1 by score | iterate continue resume
    sleep-completed | fixture/sleep | completed | Completed | 7 | 3=2+0+0+0 | 1 2 |
    sleep-elapsed | fixture/sleep | sleeping | Sleeping until 2026-04-01 00:00 UTC | 4 | 2=1+0+0+1 | 1 2 | resume
    sleeping | fixture/sleep | sleeping | Sleeping until 2999-01-01 00:00 UTC | 4 | 2=1+0+0+1 | 1 2 | resume
    stop-hooks | fixture/one-task | waiting | Waiting for an agent since 2026-03-03 07:09 UTC: 1 agent task pending | 4 | 1=0+0+0+1 | 1 | task.post resume
    waiting-agent | Build the login page | waiting | Waiting for an agent since 2026-03-02 10:00 UTC: 1 agent task pending | 2 | 1=0+0+0+1 | 1 | task.post resume"
  `);
});

it('runs of 6.x are told as they are', () => {
  expect(outline(workspace('handmade/6.0.0'), '2026-08-03T21:01:30Z')).toMatchInlineSnapshot(`
    "assigned | Find out what to do first | waiting | Waiting for an agent since 2026-08-03 16:01 UTC: 1 agent task pending | 3 | 1=0+0+0+1 | 1 | task.post resume
    bare | Find out what to do first | created | Not started: it has no process yet | 1 | 0=0+0+0+0 |  | resume
    breakpoint-pending | Build the thing | needs-you | Waiting for you: Approve the plan | 4 | 2=1+0+0+1 | 1 2 | answer approve reject resume
    cancelled | Build the thing | ready | Everything is answered; iterate to go on | 5 | 2=1+0+1+0 | 1 2 | iterate continue resume
    child | fixture/six | working | Probably working: 1 agent task pending, last event 30 s ago | 2 | 1=0+0+0+1 | 1 | task.post resume
    completed | Build the thing | completed | Completed | 6 | 2=2+0+0+0 | 1 2:88 best 2 by score |
    halted | Build the thing | halted | Halted: The budget is spent | 4 | 1=1+0+0+0 | 1 |
    parent | Build the thing | waiting | Waiting for an agent since 2026-08-03 20:02 UTC: 1 subprocess task pending | 4 | 2=1+0+0+1 | 1 2 | task.post resume
    process-error | Build the thing | failed | Cannot read properties of undefined (reading 'files') | 4 | 1=1+0+0+0 | 1 | resume
    progress | Build the thing | waiting | Waiting for an agent since 2026-08-03 18:03 UTC: 1 agent task pending | 7 | 2=1+0+0+1 | 1 2 | task.post resume
    sealed-completed | Build the thing | completed | Sealed as completed: Finished by hand | 5 | 2=1+0+0+1 | 1 2 |
    sealed-failed | Build the thing | failed | Sealed as failed: Superseded by another run | 5 | 2=1+0+0+1 | 1 2 |
    unknown-event | Build the thing | waiting | Waiting for an agent since 2026-08-03 19:02 UTC: 1 agent task pending | 5 | 2=1+0+0+1 | 1 2 | task.post resume"
  `);
});
