import { largest } from '../../../core/largest';
import { jsonLine } from '../../../core/run/jsonText';
import { isRecord, parseTime } from '../../../core/run/lenient';
import { pathFrom } from '../../../core/sessions/action';
import { JsonLineReader } from '../../../core/sessions/jsonLineReader';
import { mentionsIn, noteResult, noteRuns, signsIn } from '../../../core/sessions/signs';
import { noTokens, tokenCount, type Tokens, type Work } from '../../../core/sessions/work';
import { actionOf, changesOf, inputOf, isFromClient, outcomeOf, plainOutput, wordsOf } from './codexTools';

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the lines of one rollout of Codex. */
export class CodexReader extends JsonLineReader {
  /** What was told of itself first; later ones are copies of its parents'. */
  #known = false;
  /** A fork begins with its parent's history, which is not its own work. */
  #replaying = false;
  /** The cumulative counts told last. */
  #total: Tokens = noTokens;

  override readLong(head: string, tail: string): void {
    const field = (name: string): string | undefined =>
      new RegExp(`"${name}":"([^"\\\\]{1,200})"`).exec(head)?.[1];
    const timestamp = field('timestamp') ?? '';
    const [, type] = /"payload":\{"type":"(\w+_output)"/.exec(head) ?? [];
    const isCompacted = head.includes('"type":"compacted"');
    if (type === undefined && !isCompacted) return super.readLong(head, tail);
    this.transcript.lines += 1;
    if (isCompacted) return this.take({ timestamp, type: 'compacted', payload: {} });
    const output = `${head.slice(head.indexOf('"output":'))}\n${tail}`
      .replaceAll('\\n', '\n')
      .replaceAll('\\"', '"');
    this.take({ timestamp, type: 'response_item', payload: { type, call_id: field('call_id'), output } });
  }

  protected take(line: Line): void {
    const { transcript } = this;
    const at = transcript.time(parseTime(text(line['timestamp'])));
    const payload = isRecord(line['payload']) ? line['payload'] : line;
    switch (line['type']) {
      case 'session_meta':
        return this.#meta(payload);
      case 'turn_context':
        transcript.model = text(payload['model']) || transcript.model;
        transcript.approval = text(payload['approval_policy']) || transcript.approval;
        return;
      case 'event_msg':
        return this.#event(payload, at);
      case 'compacted':
        if (!this.#replaying) transcript.marks.push({ at, kind: 'compaction', text: 'context compacted' });
        return;
      default:
        if (!this.#replaying) this.#item(payload, at);
    }
  }

  #meta(payload: Line): void {
    if (this.#known) return;
    this.#known = true;
    const { transcript } = this;
    transcript.sessionId = text(payload['id']) || undefined;
    transcript.cwd = text(payload['cwd']) || undefined;
    transcript.version = text(payload['cli_version']) || undefined;
    transcript.parentId = parentOf(payload);
    this.#replaying = text(payload['forked_from_id']) !== '';
  }

  #event(payload: Line, at: number): void {
    const { transcript } = this;
    const type = text(payload['type']);
    if (type === 'task_started') this.#replaying = false;
    if (type === 'token_count') return this.#tokens(payload, at);
    if (this.#replaying) return;
    switch (type) {
      case 'task_started':
        return transcript.goesOn(at);
      case 'user_message':
        return this.#prompt(text(payload['message']), at);
      case 'agent_message':
        transcript.goesOn(at);
        transcript.writing = true;
        return;
      case 'agent_reasoning':
        transcript.goesOn(at);
        transcript.writing = false;
        return;
      case 'task_complete':
        return transcript.ends(at);
      case 'turn_aborted':
        return transcript.interrupt(at);
      case 'patch_apply_end': {
        return this.#patched(payload, at);
      }
      default:
    }
  }

  /** What a patch changed. One that a script applies has an id of its own, and belongs to the script. */
  #patched(payload: Line, at: number): void {
    const { transcript } = this;
    const own = transcript.seen.calls.get(text(payload['call_id']));
    const call = own ?? [...transcript.open.values()].at(-1);
    if (!call) return;
    if (payload['success'] === false) {
      // A script goes on, and tells itself how it ended.
      if (!own) return;
      transcript.end(own.id, at, 'error');
      own.outcome = 'error';
    } else if (payload['success'] === true) {
      const changes = changesOf(payload['changes']);
      const files = changes.map((file) => ({ ...file, path: pathFrom(transcript.cwd, file.path) }));
      call.files = [...call.files, ...files];
    }
  }

  /** Counts are cumulative, and told again without having grown. */
  #tokens({ info, rate_limits: limits }: Line, at: number): void {
    const { transcript } = this;
    const usage = isRecord(info) ? info['total_token_usage'] : undefined;
    if (isRecord(usage)) {
      const total = tokensOf(usage);
      const [before, after] = [sum(this.#total), sum(total)];
      if (!this.#replaying && after > before)
        this.#work({ answers: 1, tokens: minus(total, this.#total), at });
      this.#total = total;
      const last = isRecord(info) ? info['last_token_usage'] : undefined;
      if (isRecord(last)) transcript.context = sum(tokensOf(last)) - tokensOf(last).out;
    }
    if (!isRecord(limits)) return;
    const reached = [limits['primary'], limits['secondary']].filter(
      (limit): limit is Line => isRecord(limit) && Number(limit['used_percent']) >= 100,
    );
    const resets = reached.map((limit) => resetOf(limit, at)).filter(Number.isFinite);
    transcript.limit =
      reached.length === 0
        ? undefined
        : { at, until: resets.length === 0 ? undefined : largest(resets, (at) => at), text: '' };
  }

  #work({ answers, tokens, at }: Pick<Work, 'answers' | 'tokens' | 'at'>): Work {
    const { model } = this.transcript;
    const work: Work = { at, answers, tokens, atLeast: false, model, calls: [] };
    this.transcript.work.push(work);
    return work;
  }

  #prompt(words: string, at: number): void {
    this.transcript.goesOn(at);
    if (isFromClient(words) || words.trim() === '') return;
    this.transcript.prompted(words);
  }

  #item(item: Line, at: number): void {
    const { transcript } = this;
    const type = text(item['type']);
    const id = text(item['call_id']) || text(item['id']);
    if (type === 'message') {
      const words = wordsOf(item['content']);
      if (item['role'] === 'user') this.#prompt(words, at);
      else if (item['role'] === 'assistant') transcript.writing = true;
    } else if (type === 'reasoning') {
      transcript.writing = false;
    } else if (type.endsWith('_output')) {
      this.#output(id, item['output'], at);
    } else if (type.endsWith('_call') && id !== '') {
      this.#call(id, item, at);
    } else if (type === '') {
      transcript.unknownLines += 1;
    }
  }

  #call(id: string, item: Line, at: number): void {
    const { transcript } = this;
    const { name, input, words } = inputOf(item);
    noteRuns(transcript, words);
    transcript.goesOn(at);
    transcript.writing = false;
    if (transcript.seen.calls.has(id)) return;
    const work: Work = { at, answers: 0, tokens: noTokens, atLeast: false, model: undefined, calls: [] };
    transcript.begin(work, {
      ...{
        id,
        at,
        name,
        action: actionOf(name, input, words, transcript.cwd),
        asks: name === 'request_user_input',
      },
      ...{
        mentions: mentionsIn(words),
        signs: signsIn(words),
        prompt: name === 'spawn_agent' ? text(input['message']) || text(input['prompt']) || words : undefined,
      },
      ...{ endedAt: undefined, outcome: undefined, files: [] },
    });
    transcript.work.push(work);
    // A search of the provider ends where it is told.
    if (item['type'] === 'web_search_call') transcript.end(id, at, 'ok');
  }

  #output(id: string, output: unknown, at: number): void {
    const { transcript } = this;
    const said = typeof output === 'string' ? output : wordsOf(output) || (jsonLine(output ?? '') ?? '');
    const outcome = outcomeOf(said);
    const call = transcript.end(id, at, outcome);
    transcript.goesOn(at);
    if (!call) return;
    noteResult(transcript, call, { text: plainOutput(said), ok: outcome === 'ok', at });
    const [, agentId] = /"agent_id"\s*:\s*"([^"]{1,128})"/.exec(said.slice(0, 2000)) ?? [];
    if (call.prompt !== undefined && agentId !== undefined) transcript.spawned.set(agentId, call);
  }
}

/** The thread that began another one as its subagent, by what that tells of itself; `undefined`: none did. */
export function parentOf({
  parent_thread_id: parent,
  forked_from_id: forked,
  source,
}: Line): string | undefined {
  const subagent = isRecord(source) ? source['subagent'] : undefined;
  const spawn = isRecord(subagent) ? subagent['thread_spawn'] : undefined;
  const spawner = isRecord(spawn) ? text(spawn['parent_thread_id']) : '';
  return text(parent) || spawner || (subagent === undefined ? '' : text(forked)) || undefined;
}

/** When a limit ends, in milliseconds since 1970: older releases tell how long that is. */
function resetOf(limit: Line, at: number): number {
  const { resets_at: end, resets_in_seconds: left } = limit;
  if (typeof left === 'number' && end === undefined) return at + left * 1000;
  return typeof end === 'number' || typeof end === 'string' ? Number(end) * 1000 : Number.NaN;
}

function tokensOf(usage: Line): Tokens {
  const number = (name: string): number => tokenCount(usage[name]);
  const cacheRead = number('cached_input_tokens');
  return {
    in: Math.max(0, number('input_tokens') - cacheRead),
    out: number('output_tokens'),
    cacheWrite: 0,
    cacheRead,
  };
}

function sum(tokens: Tokens): number {
  return tokens.in + tokens.out + tokens.cacheRead;
}

function minus(a: Tokens, b: Tokens): Tokens {
  const less = (x: number, y: number): number => Math.max(0, x - y);
  return {
    in: less(a.in, b.in),
    out: less(a.out, b.out),
    cacheWrite: 0,
    cacheRead: less(a.cacheRead, b.cacheRead),
  };
}
