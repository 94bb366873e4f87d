/** What one answer of the model takes, as Claude Code writes it. */
export interface Usage {
  readonly in?: number;
  readonly out?: number;
  readonly cacheWrite?: number;
  readonly cacheRead?: number;
}

/** Writes lines as Claude Code does, each a second after the one before unless it is told when. */
export class ClaudeLines {
  readonly lines: string[] = [];
  #at: number;
  #ids = 0;

  constructor(
    start: string,
    private readonly envelope: Readonly<Record<string, unknown>> = {},
  ) {
    this.#at = Date.parse(start);
  }

  get text(): string {
    return this.lines.map((line) => `${line}\n`).join('');
  }

  /** The time of the next line. */
  at(iso: string): this {
    this.#at = Date.parse(iso);
    return this;
  }

  add(line: Readonly<Record<string, unknown>>): this {
    this.lines.push(
      JSON.stringify({
        ...{ isSidechain: false, cwd: '/srv/demo', sessionId: 's-1', version: '2.1.201', ...this.envelope },
        ...line,
        timestamp: new Date(this.#at).toISOString(),
      }),
    );
    this.#at += 1000;
    return this;
  }

  prompt(content: string, more: Readonly<Record<string, unknown>> = {}): this {
    return this.add({ type: 'user', message: { role: 'user', content }, ...more });
  }

  /** One line of an answer. */
  answer(
    content: readonly Readonly<Record<string, unknown>>[],
    { id = `msg_${(this.#ids += 1)}`, stop = null as string | null, usage = {} as Usage } = {},
  ): this {
    return this.add({
      type: 'assistant',
      message: {
        ...{ id, model: 'claude-test', role: 'assistant', content, stop_reason: stop },
        usage: {
          input_tokens: usage.in ?? 1,
          output_tokens: usage.out ?? 1,
          cache_creation_input_tokens: usage.cacheWrite ?? 0,
          cache_read_input_tokens: usage.cacheRead ?? 0,
        },
      },
    });
  }

  says(text: string, stop: string | null = 'end_turn'): this {
    return this.answer([{ type: 'text', text }], { stop });
  }

  calls(id: string, name: string, input: Readonly<Record<string, unknown>>, usage: Usage = {}): this {
    return this.answer([{ type: 'tool_use', id, name, input }], { stop: 'tool_use', usage });
  }

  runs(id: string, command: string): this {
    return this.calls(id, 'Bash', { command });
  }

  result(id: string, content: unknown = 'ok', isError = false, structured: unknown = {}): this {
    const block = { type: 'tool_result', tool_use_id: id, content, ...(isError ? { is_error: true } : {}) };
    return this.add({ type: 'user', message: { role: 'user', content: [block] }, toolUseResult: structured });
  }

  fails(error: string, more: Readonly<Record<string, unknown>> = {}): this {
    return this.add({
      ...{ type: 'assistant', isApiErrorMessage: true, error },
      message: {
        id: 'err',
        model: '<synthetic>',
        content: [{ type: 'text', text: error }],
        stop_reason: 'stop_sequence',
      },
      ...more,
    });
  }
}
