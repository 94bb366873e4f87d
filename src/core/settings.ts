import { settingNumbers } from './settingNumbers';

export interface Setting {
  readonly type: 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object';
  readonly items?: { readonly type: 'string' };
  readonly minItems?: number;
  /** What each value of an object is. */
  readonly additionalProperties?: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, { readonly type: 'number'; readonly minimum: 0 }>>;
    readonly required: readonly string[];
    readonly additionalProperties: false;
  };
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default: unknown;
  /** Its place in the settings editor. */
  readonly order: number;
  readonly scope: 'window' | 'resource' | 'machine-overridable' | 'machine';
  readonly description?: string;
  readonly markdownDescription?: string;
  /** The workspace's value is ignored while the workspace is not trusted. */
  readonly restricted?: true;
}

/** Every setting by its name, without the prefix; package.json is written from this table. */
export const settings = {
  runsDirectories: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    order: 1,
    scope: 'resource',
    markdownDescription:
      'Further folders that hold runs, besides every `.a5c/runs` in the workspace. A relative path starts at its workspace folder; `~` is the home folder.',
  },
  globalRuns: {
    type: 'string',
    enum: ['workspace', 'all', 'off'],
    default: 'workspace',
    order: 2,
    scope: 'window',
    enumDescriptions: ['Those whose project lies in this workspace.', 'All of them.', 'None.'],
    markdownDescription:
      'Which runs of the home-wide `~/.a5c/runs` are shown (newer engines keep all runs there).',
  },
  /** Seconds. */
  activityWindow: {
    type: 'number',
    ...settingNumbers.activityWindow,
    order: 3,
    scope: 'window',
    markdownDescription:
      'A run with pending tasks counts as *working* for this many seconds after its last event, then as *waiting*.',
  },
  /** Empty: chosen by itself. */
  'metrics.key': {
    type: 'string',
    default: '',
    order: 4,
    scope: 'resource',
    markdownDescription:
      'The number in task results that scores an iteration. Empty: the first found of `overallScore`, `score`, `qualityScore`, `coverage`, `passRate`, `confidence`.',
  },
  'metrics.best': {
    type: 'string',
    enum: ['highest', 'lowest'],
    default: 'highest',
    order: 5,
    scope: 'resource',
    description: 'Which value of the metric is the best.',
  },
  'metrics.lowerIsBetter': {
    type: 'array',
    items: { type: 'string' },
    default: [],
    order: 5,
    scope: 'resource',
    markdownDescription:
      'Numbers in task results for which lower is better: `latencyMs`, `failures`. For the metric that scores iterations, `#babysitterRuns.metrics.best#` can say so, too.',
  },
  /** How many rows of a list are shown before "Load more". */
  pageSize: {
    type: 'integer',
    ...settingNumbers.pageSize,
    order: 9,
    scope: 'window',
    markdownDescription: 'How many runs, iterations or tasks are shown below a row before *Load more*.',
  },
  'needsYou.ready': {
    type: 'boolean',
    default: true,
    order: 20,
    scope: 'window',
    markdownDescription:
      'List runs that are ready to continue in *Needs You*: at once after your answer, otherwise when nobody has continued them for the length of the activity window.',
  },
  'needsYou.failed': {
    type: 'boolean',
    default: true,
    order: 21,
    scope: 'window',
    markdownDescription: 'List runs that failed, and that you have not looked at since, in *Needs You*.',
  },
  'notify.breakpoints': {
    type: 'boolean',
    default: true,
    order: 22,
    scope: 'window',
    markdownDescription: 'Notify once when a question waits for you.',
  },
  'notify.completed': {
    type: 'boolean',
    default: false,
    order: 23,
    scope: 'window',
    markdownDescription: 'Notify when a run is completed.',
  },
  'notify.failed': {
    type: 'boolean',
    default: false,
    order: 24,
    scope: 'window',
    markdownDescription: 'Notify when a run fails.',
  },
  'notify.mine': {
    type: 'boolean',
    default: true,
    order: 24,
    scope: 'window',
    markdownDescription:
      'Notify when a run that you iterated or resumed in this workspace is completed or fails, whatever `#babysitterRuns.notify.completed#` and `#babysitterRuns.notify.failed#` say.',
  },
  /** Empty: none. */
  'notify.command': {
    type: 'array',
    items: { type: 'string' },
    default: [],
    order: 25,
    scope: 'machine',
    markdownDescription:
      'A program and its arguments that tell you of a new question while you are away (ntfy, Slack, mail, `notify-send`): run once for each question, in your home folder, without a shell, and never in a workspace that you do not trust. The variables `${title}`, `${question}`, `${runId}`, `${processId}`, `${project}`, `${projectDir}` and `${link}` each stay inside their argument. Try it with *Try the Notification Command*.',
    restricted: true,
  },
  /** 0: no reminders. */
  'notify.reminderMinutes': {
    type: 'number',
    default: 0,
    minimum: 0,
    order: 25,
    scope: 'window',
    markdownDescription:
      'After how many minutes you are reminded, once, of a question that is still open. `0`: never.',
  },
  /** Seconds; 0: not at all. */
  answerDelay: {
    type: 'number',
    default: 3,
    minimum: 0,
    maximum: 10,
    order: 28,
    scope: 'window',
    markdownDescription:
      'How many seconds you have to undo an answer that you gave by one click on a row, before it is recorded. `0`: it is recorded at once.',
  },
  afterAnswer: {
    type: 'string',
    enum: ['ask', 'iterate', 'resume', 'nothing'],
    default: 'ask',
    order: 26,
    scope: 'window',
    enumDescriptions: [
      'Offer to iterate or to resume.',
      'Iterate the run once, where that is possible.',
      'Show the ways to resume the run.',
      'Only record the answer.',
    ],
    markdownDescription:
      'What happens after you answered a question. Iterating runs code of the workspace, and never happens in one that you do not trust.',
  },
  /** Empty: git's user name, else the system user. */
  respondedBy: {
    type: 'string',
    default: '',
    order: 6,
    scope: 'window',
    markdownDescription:
      "The name recorded with your answers. Empty: git's `user.name`, else the system user.",
  },
  'sleep.iterateWhenDue': {
    type: 'boolean',
    default: false,
    order: 27,
    scope: 'machine-overridable',
    markdownDescription:
      'Iterate a run by itself when its sleep is over, in one window, once you have allowed the program in this workspace. Otherwise it is offered once. Iterating runs code of the workspace, and never happens in one that you do not trust.',
    restricted: true,
  },
  'agentSessions.read': {
    type: 'string',
    enum: ['on', 'off'],
    default: 'on',
    order: 28,
    scope: 'machine-overridable',
    enumDescriptions: ['Read them, in workspaces that you trust.', 'Never read them.'],
    markdownDescription:
      'Whether the transcripts that agents keep in your home folder are read, to show what they do for your runs. Only those of sessions that belong to a shown run are opened; nothing is copied, changed or sent anywhere.',
    restricted: true,
  },
  'agentSessions.cost': {
    type: 'string',
    enum: ['off', 'estimate'],
    default: 'off',
    order: 29,
    scope: 'window',
    enumDescriptions: ['Tokens alone.', 'Tokens, and what they would cost at list prices.'],
    markdownDescription:
      'Whether the work of agents is priced: an estimate from the list prices that come with the extension, with their month. Models without a list price are left out, and counted. With a subscription you do not pay these prices. Costs that the engine recorded are shown apart, and never added.',
  },
  'agentSessions.prices': {
    type: 'object',
    default: {},
    order: 29,
    scope: 'window',
    additionalProperties: {
      type: 'object',
      properties: {
        input: { type: 'number', minimum: 0 },
        output: { type: 'number', minimum: 0 },
        cacheWrite: { type: 'number', minimum: 0 },
        cacheRead: { type: 'number', minimum: 0 },
      },
      required: ['input', 'output'],
      additionalProperties: false,
    },
    markdownDescription:
      'Your own prices, used before the list prices: US dollars per million tokens, by the name of the model. `*` at the end of a name stands for anything that follows: `{ "claude-opus-*": { "input": 5, "output": 25, "cacheWrite": 6.25, "cacheRead": 0.5 } }`. A cache without a price costs as much as input.',
  },
  /** Empty: looked for. */
  'engine.path': {
    type: 'string',
    default: '',
    order: 7,
    scope: 'machine-overridable',
    markdownDescription:
      "Path of the Babysitter command line: the `@a5c-ai/babysitter-sdk` package folder or its script; a relative path starts at the workspace folder. Empty: the workspace's `node_modules`, then `PATH`, then `npx` (asking first).",
    restricted: true,
  },
  /** Empty: looked for. */
  'engine.node': {
    type: 'string',
    default: '',
    order: 7,
    scope: 'machine-overridable',
    markdownDescription:
      "Path of the `node` program that runs the engine, your processes and the JavaScript files of tasks. Empty: `node` on the `PATH`, or the editor's own if there is none, or if it is too old for the engine.",
    restricted: true,
  },
  'resume.command': {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    order: 8,
    scope: 'machine-overridable',
    default: ['claude', '/babysit resume --run-id ${runId}'],
    markdownDescription:
      'The program and its arguments that resume an agent, started in a terminal without a shell. *Resume Run… → Choose the agent…* offers the usual ones. Variables: `${runId}`, `${runDir}`, `${processId}`, `${projectDir}`, `${prompt}`, `${maxIterations}` (asked for).',
    restricted: true,
  },
  'stores.perstack.enabled': {
    type: 'boolean',
    default: true,
    order: 30,
    scope: 'window',
    markdownDescription: 'Show the Perstack jobs (`perstack/jobs`) of the workspace.',
  },
  'stores.perstack.folders': {
    type: 'array',
    items: { type: 'string' },
    default: [],
    order: 31,
    scope: 'resource',
    markdownDescription:
      'Further folders that hold runs of Perstack. A relative path starts at its workspace folder; `~` is the home folder.',
  },
  'stores.themis.enabled': {
    type: 'boolean',
    default: true,
    order: 32,
    scope: 'window',
    markdownDescription: 'Show the Themis runs of the workspace.',
  },
  'stores.themis.folders': {
    type: 'array',
    items: { type: 'string' },
    default: [],
    order: 33,
    scope: 'resource',
    markdownDescription:
      'Further folders and files that hold runs of Themis. A relative path starts at its workspace folder; `~` is the home folder.',
  },
  'stores.perstack.command': {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    default: ['perstack'],
    order: 37,
    scope: 'machine-overridable',
    markdownDescription:
      'The program and its first arguments with which jobs of Perstack are answered and continued in a terminal: `["perstack"]`, `["npx", "perstack"]`.',
    restricted: true,
  },
  'stores.perstack.options': {
    type: 'array',
    items: { type: 'string' },
    default: [],
    order: 38,
    scope: 'machine-overridable',
    markdownDescription:
      'Options of each `perstack run` that answers or continues a job: `["--runtime", "local"]`. Without one, Perstack takes what `perstack.toml` says, or `docker`.',
    restricted: true,
  },
  'stores.themis.command': {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    default: ['themis'],
    order: 36,
    scope: 'machine-overridable',
    markdownDescription:
      'The program and its first arguments with which runs of Themis are carried on in a terminal: `["themis"]`, `["uv", "run", "themis"]`, `["python", "-m", "themis.cli"]`.',
    restricted: true,
  },
  'stores.daystrom.enabled': {
    type: 'boolean',
    default: false,
    order: 34,
    scope: 'window',
    markdownDescription:
      'Show the Daystrom runs of the home folder: `~/.daystrom/runs`, or where Daystrom is set to keep them, and `~/.prisma-airs/runs`.',
  },
  'stores.daystrom.folders': {
    type: 'array',
    items: { type: 'string' },
    default: [],
    order: 35,
    scope: 'resource',
    markdownDescription:
      'Further folders and files that hold runs of Daystrom. A relative path starts at its workspace folder; `~` is the home folder.',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

/** The value of each setting. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]> };

type ValueOf<S extends Setting> = S extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : {
      boolean: boolean;
      number: number;
      integer: number;
      string: string;
      array: readonly string[];
      object: Readonly<Record<string, unknown>>;
    }[S['type']];
