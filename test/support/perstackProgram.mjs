// Stands in for Perstack's command line, as far as jobs are answered, continued and branched: it refuses what that one
// refuses, takes answers as that one does, and writes what that one writes. `run <expert> <query> --continue-job <job>
// [--resume-from <checkpoint>] [--max-steps <n>] [-i]`, in the folder that holds `perstack/`.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'continue-job': { type: 'string' },
    'resume-from': { type: 'string' },
    'max-steps': { type: 'string' },
    interactive: { type: 'boolean', short: 'i', default: false },
  },
});
const [command, expert = '', query = ''] = positionals;
const jobId = values['continue-job'] ?? '';

const refuse = (words) => {
  console.error(words);
  process.exit(1);
};

if (command !== 'run') refuse(`unknown command ${command}`);
if (values['resume-from'] !== undefined && jobId === '') refuse('--resume-from requires --continue-job');
const job = join('perstack', 'jobs', jobId);
const checkpoint = startingPoint();
if (checkpoint.expert.key !== expert) {
  refuse(`Checkpoint expert key ${checkpoint.expert.key} does not match input expert key ${expert}`);
}
const asks = checkpoint.status === 'stoppedByInteractiveTool';
if (checkpoint.status === 'stoppedByDelegate' || (asks && !values.interactive)) {
  refuse('Interactive tool call result is undefined');
}

/** The checkpoint that was asked for, else the one with the highest step. */
function startingPoint() {
  const folder = join(job, 'checkpoints');
  let all = [];
  try {
    all = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  } catch {
    // Without a folder there is none.
  }
  const wanted = values['resume-from'];
  const found =
    wanted === undefined
      ? all.toSorted((a, b) => b.stepNumber - a.stepNumber)[0]
      : all.find(({ id }) => id === wanted);
  return found ?? refuse(`No checkpoints found for job ${jobId}`);
}

const runId = newId();
let at = Date.now();
let step = checkpoint.stepNumber + 1;
const { messages } = checkpoint;
let state = {
  ...{ jobId, runId: checkpoint.runId, expert: checkpoint.expert, messages, usage: checkpoint.usage },
  ...{ contextWindow: 200_000, contextWindowUsage: checkpoint.contextWindowUsage, retryCount: 0 },
};
if (asks) answer();
else begin({ status: checkpoint.status }, [message('userMessage', query)]);
complete(`Done: ${asks ? 'I go on with the answer' : query}.`);

/** Plain words go to the first call of the last message, whichever that is; JSON names the call that it answers. */
function answer() {
  const { toolCallId, toolName } = messages.at(-1).contents.find(({ type }) => type === 'toolCallPart');
  let given = { toolCallId, toolName, skillName: '', text: query };
  try {
    given = JSON.parse(query);
  } catch {
    // Plain words.
  }
  const result = {
    ...{ id: given.toolCallId, skillName: given.skillName, toolName: given.toolName },
    result: [{ type: 'textPart', text: given.text, id: newId() }],
  };
  const partialToolResults = [...(checkpoint.partialToolResults ?? []), result];
  const pendingToolCalls = checkpoint.pendingToolCalls.filter(({ id }) => id !== given.toolCallId);
  begin({ status: 'stoppedByInteractiveTool', partialToolResults, pendingToolCalls }, []);
  if (pendingToolCalls.length > 0) {
    const pending = { pendingToolCalls, partialToolResults };
    event('resumeToolCalls', pending);
    event('callInteractiveTool', { toolCall: pendingToolCalls[0], usage: usage(0) });
    endStep('stopRunByInteractiveTool', 'stoppedByInteractiveTool', 0, pending);
    process.exit(0);
  }
  const contents = partialToolResults.map(({ id, toolName, result: own }) => ({
    ...{ type: 'toolResultPart', toolCallId: id, toolName, contents: own, id: newId() },
  }));
  const taken = { type: 'toolMessage', contents, id: newId() };
  event('finishAllToolCalls', { newMessages: [taken] });
  state = { ...state, messages: [...state.messages, taken] };
  endStep('continueToNextStep', 'proceeding', 0);
}

function begin(more, inputMessages) {
  event('startRun', {
    initialCheckpoint: { id: newId(), ...state, stepNumber: step, ...more },
    inputMessages,
  });
  state = { ...state, messages: [...messages, ...inputMessages] };
}

function complete(text) {
  event('startGeneration', { messages: state.messages });
  state = { ...state, messages: [...state.messages, message('expertMessage', text)] };
  endStep('completeRun', 'completed', 500, {}, { text });
  console.log(text);
}

function endStep(type, status, tokens, own = {}, more = {}) {
  const total = state.usage.totalTokens + tokens;
  state = { ...state, usage: usage(total), contextWindowUsage: total / 200_000 };
  const ended = { id: newId(), ...state, status, stepNumber: step, ...own };
  writeFileSync(join(job, 'checkpoints', `${ended.id}.json`), JSON.stringify(ended));
  event(type, {
    checkpoint: ended,
    step: { stepNumber: step, newMessages: [], usage: usage(tokens) },
    ...more,
  });
  step += 1;
}

function event(type, body) {
  const folder = join(job, 'runs', runId);
  mkdirSync(folder, { recursive: true });
  const head = { type, id: newId(), expertKey: expert, timestamp: (at += 5), jobId, runId, stepNumber: step };
  writeFileSync(join(folder, `event-${at}-${step}-${type}.json`), JSON.stringify({ ...head, ...body }));
}

function usage(totalTokens) {
  return { inputTokens: totalTokens, outputTokens: 0, reasoningTokens: 0, totalTokens, cachedInputTokens: 0 };
}

function message(type, text) {
  return { type, contents: [{ type: 'textPart', text, id: newId() }], id: newId() };
}

function newId() {
  return Array.from({ length: 24 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
}
