// Writes jobs in the format of Perstack 0.0.54: for the demo, and for measurements.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const contextWindow = 200_000;

/**
 * @typedef {object} Call
 * @property {string} tool
 * @property {Record<string, unknown>} args
 * @property {string} result
 * @property {string} [skill]
 *
 * @typedef {object} State where a branch of a job stands
 * @property {string} expert
 * @property {number} step
 * @property {string} status
 * @property {readonly object[]} messages
 * @property {Readonly<Record<string, number>>} usage
 * @property {object} [delegatedBy]
 */

/** A job in the making: each call adds what the program writes, in its order, a checkpoint before the event of its step. */
export class PerstackJob {
  /** The absolute path of its folder. */
  folder;
  #id;
  #time;
  #pace;
  #run = '';
  #firstRun = '';
  #count = 0;
  /** @type {State} */
  #state;

  /**
   * @param {object} options
   * @param {string} options.jobs the folder of all jobs
   * @param {string} options.id
   * @param {string} options.expert
   * @param {number} options.at when it begins, in milliseconds since 1970
   * @param {number} [options.pace] how long a step takes, in milliseconds
   */
  constructor({ jobs, id, expert, at, pace = 20_000 }) {
    this.folder = join(jobs, id);
    this.#id = id;
    this.#time = at;
    this.#pace = pace;
    this.#state = { expert, step: 1, status: 'init', messages: [], usage: usageOf(0, 0) };
  }

  /** Where the job stands now, to branch from it later. */
  get state() {
    return this.#state;
  }

  /**
   * Begins a run with what a person asks for.
   * @param {string} query
   * @param {{ from?: State, after?: number }} [options] from: goes on from there, and not from where the job stands
   */
  start(query, { from, after = 0 } = {}) {
    this.#time += after;
    if (from) this.#state = { ...from };
    const isFirst = this.#state.messages.length === 0;
    const asked = message('userMessage', [text(query)]);
    const instruction = message('instructionMessage', [text(`You are ${this.#state.expert}.`)]);
    this.#begin(isFirst ? [instruction, asked] : [asked]);
    this.#event('startGeneration', { messages: this.#state.messages });
    return this;
  }

  /**
   * A step that calls tools and goes on; with `limit` the job stops there, at its limit of steps.
   * @param {readonly Call[]} calls
   * @param {{ limit?: boolean }} [options]
   */
  tools(calls, { limit = false } = {}) {
    const toolCalls = this.#call(calls);
    const toolResults = toolCalls.map(({ id, skillName, toolName }, i) => ({
      ...{ id, skillName, toolName, result: [text(calls[i]?.result ?? '')] },
    }));
    this.#event('resolveToolResults', { toolResults });
    const results = message(
      'toolMessage',
      toolResults.map(({ id, toolName, result }) => part({ toolCallId: id, toolName, contents: result })),
    );
    this.#event('finishToolCall', { newMessages: [results] });
    this.#say(results);
    if (limit) {
      this.#endStep('stopRunByExceededMaxSteps', 'stoppedByExceededMaxSteps');
      return this;
    }
    this.#endStep('continueToNextStep', 'proceeding');
    this.#event('startGeneration', { messages: this.#state.messages });
    return this;
  }

  /**
   * A step that asks the person; the job waits for the answer.
   * @param {string} question
   * @param {readonly string[]} options
   */
  ask(question, options) {
    const args = { question, options };
    const [toolCall] = this.#call([{ tool: 'askUser', skill: 'ask', args, result: '' }]);
    this.#event('callInteractiveTool', { toolCall });
    const pending = { pendingToolCalls: [toolCall], partialToolResults: [] };
    this.#endStep('stopRunByInteractiveTool', 'stoppedByInteractiveTool', { checkpoint: pending });
    return this;
  }

  /**
   * A step that hands work to another expert, what that one does, and the step that takes its words.
   * @param {string} expert
   * @param {string} query
   * @param {(job: PerstackJob) => void} work ends with {@link complete}
   */
  delegate(expert, query, work) {
    const [toolCall] = this.#call([{ tool: expert, skill: expert, args: { query }, result: '' }]);
    if (!toolCall) throw new Error('A call is missing.');
    this.#event('callDelegate', { toolCalls: [toolCall] });
    const { id: toolCallId, toolName } = toolCall;
    const delegateTo = [{ expert: expertOf(expert), toolCallId, toolName, query }];
    const checkpoint = this.#endStep('stopRunByDelegate', 'stoppedByDelegate', {
      checkpoint: { delegateTo, partialToolResults: [] },
    });
    const mine = this.#state;
    const delegatedBy = {
      ...{ expert: expertOf(mine.expert), toolCallId, toolName },
      ...{ checkpointId: checkpoint.id, runId: this.#run },
    };
    this.#state = { ...mine, expert, status: 'init', messages: [], delegatedBy };
    this.start(query);
    work(this);
    const said = text(this.#said);
    const { step, usage } = this.#state;
    this.#state = { ...mine, step, usage };
    const result = { id: toolCallId, skillName: `delegate/${expert}`, toolName, result: [said] };
    this.#begin([], { delegateTo, partialToolResults: [result] });
    const taken = message('toolMessage', [part({ toolCallId, toolName, contents: [said] })]);
    this.#event('finishAllToolCalls', { newMessages: [taken] });
    this.#say(taken);
    this.#endStep('continueToNextStep', 'proceeding', { tokens: usageOf(0, 0) });
    this.#event('startGeneration', { messages: this.#state.messages });
    return this;
  }

  #said = '';

  /** @param {string} words what the expert says at the end */
  complete(words) {
    this.#said = words;
    this.#say(message('expertMessage', [text(words)]));
    this.#endStep('completeRun', 'completed', { event: { text: words } });
    return this;
  }

  /** @param {string} what */
  fail(what) {
    const error = { name: 'Error', message: what, isRetryable: false };
    this.#endStep('stopRunByError', 'stoppedByError', { event: { error }, tokens: usageOf(0, 0) });
    return this;
  }

  /** @param {readonly object[]} inputMessages @param {object} [more] of the checkpoint that it begins with */
  #begin(inputMessages, more = {}) {
    this.#run = newId();
    this.#firstRun ||= this.#run;
    this.#event('startRun', { initialCheckpoint: { ...this.#checkpoint(newId()), ...more }, inputMessages });
    this.#say(...inputMessages);
  }

  /** @param {readonly Call[]} calls */
  #call(calls) {
    const toolCalls = calls.map(({ tool, args, skill = '@perstack/base' }) => ({
      ...{
        id: `toolu_${String((this.#count += 1)).padStart(4, '0')}`,
        skillName: skill,
        toolName: tool,
        args,
      },
    }));
    const newMessage = message(
      'expertMessage',
      toolCalls.map(({ id, toolName, args }) => ({
        ...{ type: 'toolCallPart', id: newId(), toolCallId: id, toolName, args },
      })),
    );
    this.#event('callTools', { newMessage, toolCalls, usage: this.#tokens });
    this.#say(newMessage);
    return toolCalls;
  }

  /** What a step takes: the whole conversation goes in each time. */
  get #tokens() {
    return usageOf(1_400 + Math.ceil(JSON.stringify(this.#state.messages).length / 4), 40);
  }

  /**
   * @param {string} type
   * @param {string} status
   * @param {{ checkpoint?: object, event?: object, tokens?: Record<string, number> }} [more]
   */
  #endStep(type, status, { checkpoint: own = {}, event = {}, tokens = this.#tokens } = {}) {
    const { usage, step } = this.#state;
    this.#state = { ...this.#state, status, usage: sum(usage, tokens) };
    const id = newId();
    const checkpoint = { ...this.#checkpoint(id), ...own, retryCount: 0 };
    mkdirSync(join(this.folder, 'checkpoints'), { recursive: true });
    writeFileSync(join(this.folder, 'checkpoints', `${id}.json`), JSON.stringify(checkpoint));
    const told = { stepNumber: step, newMessages: [], usage: tokens, startedAt: this.#time };
    this.#event(type, { checkpoint, step: { ...told, finishedAt: this.#time }, ...event });
    this.#state = { ...this.#state, step: step + 1 };
    this.#time += this.#pace;
    return checkpoint;
  }

  /** @param {string} id */
  #checkpoint(id) {
    const { expert, step, status, messages, usage, delegatedBy } = this.#state;
    return {
      ...{ id, jobId: this.#id, runId: this.#firstRun, expert: expertOf(expert), stepNumber: step, status },
      ...{ messages, usage, contextWindow, contextWindowUsage: (usage['totalTokens'] ?? 0) / contextWindow },
      ...(delegatedBy ? { delegatedBy } : {}),
    };
  }

  /** @param {readonly object[]} messages */
  #say(...messages) {
    this.#state = { ...this.#state, messages: [...this.#state.messages, ...messages] };
  }

  /** @param {string} type @param {object} body */
  #event(type, body) {
    const { expert, step } = this.#state;
    const timestamp = (this.#time += 15);
    const folder = join(this.folder, 'runs', this.#run);
    mkdirSync(folder, { recursive: true });
    const head = { type, id: newId(), expertKey: expert, timestamp, jobId: this.#id, runId: this.#run };
    writeFileSync(
      join(folder, `event-${timestamp}-${step}-${type}.json`),
      JSON.stringify({ ...head, stepNumber: step, ...body }),
    );
  }
}

/** @param {string} key */
const expertOf = (key) => ({ key, name: key, version: '1.0.0' });

/** @param {string} type @param {readonly object[]} contents */
const message = (type, contents) => ({ type, contents, id: newId() });

/** @param {string} words */
const text = (words) => ({ type: 'textPart', text: words, id: newId() });

/** @param {object} result */
const part = (result) => ({ type: 'toolResultPart', ...result, id: newId() });

/** @param {number} inputTokens @param {number} outputTokens */
const usageOf = (inputTokens, outputTokens) => ({
  ...{ inputTokens, outputTokens, reasoningTokens: 0 },
  ...{ totalTokens: inputTokens + outputTokens, cachedInputTokens: 0 },
});

/** @param {Readonly<Record<string, number>>} a @param {Readonly<Record<string, number>>} b */
const sum = (a, b) =>
  Object.fromEntries(Object.keys(a).map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));

/** As Perstack makes them: 24 small letters and digits. */
function newId() {
  return Array.from({ length: 24 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
}
