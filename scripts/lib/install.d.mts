/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. */
export function ensureDependencies(): Promise<void>;

/** Installs the hosted VS Code when it is missing; gives the paths of its Node and of the server's script. */
export function ensureHostedVsCode(): Promise<{ node: string; server: string }>;

/** Finds a Chromium, or installs Debian's; gives the path of its executable. */
export function ensureBrowser(): Promise<string>;
