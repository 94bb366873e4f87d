import { join } from 'node:path';
import { expect, it } from 'vitest';
import { choiceWords } from '../../src/core/run/answer';
import { atOnce } from '../../src/core/sliced';
import {
  answerArgs,
  answerText,
  continueArgs,
  questionOfCheckpoint,
  readOptions,
  whyNotBranch,
  withOptions,
} from '../../src/engines/perstack/core/drive';
import { taskOf } from '../../src/engines/perstack/core/jobStory';
import type { PerstackRun } from '../../src/engines/perstack/core/perstackRun';
import { asPerstack } from '../../src/engines/perstack/core/perstackRun';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';

const fixtures = join(import.meta.dirname, '../fixtures/stores/perstack');
const job = (workspace: string, id: string): PerstackRun => {
  const jobs = join(fixtures, workspace, 'perstack/jobs');
  const [reading] = atOnce(perstackStores.read(jobs, join(jobs, id)));
  return asPerstack(reading?.run ?? expect.fail('It is not read.'));
};
const answer = (run: PerstackRun, text: string): readonly string[] =>
  answerArgs(run, run.job.question ?? expect.fail('It asks nothing.'), text);

it('answers in the JSON form, and an id is one word whatever is in it', () => {
  expect(answer(job('workspace-damaged', 'release notes, 2nd try'), 'yes, "it" is')).toEqual([
    ...['run', 'planner'],
    JSON.stringify({
      ...{ toolCallId: 'toolu_0071', toolName: 'askUser', skillName: 'ask' },
      text: 'yes, "it" is',
    }),
    ...['--continue-job', 'release notes, 2nd try', '-i'],
  ]);
});

it('continues from the highest step by itself, and from a checkpoint only together with its job', () => {
  const run = job('workspace', 'branched');
  expect(run.job.newest?.step).toBe(4);
  expect(continueArgs(run, 'Go on')).toEqual(['run', 'planner', 'Go on', '--continue-job', 'branched']);
  expect(continueArgs(run, 'Go on', run.job.branch?.checkpoint)).toEqual([
    ...['run', 'planner', 'Go on', '--continue-job', 'branched'],
    ...['--resume-from', run.job.branch?.checkpoint?.id],
  ]);
});

it('says at which checkpoints no branch can begin', () => {
  const run = job('workspace', 'delegate-serial');
  const why = run.job.checkpoints.map((step) => whyNotBranch(run, step));
  expect(why.map((reason) => reason?.split(':')[0])).toEqual([
    'It waits for a delegate here',
    'This checkpoint belongs to writer',
    'This checkpoint belongs to writer',
    undefined,
    'It waits for a delegate here',
    'This checkpoint belongs to checker',
    ...[undefined, undefined, undefined],
  ]);
  expect(whyNotBranch(run, undefined)).toMatch(/no checkpoint/);
});

it('gives words that begin with a dash as words, and not as options', () => {
  const run = job('workspace', 'branched');
  expect(continueArgs(run, '- list the files')).toEqual([
    ...['run', '--continue-job', 'branched', '--', 'planner', '- list the files'],
  ]);
});

it('answers a question of an earlier checkpoint differently, from there', () => {
  const run = job('workspace', 'ask-answered');
  const { checkpoint } = run.job.checkpoints[1] ?? {};
  const asked = checkpoint && questionOfCheckpoint(checkpoint);
  const args = answerArgs(run, asked ?? expect.fail('It asked nothing.'), 'postgres');
  expect(args.slice(3)).toEqual(['--continue-job', 'ask-answered', '--resume-from', checkpoint?.id, '-i']);
});

it('gives an answer as the words that were chosen and typed', () => {
  const option = { label: 'sqlite', value: 'sqlite', description: undefined, approved: true };
  expect(answerText({ kind: 'option', option, text: '' })).toBe('sqlite');
  expect(answerText({ kind: 'option', option, text: 'as it is small' })).toBe('sqlite\nas it is small');
  expect(answerText({ kind: 'text', text: 'neither' })).toBe('neither');
  expect(answerText({ kind: 'reject', text: '' })).toBe('Rejected');
});

it('never says that the answer to a tool approved anything, whatever its options are called', () => {
  const args = { question: 'Ship it?', options: ['Approve', 'Reject'] };
  const call = { id: 'toolu_1', skillName: 'ask', toolName: 'askUser', args };
  const { breakpoint } = taskOf(call, { call, checkpoint: undefined, isKept: false, place: 1, of: 1 });
  const said = breakpoint?.options.map((option) =>
    choiceWords({ kind: 'option', option }, 'Ship it?', (text) => text),
  );
  expect(said).toEqual(['Answered "Ship it?": Approve', 'Answered "Ship it?": Reject']);
});

it('takes options of a command, more steps as a sum, and none that names another job or place', () => {
  expect(readOptions('', 4)).toEqual({ args: [] });
  expect(readOptions(' --max-steps +10  --model m-1 ', 4)).toEqual({
    args: ['--max-steps', '14', '--model', 'm-1'],
  });
  expect(readOptions('--max-steps 5 --runtime local --config a.toml', 4)).toEqual({
    args: ['--max-steps', '5', '--runtime', 'local', '--config', 'a.toml'],
  });
  const why = (text: string): unknown => Reflect.get(readOptions(text, 4), 'why');
  expect(why('--max-steps 4')).toMatch(/^It goes on from step 4: give a larger number/);
  expect(why('--max-steps +0')).toMatch(/^It goes on from step 4/);
  expect(why('--max-steps many')).toMatch(/needs a number/);
  expect(why('--model')).toMatch(/^--model needs a value/);
  expect(why('--model --runtime')).toMatch(/^--model needs a value/);
  for (const option of ['--job-id', '--continue-job', '--resume-from', '--continue', 'words']) {
    expect(why(`${option} x`)).toMatch(new RegExp(`^"${option}" cannot be given here, only --max-steps`));
  }
});

it('puts options before the job, whatever is asked', () => {
  const run = job('workspace', 'branched');
  const once = withOptions(continueArgs(run, '--continue-job'), ['--model', 'a']);
  expect(once).toEqual([
    ...['run', '--model', 'a', '--continue-job', 'branched', '--', 'planner', '--continue-job'],
  ]);
  expect(withOptions(['log', '--job', 'branched'], ['--model', 'a'])).toEqual(['log', '--job', 'branched']);
});
