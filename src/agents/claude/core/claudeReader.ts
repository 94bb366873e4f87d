import { largest } from '../../../core/largest';
import { cutAtWord } from '../../../core/format';
import { jsonLine } from '../../../core/run/jsonText';
import { isRecord, parseTime } from '../../../core/run/lenient';
import { pathFrom } from '../../../core/sessions/action';
import { JsonLineReader } from '../../../core/sessions/jsonLineReader';
import { mentionsIn, noSigns, noteResult, noteRuns, signsIn } from '../../../core/sessions/signs';
import { tokenCount as number, type Tokens, type Work } from '../../../core/sessions/work';
import { actionOf, asksPerson, changeOf, isCommand, isSpawn } from './claudeTools';
import { readLongLine } from './claudeLongLine';
import {
  beginsSilently,
  blocksOf,
  compactionWords,
  errorWords,
  isSilent,
  outcomeOf,
  textOf,
} from './claudeParts';

type Line = Readonly<Record<string, unknown>>;

/** What stands in each line that is used. */
const telling = /"type":"(?:assistant|user|system|custom-title|ai-title|summary)"/;

/** Stop reasons after which the agent does not go on by itself. */
const goingOn = new Set(['tool_use', 'pause_turn']);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the lines of one file of Claude Code: a session, or a subagent. */
export class ClaudeReader extends JsonLineReader {
  /** Names and inputs of calls that have not ended. */
  readonly #inputs = new Map<string, { readonly name: string; readonly input: Line }>();

  override passesOver(head: string): boolean {
    return beginsSilently(head);
  }

  override tells(lines: string): boolean {
    return telling.test(lines);
  }

  override readLong(head: string, tail: string): void {
    const line = readLongLine(head, tail);
    if (!line) return this.skipped();
    this.transcript.lines += 1;
    this.take(line);
  }

  protected take(line: Line): void {
    const { transcript } = this;
    const at = transcript.time(parseTime(text(line['timestamp'])));
    transcript.cwd ??= text(line['cwd']) || undefined;
    transcript.version = text(line['version']) || transcript.version;
    transcript.sessionId ??= text(line['sessionId']) || undefined;
    switch (line['type']) {
      case 'assistant':
        return this.#assistant(line, at);
      case 'user':
        return this.#user(line, at);
      case 'system':
        return this.#system(line, at);
      case 'custom-title':
        transcript.titles[0] = text(line['customTitle']) || transcript.titles[0];
        return;
      case 'ai-title':
        transcript.titles[1] = text(line['aiTitle']) || transcript.titles[1];
        return;
      case 'summary':
        transcript.titles[2] = text(line['summary']) || transcript.titles[2];
        return;
      case 'queue-operation':
        return;
      default:
        if (!isSilent(text(line['type']))) transcript.unknownLines += 1;
    }
  }

  #assistant(line: Line, at: number): void {
    const { transcript } = this;
    const message = isRecord(line['message']) ? line['message'] : {};
    if (line['isApiErrorMessage'] === true || message['model'] === '<synthetic>') {
      return this.#failure(line, message, at);
    }
    const work = this.#answer(line, message, at);
    transcript.goesOn(at);
    let last = '';
    for (const block of blocksOf(message['content'])) {
      last = text(block['type']);
      if (last === 'tool_use') this.#call(work, block, at);
    }
    const stop = message['stop_reason'];
    transcript.writing = last === 'text' && typeof stop !== 'string';
    if (typeof stop === 'string' && !goingOn.has(stop) && !isInline(line)) transcript.ends(at);
  }

  /** The answer that a line is part of. Of its lines, the one with the most output tells its tokens. */
  #answer(line: Line, message: Line, at: number): Work {
    const { transcript } = this;
    const id = text(message['id']) || text(line['uuid']) || `${transcript.sessionId} ${transcript.lines}`;
    const model = text(message['model']) || undefined;
    const tokens = tokensOf(message['usage']);
    const final = typeof message['stop_reason'] === 'string';
    let work = transcript.seen.answers.get(id);
    if (!work) {
      work = { at, answers: 1, tokens, atLeast: !final, model, calls: [] };
      transcript.seen.answers.set(id, work);
      transcript.work.push(work);
    } else {
      if (tokens.out > work.tokens.out) work.tokens = tokens;
      if (final) work.atLeast = false;
    }
    if (!isInline(line)) {
      transcript.model = model ?? transcript.model;
      transcript.context = tokens.in + tokens.cacheWrite + tokens.cacheRead;
    }
    return work;
  }

  #call(work: Work, block: Line, at: number): void {
    const id = text(block['id']);
    if (id === '') return;
    const name = text(block['name']);
    const input = isRecord(block['input']) ? block['input'] : {};
    const asText = jsonLine(input) ?? '';
    const command = isCommand(name);
    if (command) noteRuns(this.transcript, `${name} ${asText}`);
    this.#inputs.set(id, { name, input });
    this.transcript.begin(work, {
      id,
      at,
      name,
      action: actionOf(name, input, this.transcript.cwd),
      asks: asksPerson(name),
      mentions: mentionsIn(asText),
      signs: command ? signsIn(`${name} ${asText}`) : noSigns,
      prompt: isSpawn(name) ? `${text(input['prompt'])}\n${text(input['description'])}` : undefined,
      endedAt: undefined,
      outcome: undefined,
      files: [],
    });
  }

  #failure(line: Line, message: Line, at: number): void {
    const { transcript } = this;
    const said = cutAtWord(
      blocksOf(message['content'])
        .map((block) => text(block['text']))
        .join(' '),
      200,
    );
    const kind = text(line['error']) || text(message['error']);
    transcript.goesOn(at);
    transcript.ends(at);
    if (kind === 'rate_limit' || line['apiErrorStatus'] === 429) {
      const until = resetOf(line['quotaLimits'] ?? message['quotaLimits']) ?? resetIn(said);
      transcript.limit = { at, until, text: said };
      transcript.marks.push({ at, kind: 'limit', text: said });
    } else {
      transcript.failure = said || kind.replaceAll('_', ' ') || 'unknown';
      transcript.marks.push({ at, kind: 'error', text: transcript.failure });
    }
  }

  #user(line: Line, at: number): void {
    const { content } = isRecord(line['message']) ? line['message'] : {};
    if (line['isCompactSummary'] === true) return;
    if (typeof content === 'string') return this.#words(content, line, at);
    for (const block of blocksOf(content)) {
      if (block['type'] === 'tool_result') this.#result(block, line['toolUseResult'], at);
      else if (block['type'] === 'text') this.#words(text(block['text']), line, at);
      else if (block['type'] === 'image') this.transcript.goesOn(at);
    }
  }

  #words(words: string, line: Line, at: number): void {
    const { transcript } = this;
    if (words.startsWith('[Request interrupted by user')) return transcript.interrupt(at);
    // What the client does by itself begins no turn.
    if (/^(?:<local-command-|Caveat: )/.test(words)) {
      if (transcript.open.size === 0) transcript.ends(at);
      return;
    }
    transcript.goesOn(at);
    if (line['isMeta'] === true || words.startsWith('<task-notification>')) return;
    transcript.prompted(words, line['isSidechain'] === true ? '' : promptTitle(words));
  }

  #result(block: Line, structured: unknown, at: number): void {
    const { transcript } = this;
    const id = text(block['tool_use_id']);
    const said = textOf(block['content']);
    const outcome = outcomeOf(block['is_error'] === true, said);
    const call = transcript.end(id, at, outcome);
    transcript.goesOn(at);
    transcript.writing = false;
    const begun = this.#inputs.get(id);
    this.#inputs.delete(id);
    if (!call) return;
    if (call.prompt !== undefined && isRecord(structured) && typeof structured['agentId'] === 'string') {
      transcript.spawned.set(structured['agentId'], call);
    }
    if (begun && isCommand(begun.name))
      noteResult(transcript, call, { text: said, ok: outcome === 'ok', at });
    const change = begun && outcome === 'ok' ? changeOf(begun.name, begun.input, structured) : undefined;
    if (change && call.files.length === 0) {
      call.files = [{ ...change, path: pathFrom(transcript.cwd, change.path) }];
    }
  }

  #system(line: Line, at: number): void {
    const { transcript } = this;
    switch (line['subtype']) {
      case 'turn_duration':
        if (transcript.turn === 'open' && transcript.open.size === 0) transcript.ends(at);
        return;
      case 'api_error': {
        const [wait, attempt, most] = ['retryInMs', 'retryAttempt', 'maxRetries'].map((name) => line[name]);
        const number = (value: unknown): number | undefined =>
          typeof value === 'number' ? value : undefined;
        transcript.retry = {
          ...{ at, attempt: number(attempt), most: number(most) },
          nextAt: at + Math.max(0, number(wait) ?? 0),
        };
        transcript.marks.push({ at, kind: 'retry', text: errorWords(line['error']) });
        return;
      }
      case 'compact_boundary': {
        const metadata = line['compactMetadata'];
        transcript.marks.push({ at, kind: 'compaction', text: compactionWords(metadata) });
        if (isRecord(metadata) && metadata['trigger'] === 'manual') transcript.ends(at);
        return;
      }
      default:
    }
  }
}

/** Of a subagent whose lines lie among the session's own, as very old releases wrote them. */
function isInline(line: Line): boolean {
  return line['isSidechain'] === true && line['agentId'] === undefined;
}

function tokensOf(usage: unknown): Tokens {
  const fields = isRecord(usage) ? usage : {};
  const parts = isRecord(fields['cache_creation']) ? fields['cache_creation'] : {};
  const hourly = number(parts['ephemeral_1h_input_tokens']);
  const cacheWrite =
    number(fields['cache_creation_input_tokens']) || number(parts['ephemeral_5m_input_tokens']) + hourly;
  return {
    in: number(fields['input_tokens']),
    out: number(fields['output_tokens']),
    cacheWrite,
    ...(hourly > 0 && { cacheWrite1h: Math.min(hourly, cacheWrite) }),
    cacheRead: number(fields['cache_read_input_tokens']),
  };
}

/** When a limit ends, in milliseconds since 1970; of several limits, the last one does. */
function resetOf(limits: unknown): number | undefined {
  const times = (Array.isArray(limits) ? limits : [limits]).flatMap((limit) => {
    const at = isRecord(limit) ? limit['resetsAt'] : undefined;
    return typeof at === 'number' && Number.isFinite(at) ? [at * 1000] : [];
  });
  return times.length === 0 ? undefined : largest(times, (time) => time);
}

/** Older releases wrote the end of a limit, in seconds since 1970, behind its words. */
function resetIn(words: string): number | undefined {
  const [, seconds] = /\|(\d{10})\b/.exec(words) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** The first words of a person, a slash command as it was typed. */
function promptTitle(words: string): string {
  const part = words.slice(0, 4000);
  const command = /<command-name>([^<]*)<\/command-name>/.exec(part)?.[1];
  const args = /<command-args>([^<]*)<\/command-args>/.exec(part)?.[1] ?? '';
  return command === undefined ? part : `${command} ${args}`;
}
