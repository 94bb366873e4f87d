import { agentTools, type AgentTool } from '../core/agentTools/tools';
import { commands, commandTitle, type Command, type CommandId } from '../core/commands';
import { prefix, views } from '../core/contract';
import { settings, type Setting } from '../core/settings';
import { menus, submenus } from './menus';
import { walkthroughs } from './walkthrough';
import {
  all,
  draftEditor,
  allArchived,
  filterHidesAll,
  keyInRuns,
  looking,
  noFolder,
  noRuns,
  nothingNeeded,
  someFolder,
  someRuns,
} from './when';

const icon = 'media/activity-bar.svg';

/** What package.json has under the same name: all that VS Code shows of the extension before it runs. */
export const contributes = {
  viewsContainers: { activitybar: [{ id: prefix, title: 'Babysitter Runs', icon }] },
  views: {
    [prefix]: [
      { id: views.needsYou, name: 'Needs You', icon, initialSize: 1 },
      { id: views.runs, name: 'Runs', icon, initialSize: 3 },
    ],
  },
  commands: contributedCommands(),
  menus,
  submenus,
  keybindings: [
    {
      command: `${prefix}.draft.use`,
      key: 'ctrl+enter',
      mac: 'cmd+enter',
      when: all('editorTextFocus', draftEditor),
    },
    keyOfRuns('run.rename', 'f2', 'f2'),
    keyOfRuns('run.delete', 'delete', 'cmd+backspace'),
    keyOfRuns('runs.undo', 'ctrl+z', 'cmd+z'),
  ],
  walkthroughs,
  viewsWelcome: [
    {
      view: views.runs,
      when: noFolder,
      contents: lines(
        'Runs belong to a project. Open a folder to see its Babysitter runs.',
        '[Open Folder](command:vscode.openFolder)',
        button('sample.open'),
        button('walkthrough.open'),
      ),
    },
    { view: views.runs, when: all(someFolder, looking), contents: 'Looking for runs…' },
    {
      view: views.runs,
      when: all(someFolder, noRuns),
      contents: lines(
        'No runs yet. They appear here by themselves as soon as an agent or the command babysitter run:create makes one in .a5c/runs.',
        button('run.create'),
        button('sample.process'),
        button('sample.open'),
        button('runs.whyMissing'),
        `[Runs Folders in Settings](command:workbench.action.openSettings?%22${prefix}.runsDirectories%22)`,
        button('runs.refresh'),
      ),
    },
    {
      view: views.runs,
      when: all(someRuns, filterHidesAll),
      contents: lines('No runs match the filter.', button('runs.clearFilter'), button('runs.filter')),
    },
    {
      view: views.runs,
      when: all(someRuns, allArchived),
      contents: lines('All runs are archived.', button('runs.showArchived')),
    },
    {
      view: views.needsYou,
      when: noRuns,
      contents: 'When a run stops at a breakpoint, its question appears here.',
    },
    { view: views.needsYou, when: all(someFolder, looking), contents: 'Looking for runs…' },
    { view: views.needsYou, when: all(someRuns, nothingNeeded), contents: 'Nothing needs you.' },
  ],
  languageModelTools: contributedTools(),
  mcpServerDefinitionProviders: [{ id: `${prefix}.mcp`, label: 'Babysitter Runs' }],
  configuration: { title: 'Babysitter Runs', properties: contributedSettings() },
};

/** The settings whose value of the workspace VS Code ignores while the workspace is not trusted. */
export const restrictedConfigurations = Object.entries<Setting>(settings)
  .filter(([, { restricted }]) => restricted)
  .map(([name]) => `${prefix}.${name}`)
  .toSorted();

function contributedCommands(): readonly object[] {
  return Object.entries<Command>(commands).map(([id, { title, icon }]) => ({
    command: `${prefix}.${id}`,
    title,
    category: 'Babysitter',
    icon: icon && `$(${icon})`,
  }));
}

function contributedTools(): readonly object[] {
  return Object.entries<AgentTool>(agentTools).map(
    ([name, { title, summary, description, inputSchema }]) => ({
      name: `${prefix}_${name}`,
      displayName: title,
      modelDescription: description,
      userDescription: summary,
      inputSchema,
      icon: '$(list-tree)',
      tags: ['babysitter', 'runs'],
      canBeReferencedInPrompt: true,
      toolReferenceName: `${prefix}_${name}`,
    }),
  );
}

function contributedSettings(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    // VS Code knows no "restricted" here; JSON leaves out what is undefined.
    Object.entries(settings).map(([name, setting]) => [
      `${prefix}.${name}`,
      { ...setting, restricted: undefined },
    ]),
  );
}

/** A key of the Runs view, for what is selected there. */
function keyOfRuns(id: CommandId, key: string, mac: string): object {
  return { command: `${prefix}.${id}`, key, mac, when: keyInRuns, args: { selected: true } };
}

function lines(...texts: readonly string[]): string {
  return texts.join('\n');
}

/** A command as a button of a welcome text. */
function button(id: CommandId): string {
  return `[${commandTitle(id)}](command:${prefix}.${id})`;
}
