import * as vscode from 'vscode';
import { pickerTitle } from '../../../core/commands';
import { prefix } from '../../../core/contract';
import type { AnswerReport } from '../../../core/engine/answerReport';
import { CancelledError, HumanError, NotNowError, runDeleted } from '../../../core/errors';
import { visible } from '../../../core/format';
import type { Decision } from '../../../core/run/answer';
import { numbersOf } from '../../../core/run/recordedIterations';
import type { RunKey } from '../../../core/run/runKey';
import { commandLine } from '../../../core/shellLine';
import type { RunStore } from '../../../core/source/runStore';
import type { RunHandlers } from '../../../vscode/commands/byEngine';
import { copyText } from '../../../vscode/commands/copyText';
import { pick, type RunTarget } from '../../../vscode/commands/targets';
import type { EngineDoing } from '../../../vscode/engineDoing';
import { setting } from '../../../vscode/settings';
import { runInTerminal } from '../../../vscode/terminal';
import { demandTrust } from '../../../vscode/trust';
import {
  answerArgs,
  answerText,
  continueArgs,
  logArgs,
  questionOfCheckpoint,
  readOptions,
  whyNotBranch,
  withOptions,
  type Args,
} from '../core/drive';
import type { Checkpoint } from '../core/jobBodies';
import { asPerstack, type PerstackRun } from '../core/perstackRun';

const commandSetting = 'stores.perstack.command';

/** Answers, continues and branches jobs of Perstack, each time by one command in a terminal that the person sees. */
export class PerstackDriving {
  /** @param carriedOn told of each run that the person goes on with */
  constructor(
    private readonly store: RunStore,
    private readonly carriedOn: (key: RunKey) => void,
  ) {}

  /** What is done for the commands that several engines have. */
  get handlers(): RunHandlers {
    return {
      'run.resume': ({ stored }) => this.#continue(asPerstack(stored.run)),
      'run.fork': (target) => this.#branch(target),
      'run.copyCommand': ({ stored }) => copy(asPerstack(stored.run)),
    };
  }

  get doing(): EngineDoing {
    const never = async (): Promise<void> => {
      throw new NotNowError('Perstack cannot do that.');
    };
    return {
      answer: (key, effectId, decision) => this.#answer(key, effectId, decision),
      withProgram: (_, work) => work(),
      resume: async (key) => this.#continue(await this.#read(key)),
      ...{ iterate: never, continue: never },
    };
  }

  /** Gives the answer to the program, and believes only what the job then says. */
  async #answer(key: RunKey, effectId: string, decision: Decision): Promise<AnswerReport> {
    demandTrust();
    const attended = this.store.attend(key);
    try {
      const run = await this.#read(key);
      const { question } = run.job;
      if (question?.call.id !== effectId) {
        return { recorded: false, sentence: 'The question is not open any more.', closed: true };
      }
      const words = answerText(decision);
      const taken = await new Promise<boolean>((resolve) => {
        const look = (ended: boolean): void => {
          const now = this.store.get(key)?.run;
          const status = now?.story.effects.get(effectId)?.status;
          const asksAgain =
            now !== undefined &&
            now.eventCount > run.eventCount &&
            asPerstack(now).job.question?.call.id === effectId;
          if (status !== 'ok' && status !== 'error' && !asksAgain && !ended) return;
          changes.dispose();
          resolve(status === 'ok' || status === 'error');
        };
        const changes = this.store.onDidChange(({ keys }) => keys.has(key) && look(false));
        try {
          start(run, 'answer', withUsual(answerArgs(run, question, words)), () => {
            void this.store.reread(key).then(() => look(true));
          });
        } catch (error) {
          changes.dispose();
          throw error;
        }
      });
      return taken
        ? { recorded: true }
        : { recorded: false, sentence: 'Your answer was not taken: the job still asks the same question.' };
    } finally {
      attended.dispose();
    }
  }

  async #continue(run: PerstackRun): Promise<void> {
    demandTrust();
    const title = pickerTitle('run.continueJob');
    const { branch, newest } = run.job;
    let from: Checkpoint | undefined;
    const asks = branch?.checkpoint?.status === 'stoppedByInteractiveTool';
    if (branch && newest && !asks && whyNotBranch(run, branch) === undefined) {
      // By itself the program goes on from the highest step, whichever branch went on last.
      const items = [
        { label: `From step ${newest.step}`, description: 'the highest step', from: undefined },
        {
          label: `From step ${branch.step}`,
          description: 'where the newest branch stands',
          from: branch.checkpoint,
        },
      ];
      ({ from } = await pick(items, title, 'Where should it go on from?'));
    }
    const query = await ask(title, `What should ${visible(run.job.expertKey)} do next?`);
    const options = await askOptions(title, (from ?? newest)?.step ?? run.job.steps);
    const args = withUsual(continueArgs(run, query, from), options);
    start(run, 'continue', args, () => void this.store.reread(run.key));
    this.carriedOn(run.key);
  }

  async #branch({ stored, iteration }: RunTarget): Promise<void> {
    demandTrust();
    const title = pickerTitle('run.branch');
    const run = await this.#read(stored.run.key);
    const numbers = numbersOf(run.job.checkpoints.map(({ step }) => ({ number: step })));
    const place =
      iteration === undefined ? await pickPlace(run, title) : numbers.findIndex((n) => n === iteration);
    const step = run.job.checkpoints[place];
    const checkpoint = step?.checkpoint;
    const why = whyNotBranch(run, step);
    if (why !== undefined || !checkpoint) throw new NotNowError(visible(why ?? 'There is no checkpoint.'));
    const asked = questionOfCheckpoint(checkpoint);
    const words = await ask(
      title,
      asked ? 'The other answer' : `What should be done differently from step ${checkpoint.step} on?`,
    );
    const options = await askOptions(title, checkpoint.step);
    const args = asked ? answerArgs(run, asked, words) : continueArgs(run, words, checkpoint);
    start(run, 'branch', withUsual(args, options), () => void this.store.reread(run.key));
  }

  /** @throws HumanError when the run is gone */
  async #read(key: RunKey): Promise<PerstackRun> {
    const stored = await this.store.reread(key);
    if (!stored) throw new HumanError(runDeleted);
    return asPerstack(stored.run);
  }
}

async function pickPlace(run: PerstackRun, title: string): Promise<number> {
  const items = run.job.checkpoints.flatMap((one, place) =>
    whyNotBranch(run, one) === undefined
      ? [{ label: `Step ${one.step}`, description: visible(one.checkpoint?.id ?? ''), place }]
      : [],
  );
  if (items.length === 0) throw new NotNowError('It has no checkpoint that another branch could begin at.');
  return (await pick(items.toReversed(), title, 'Choose where the branch begins')).place;
}

/** @throws CancelledError when the person says nothing */
async function ask(title: string, prompt: string): Promise<string> {
  const text = await vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true });
  if (text === undefined || text.trim() === '') throw new CancelledError();
  return text;
}

/** Options of this one command. @throws CancelledError when the person goes no further */
async function askOptions(title: string, step: number): Promise<Args> {
  const text = await vscode.window.showInputBox({
    ...{ title, ignoreFocusOut: true },
    prompt: 'Options (optional)',
    placeHolder: '--max-steps +10 --model … --runtime local --config …',
    validateInput(typed) {
      const read = readOptions(typed, step);
      return 'why' in read ? read.why : undefined;
    },
  });
  if (text === undefined) throw new CancelledError();
  const read = readOptions(text, step);
  if ('why' in read) throw new HumanError(read.why);
  return read.args;
}

function start(run: PerstackRun, what: string, args: Args, onEnd: () => void): void {
  const words = [...program(), ...args] as const;
  runInTerminal({
    ...{ name: `Perstack: ${what}`, cwd: run.projectDir, setting: commandSetting, onEnd },
    words: words as readonly [string, ...string[]],
  });
}

/** The next command as a person may paste it, with words of their own to be put in. */
async function copy(run: PerstackRun): Promise<void> {
  const { question, newest } = run.job;
  const args = question
    ? answerArgs(run, question, 'YOUR ANSWER')
    : newest && run.story.end
      ? continueArgs(run, 'YOUR QUERY')
      : logArgs(run);
  const shell = process.platform === 'win32' ? 'powershell' : 'posix';
  await copyText(commandLine([...program(), ...withUsual(args)], shell), pickerTitle('run.copyCommand'));
}

/** A command with the options of all of them, which those of this one replace. */
function withUsual(args: Args, options: Args = []): Args {
  return withOptions(args, [...strings(setting('stores.perstack.options')), ...options]);
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

/** @throws HumanError when the setting names no program */
function program(): readonly [string, ...string[]] {
  const [first, ...rest] = strings(setting('stores.perstack.command'));
  if (first === undefined || first.trim() === '') {
    throw new HumanError(`The setting ${prefix}.${commandSetting} names no program.`);
  }
  return [first, ...rest];
}
