import { cutAtWord } from '../../../core/format';
import { jsonLine } from '../../../core/run/jsonText';
import { isRecord, parseTime } from '../../../core/run/lenient';
import { pathFrom } from '../../../core/sessions/action';
import { JsonLineReader } from '../../../core/sessions/jsonLineReader';
import { mentionsIn, noSigns, noteResult, noteRuns, signsIn } from '../../../core/sessions/signs';
import type { Work } from '../../../core/sessions/work';
import {
  actionOf,
  callsOf,
  changeOf,
  isCommand,
  text,
  tokensOf,
  wordsOf,
  type GeminiCall,
  type Line,
} from './geminiParts';

/** Reads the lines of one chat of Gemini CLI. A message is told again, whole, whenever it changed. */
export class GeminiReader extends JsonLineReader {
  protected take(line: Line): void {
    const { transcript } = this;
    if (isRecord(line['$set'])) {
      const { messages, directories } = line['$set'];
      if (Array.isArray(directories)) transcript.cwd ??= text(directories[0]) || undefined;
      for (const message of Array.isArray(messages) ? messages.filter(isRecord) : []) this.#message(message);
      return;
    }
    if (line['$rewindTo'] !== undefined) return transcript.ends(transcript.lastAt ?? 0);
    if (typeof line['sessionId'] === 'string' && line['type'] === undefined) {
      transcript.sessionId ??= line['sessionId'];
      transcript.time(parseTime(text(line['startTime'])));
      return;
    }
    this.#message(line);
  }

  #message(message: Line): void {
    const { transcript } = this;
    const at = transcript.time(parseTime(text(message['timestamp'])));
    switch (message['type']) {
      case 'user': {
        const words = wordsOf(message['content']);
        transcript.goesOn(at);
        transcript.prompted(words);
        return;
      }
      case 'gemini':
        return this.#answer(message, at);
      case 'error': {
        const said = cutAtWord(wordsOf(message['content']), 200) || 'unknown';
        transcript.ends(at);
        transcript.failure = said;
        transcript.marks.push({ at, kind: 'error', text: said });
        return;
      }
      case 'info':
      case 'warning':
        return;
      default:
        transcript.unknownLines += 1;
    }
  }

  #answer(message: Line, at: number): void {
    const { transcript } = this;
    const id = text(message['id']) || `${transcript.sessionId} ${transcript.lines}`;
    const model = text(message['model']) || undefined;
    const tokens = tokensOf(message['tokens']);
    let work = transcript.seen.answers.get(id);
    if (!work) {
      work = { at, answers: 1, tokens, atLeast: false, model, calls: [] };
      transcript.seen.answers.set(id, work);
      transcript.work.push(work);
    }
    if (isRecord(message['tokens'])) work.tokens = tokens;
    work.atLeast = !isRecord(message['tokens']);
    transcript.model = model ?? transcript.model;
    if (isRecord(message['tokens'])) transcript.context = tokens.in + tokens.cacheRead;
    transcript.goesOn(at);
    const calls = callsOf(message, at);
    for (const call of calls) this.#call(work, call);
    // It goes on with what its calls gave.
    if (calls.length === 0) transcript.ends(at);
  }

  #call(work: Work, { id, name, args, at, outcome, result }: GeminiCall): void {
    const { transcript } = this;
    const input = jsonLine(args) ?? '';
    const command = isCommand(name);
    if (command) noteRuns(transcript, input);
    transcript.begin(work, {
      ...{ id, at, name, action: actionOf(name, args, transcript.cwd), asks: name === 'ask_user' },
      ...{ mentions: mentionsIn(input), signs: command ? signsIn(input) : noSigns, prompt: undefined },
      ...{ endedAt: undefined, outcome: undefined, files: [] },
    });
    if (outcome === undefined || transcript.seen.calls.get(id)?.outcome !== undefined) return;
    const ended = transcript.end(id, transcript.lastAt ?? at, outcome);
    if (!ended) return;
    if (command)
      noteResult(transcript, ended, { text: result, ok: outcome === 'ok', at: ended.endedAt ?? at });
    const change = outcome === 'ok' ? changeOf(name, args) : undefined;
    if (change) ended.files = [{ ...change, path: pathFrom(transcript.cwd, change.path) }];
  }
}
