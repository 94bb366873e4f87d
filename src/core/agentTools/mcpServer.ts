import * as z from 'zod/mini';
import { HumanError, messageOf } from '../errors';
import { isRecord } from '../run/lenient';
import { agentTools } from './tools';
import type { AgentToolName } from './toolTitles';

/** Versions of the Model Context Protocol that are spoken, the newest first. */
const versions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;

/** Errors of JSON-RPC. */
const codes = { parse: -32700, request: -32600, method: -32601, params: -32602, internal: -32603 } as const;

/** Longer messages are refused unread, in characters. */
const longestMessage = 1_000_000;

const id = z.union([z.string(), z.number()]);
const message = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.optional(id),
  method: z.string(),
  params: z.optional(z.record(z.string(), z.unknown())),
});
type Message = z.infer<typeof message>;

/** A request that cannot be answered, as JSON-RPC tells it. */
class Refusal extends Error {
  constructor(
    readonly code: number,
    text: string,
  ) {
    super(text);
  }
}

export interface McpServerDeps {
  readonly version: string;
  /** Those that are offered. */
  readonly tools: readonly AgentToolName[];
  /** @throws HumanError with a sentence for the agent */
  call(name: AgentToolName, input: unknown): Promise<string>;
}

/** A server of the Model Context Protocol that offers tools and nothing else. It knows messages, not where they come from. */
export class McpServer {
  constructor(private readonly deps: McpServerDeps) {}

  /** Takes one message, or several in a list. @returns the answer; `undefined`: none is due. Never throws. */
  async receive(text: string): Promise<string | undefined> {
    if (text.length > longestMessage) return JSON.stringify(failure(null, codes.request, 'It is too long.'));
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return JSON.stringify(failure(null, codes.parse, 'It is not JSON.'));
    }
    if (!Array.isArray(json)) return toText(await this.#answer(json));
    if (json.length === 0 || json.length > 100) {
      return JSON.stringify(failure(null, codes.request, 'It has no requests, or too many.'));
    }
    const answers: object[] = [];
    for (const each of json) {
      const answer = await this.#answer(each);
      if (answer) answers.push(answer);
    }
    return answers.length === 0 ? undefined : JSON.stringify(answers);
  }

  async #answer(json: unknown): Promise<object | undefined> {
    const parsed = message.safeParse(json);
    if (!parsed.success) {
      // Answers of the client, to whom nothing is asked.
      if (isAnswer(json)) return undefined;
      return failure(null, codes.request, 'It is not a JSON-RPC 2.0 request.');
    }
    const request = parsed.data;
    if (request.id === undefined) return undefined;
    try {
      return { jsonrpc: '2.0', id: request.id, result: await this.#result(request) };
    } catch (error) {
      if (error instanceof Refusal) return failure(request.id, error.code, error.message);
      return failure(request.id, codes.internal, messageOf(error));
    }
  }

  async #result({ method, params = {} }: Message): Promise<object> {
    switch (method) {
      case 'initialize':
        return this.#initialize(params);
      case 'ping':
        return {};
      case 'tools/list':
        return { tools: this.deps.tools.map(describe) };
      case 'tools/call':
        return this.#call(params);
      default:
        throw new Refusal(codes.method, `There is no method ${method.slice(0, 100)}.`);
    }
  }

  #initialize({ protocolVersion }: Readonly<Record<string, unknown>>): object {
    return {
      protocolVersion: versions.find((version) => version === protocolVersion) ?? versions[0],
      capabilities: { tools: {} },
      serverInfo: { name: 'babysitter-runs', title: 'Babysitter Runs', version: this.deps.version },
      instructions:
        'Tells about the agent runs of a workspace. Only people answer questions and continue runs: a draft is as far as you can go.',
    };
  }

  async #call({ name, arguments: input }: Readonly<Record<string, unknown>>): Promise<object> {
    const tool = this.deps.tools.find((known) => known === name);
    if (tool === undefined)
      throw new Refusal(codes.params, `There is no tool ${String(name).slice(0, 100)}.`);
    try {
      return { content: [{ type: 'text', text: await this.deps.call(tool, input) }] };
    } catch (error) {
      // The agent is to read it, and to do better.
      const text = error instanceof HumanError ? error.message : `It went wrong: ${messageOf(error)}`;
      return { content: [{ type: 'text', text }], isError: true };
    }
  }
}

function describe(name: AgentToolName): object {
  const { title, description, inputSchema, readOnly } = agentTools[name];
  const annotations = { title, readOnlyHint: readOnly, destructiveHint: false, openWorldHint: false };
  return { name, title, description, inputSchema, annotations };
}

function isAnswer(json: unknown): boolean {
  return isRecord(json) && ('result' in json || 'error' in json);
}

function failure(to: string | number | null, code: number, text: string): object {
  return { jsonrpc: '2.0', id: to, error: { code, message: text } };
}

function toText(answer: object | undefined): string | undefined {
  return answer && JSON.stringify(answer);
}
