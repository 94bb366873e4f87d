/** One setting's id → its value, as in settings.json. */
export type Settings = Readonly<Record<string, unknown>>;

export interface HostedVsCodeOptions {
  /** A packed extension to install before the start. */
  readonly vsix?: string;
  /** On top of this process's environment. Set HOME and the BABYSITTER_* folders to keep the engine away from the real home. */
  readonly env?: Readonly<Record<string, string>>;
  /** User settings, on top of the ones that keep the window quiet. */
  readonly settings?: Settings;
  /** Demand a random token in the address, so that no other user of the machine can open it. */
  readonly connectionToken?: boolean;
  /** Open folders in Restricted Mode, as VS Code does with unknown ones. Otherwise everything is trusted. */
  readonly workspaceTrust?: boolean;
  /** Lets a page pass a payload (integration suites), but suppresses every notification. */
  readonly smokeTestDriver?: boolean;
  /** Without the extensions of VS Code's own that start with every window; a window opens in half the time. */
  readonly fewExtensions?: boolean;
}

export interface HostedVsCode {
  /** `host:port`. */
  readonly authority: string;
  /** The folder in which each extension has one of its own for what is kept beyond a workspace. */
  readonly globalStorage: string;
  /** The address that opens a folder or a `.code-workspace` file; an empty window without one. */
  url(workspace?: string, payload?: readonly (readonly [key: string, value: string])[]): string;
  /**
   * Forgets what windows and extensions kept, and takes other settings of the user and of the machine; for a server with
   * no window open.
   */
  renew(settings?: Settings, ofMachine?: Settings): void;
  /** Ends every process and removes every file of this server. Safe to call more than once. */
  dispose(): Promise<void>;
}

/** Starts a VS Code server on loopback, with fresh folders of its own. */
export function startHostedVsCode(options?: HostedVsCodeOptions): Promise<HostedVsCode>;
