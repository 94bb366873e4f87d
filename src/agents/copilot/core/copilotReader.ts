import {
  action,
  commandAction,
  lineCount,
  pathFrom,
  pathIn,
  toolAction,
} from '../../../core/sessions/action';
import { cutAtWord } from '../../../core/format';
import { jsonLine } from '../../../core/run/jsonText';
import { isRecord, parseJson, parseTime } from '../../../core/run/lenient';
import { JsonLineReader } from '../../../core/sessions/jsonLineReader';
import { mentionsIn, noSigns, noteResult, noteRuns, signsIn } from '../../../core/sessions/signs';
import {
  noTokens,
  tokenCount,
  type Action,
  type FileChange,
  type Outcome,
  type Tokens,
  type Work,
} from '../../../core/sessions/work';

export type Line = Readonly<Record<string, unknown>>;

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the events of one session of Copilot CLI. What was put in is told only when a session is shut down. */
export class CopilotReader extends JsonLineReader {
  /** The answer that calls belong to. */
  #work: Work | undefined;
  /** What calls that have not ended are to change, by their ids. */
  readonly #changes = new Map<string, FileChange>();
  /** The last answer asked for calls, so the agent goes on with what they give. */
  #goesOn = false;
  /** Output tokens that were counted since the last shutdown, by model. */
  readonly #out = new Map<string, number>();

  protected take(event: Line): void {
    const { transcript } = this;
    const at = transcript.time(parseTime(text(event['timestamp'])));
    const data = isRecord(event['data']) ? event['data'] : {};
    switch (event['type']) {
      case 'session.start': {
        const context = isRecord(data['context']) ? data['context'] : {};
        transcript.sessionId ??= text(data['sessionId']) || undefined;
        transcript.version = text(data['copilotVersion']) || transcript.version;
        transcript.cwd ??= text(context['cwd']) || text(data['cwd']) || undefined;
        return;
      }
      case 'user.message':
        transcript.goesOn(at);
        return transcript.prompted(text(data['content']));
      case 'assistant.turn_start':
        return transcript.goesOn(at);
      case 'assistant.message':
        return this.#answer(data, at);
      case 'assistant.turn_end':
        if (!this.#goesOn && transcript.open.size === 0) transcript.ends(at);
        return;
      case 'tool.execution_start':
        return this.#begin(text(data['toolCallId']), text(data['toolName']), data['arguments'], at);
      case 'tool.execution_complete':
        return this.#end(data, at);
      case 'session.error': {
        transcript.ends(at);
        transcript.failure = cutAtWord(text(data['message']), 200) || 'unknown';
        transcript.marks.push({ at, kind: 'error', text: transcript.failure });
        return;
      }
      case 'abort':
        return transcript.interrupt(at);
      case 'session.shutdown':
        this.#shutdown(data['modelMetrics'], at);
        return transcript.ends(at);
      default:
    }
  }

  #answer(data: Line, at: number): void {
    const { transcript } = this;
    const id = text(data['messageId']) || `${transcript.sessionId} ${transcript.lines}`;
    const out = tokenCount(data['outputTokens']);
    const model = text(data['model']) || undefined;
    transcript.goesOn(at);
    transcript.model = model ?? transcript.model;
    if (!transcript.seen.answers.has(id)) {
      this.#work = { at, answers: 1, tokens: { ...noTokens, out }, atLeast: false, model, calls: [] };
      transcript.seen.answers.set(id, this.#work);
      transcript.work.push(this.#work);
      this.#out.set(model ?? '', out + (this.#out.get(model ?? '') ?? 0));
    }
    const requests = Array.isArray(data['toolRequests']) ? data['toolRequests'].filter(isRecord) : [];
    this.#goesOn = requests.length > 0;
    for (const request of requests) {
      this.#begin(text(request['toolCallId']), text(request['name']), request['arguments'], at);
    }
  }

  #begin(id: string, name: string, given: unknown, at: number): void {
    const { transcript } = this;
    if (id === '' || transcript.seen.calls.has(id)) return;
    const args = argumentsOf(given);
    const input = jsonLine(args) ?? '';
    const command = isCommand(name);
    if (command) noteRuns(transcript, input);
    transcript.goesOn(at);
    if (!this.#work) {
      this.#work = { at, answers: 0, tokens: noTokens, atLeast: false, model: undefined, calls: [] };
      transcript.work.push(this.#work);
    }
    transcript.begin(this.#work, {
      ...{ id, at, name, action: actionOf(name, args, transcript.cwd), asks: name === 'ask_user' },
      ...{ mentions: mentionsIn(input), signs: command ? signsIn(input) : noSigns },
      prompt: name === 'task' ? `${text(args['prompt'])}\n${text(args['description'])}` : undefined,
      ...{ endedAt: undefined, outcome: undefined, files: [] },
    });
    const change = changeOf(name, args);
    if (change) this.#changes.set(id, { ...change, path: pathFrom(transcript.cwd, change.path) });
  }

  #end(data: Line, at: number): void {
    const { transcript } = this;
    const id = text(data['toolCallId']);
    const outcome = outcomeOf(data);
    const call = transcript.end(id, at, outcome);
    const change = this.#changes.get(id);
    this.#changes.delete(id);
    transcript.goesOn(at);
    if (!call) return;
    const ok = outcome === 'ok';
    if (ok && change) call.files = [change];
    if (isCommand(call.name)) noteResult(transcript, call, { text: resultOf(data), ok, at });
  }

  /** What each model took in all; what was counted answer by answer is in it, some perhaps under another name. */
  #shutdown(metrics: unknown, at: number): void {
    const all = Object.entries(isRecord(metrics) ? metrics : {});
    const counted = (model: string): number => this.#out.get(model) ?? 0;
    const sum = [...this.#out.values()].reduce((a, b) => a + b, 0);
    let unnamed = all.reduce((left, [model]) => left - counted(model), sum);
    for (const [model, metric] of all) {
      const usage = isRecord(metric) ? metric['usage'] : undefined;
      if (!isRecord(usage)) continue;
      const number = (name: string): number => tokenCount(usage[name]);
      const cacheRead = number('cacheReadTokens');
      const out = Math.max(0, number('outputTokens') - counted(model));
      const known = Math.min(out, unnamed);
      unnamed -= known;
      const tokens: Tokens = {
        in: Math.max(0, number('inputTokens') - cacheRead),
        out: out - known,
        cacheWrite: number('cacheWriteTokens'),
        cacheRead,
      };
      this.transcript.work.push({ at, answers: 0, tokens, atLeast: false, model, calls: [], ofAll: true });
    }
    this.#out.clear();
  }
}

/** Arguments are an object, or its JSON. */
export function argumentsOf(given: unknown): Line {
  if (isRecord(given)) return given;
  const json = typeof given === 'string' ? parseJson(given) : undefined;
  return json && 'value' in json && isRecord(json.value) ? json.value : {};
}

/** What came of a call, in words. */
export function resultOf({ result, error }: Line): string {
  const said = isRecord(result) ? text(result['content']) || text(result['detailedContent']) : text(result);
  return said || (isRecord(error) ? text(error['message']) : text(error));
}

/** What a call does, in words. */
export function actionOf(name: string, args: Line, cwd: string | undefined): Action {
  const path = pathIn(cwd, text(args['path']) || text(args['file_path']));
  switch (name) {
    case 'bash':
    case 'powershell':
      return commandAction(text(args['command']), text(args['description']));
    case 'edit':
    case 'create':
      return action('editing', path);
    case 'str_replace_editor':
      return action(args['command'] === 'view' ? 'reading' : 'editing', path);
    case 'view':
      return action('reading', path);
    case 'grep':
    case 'glob':
      return action('searching', text(args['pattern']));
    case 'task':
      return action('delegating:', text(args['description']));
    case 'web_search':
    case 'web_fetch':
      return action('looking up', text(args['query']) || text(args['url']));
    default:
      return toolAction(name, args);
  }
}

function isCommand(name: string): boolean {
  return name === 'bash' || name === 'powershell' || name.includes('babysitter');
}

/** How a call ended. */
export function outcomeOf(data: Line): Outcome {
  if (data['success'] === true) return 'ok';
  return /denied|rejected by|user declined/i.test(resultOf(data).slice(0, 300)) ? 'refused' : 'error';
}

/** What a call changes where it succeeds; `undefined`: it is no tool that changes files, or names none. */
function changeOf(name: string, args: Line): FileChange | undefined {
  const edits =
    name === 'edit' || name === 'create' || (name === 'str_replace_editor' && args['command'] !== 'view');
  const path = edits ? text(args['path']) || text(args['file_path']) : '';
  if (path === '') return undefined;
  return {
    ...{ path, created: name === 'create' },
    added: lineCount(text(args['new_str']) || text(args['file_text'])),
    removed: lineCount(text(args['old_str'])),
  };
}
