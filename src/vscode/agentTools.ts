import * as vscode from 'vscode';
import { agentToolNames, toolTitles, type AgentToolName } from '../core/agentTools/toolTitles';
import { prefix } from '../core/contract';
import type { Disposable } from '../core/disposables';

/** @throws HumanError with a sentence for the agent */
type CallTool = (name: AgentToolName, input: unknown) => Promise<string>;

/** The id of the servers that are offered to VS Code, as package.json has it. */
const providerId = `${prefix}.mcp`;

/**
 * Offers the tools to the language models of the editor, where it has any.
 * @param call does what a tool is for, loaded when one is used
 */
export function offerTools(call: CallTool): Disposable {
  // Editors made from VS Code may lack it.
  const lm = vscode.lm as Partial<typeof vscode.lm> | undefined;
  const registered = agentToolNames.flatMap(
    (name) => lm?.registerTool?.(toolId(name), toTool(name, call)) ?? [],
  );
  return vscode.Disposable.from(...registered);
}

/** A tool's name among those of all extensions. */
function toolId(name: AgentToolName): string {
  return `${prefix}_${name}`;
}

function toTool(name: AgentToolName, call: CallTool): vscode.LanguageModelTool<unknown> {
  return {
    prepareInvocation: () => ({ invocationMessage: toolTitles[name] }),
    invoke: async ({ input }) => {
      const text = await call(name, input);
      return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
    },
  };
}

/** How the server for agents outside is started. */
export interface McpStart {
  readonly label: string;
  /** Absolute. */
  readonly program: string;
  readonly version: string;
  /** The folders whose runs it tells of, and where it leaves drafts. */
  args(): readonly string[];
}

/** Offers the server for agents outside to the editor, where it takes any. */
export function offerMcpServer({ label, program, version, args }: McpStart): Disposable {
  const lm = vscode.lm as Partial<typeof vscode.lm> | undefined;
  if (!lm?.registerMcpServerDefinitionProvider) return vscode.Disposable.from();
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    lm.registerMcpServerDefinitionProvider(providerId, {
      onDidChangeMcpServerDefinitions: changed.event,
      // The editor's own Node, which is there in every case.
      provideMcpServerDefinitions: () => [
        new vscode.McpStdioServerDefinition(
          label,
          process.execPath,
          [program, ...args()],
          { ELECTRON_RUN_AS_NODE: '1' },
          version,
        ),
      ],
    }),
  );
}
