import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { aliases, commands as commandTable, type Alias } from '../../src/core/commands';
import {
  canWord,
  contextKeys,
  contextWords,
  draftScheme,
  possibleKey,
  prefix,
  reviewController,
  runsTableType,
  views,
  type ContextWord,
} from '../../src/core/contract';
import { engineActions } from '../../src/core/engine/runEngine';
import { settings } from '../../src/core/settings';
import { packageJson } from '../../src/manifest/packageJson';

// What package.json contributes, what the code does and what the README says have to be the same, and only a test sees
// all of them.

interface Menu {
  /** Left out: it opens a submenu. */
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}

interface Property {
  readonly default?: unknown;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly displayName: string;
  readonly license: string;
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly icon?: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly Menu[]>>;
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly id: string;
        readonly description: string;
        readonly media: { readonly svg: string; readonly altText: string };
      }[];
    }[];
    readonly submenus: readonly { readonly id: string; readonly label: string }[];
    readonly keybindings?: readonly Menu[];
    readonly views: Readonly<
      Record<
        string,
        readonly {
          readonly id: string;
          readonly name: string;
          readonly icon: string;
          readonly when?: string;
        }[]
      >
    >;
    readonly viewsContainers: {
      readonly activitybar: readonly { readonly id: string; readonly title: string; readonly icon: string }[];
    };
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly contents: string;
      readonly when?: string;
    }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Property>> };
  };
}

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, root)), 'utf8');
const manifestText = read('package.json');
const manifest = JSON.parse(manifestText) as Manifest;
const { commands, menus, configuration, viewsWelcome } = manifest.contributes;
const readme = read('README.md');

/** Every source file by path. */
const sources = new Map(
  readdirSync(fileURLToPath(new URL('src', root)), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|css)$/.test(path))
    .map((path) => [path.replaceAll('\\', '/'), read(`src/${path}`)]),
);
const source = [...sources.values()].join('\n');

const entries = [...Object.values(menus).flat(), ...(manifest.contributes.keybindings ?? [])];
/** What stands in the submenus of rows. */
const ofSubmenus = Object.entries(menus).flatMap(([id, inside]) =>
  id.startsWith(`${prefix}.menu.`) ? inside : [],
);
const whens = [...entries, ...viewsWelcome, ...Object.values(manifest.contributes.views).flat()].flatMap(
  ({ when }) => (when === undefined ? [] : [when]),
);

const commandIds = Object.keys(commandTable);

it('package.json is up to date', () => {
  expect(
    manifestText,
    'package.json does not contribute what src/manifest says: run `npm run manifest`, and commit what it wrote.',
  ).toBe(packageJson(manifestText));
});

describe('identity', () => {
  it('is what others know it by', () => {
    const { name, publisher, displayName, license } = manifest;
    expect({ name, publisher, displayName, license }).toEqual({
      name: 'babysitter-runs',
      publisher: 'babysitter-runs',
      displayName: 'Babysitter Runs',
      license: 'MIT',
    });
    expect(manifest.activationEvents).toEqual(['onStartupFinished']);
  });

  it('has the pictures it names', () => {
    const icons = [
      manifest.icon,
      ...manifest.contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(manifest.contributes.views)
        .flat()
        .map(({ icon }) => icon),
    ];
    for (const icon of icons) expect(existsSync(fileURLToPath(new URL(icon, root))), icon).toBe(true);
  });
});

describe('commands', () => {
  it('are contributed as their table lists them, with their titles', () => {
    const contributed = Object.fromEntries(
      commands.map(({ command, title, category }) => [command, `${category}: ${title}`]),
    );
    expect(contributed).toEqual(
      Object.fromEntries(
        Object.entries(commandTable).map(([id, { title }]) => [`${prefix}.${id}`, `Babysitter: ${title}`]),
      ),
    );
    expect(commands).toHaveLength(commandIds.length);
  });

  it('are never disabled, which would take them from the palette without a reason', () => {
    expect(commands.filter(({ enablement }) => enablement !== undefined)).toEqual([]);
    expect(manifestText).not.toContain('enablement');
  });

  it('of menus, keybindings and welcome texts exist', () => {
    const known = new Set(commands.map(({ command }) => command));
    const used = [
      ...entries.flatMap(({ command }) => command ?? []),
      ...viewsWelcome.flatMap(({ contents }) =>
        [...contents.matchAll(/\(command:([\w.]+)/g)].map(([, id]) => id ?? ''),
      ),
    ];
    const foreign = used.filter((id) => !known.has(id));
    expect(foreign.toSorted()).toEqual(['vscode.openFolder', 'workbench.action.openSettings']);
  });

  it('that the code calls by name exist', () => {
    const called = [...source.matchAll(/commandName\('([\w.]+)'\)/g)].map(([, id]) => id);
    expect(called.length).toBeGreaterThan(0);
    for (const id of called) expect(commandIds).toContain(id);
  });

  it('have their titles from the table: nobody writes one down a second time', () => {
    const titles = Object.values(commandTable).flatMap(({ title }) => [title, title.replace(/…$/, '')]);
    for (const [path, text] of sources) {
      if (path === 'core/commands.ts') continue;
      const repeated = titles.filter((title) => text.includes(`'${title}'`));
      expect(repeated, `${path} is to say commandTitle(id) or pickerTitle(id) instead`).toEqual([]);
    }
  });

  it('at the end of a row are at most two, and have an icon there', () => {
    const inline = (menus['view/item/context'] ?? []).filter(({ group }) => group?.startsWith('inline'));
    for (const { command } of [
      ...inline,
      ...(menus['view/title'] ?? []).filter(({ group }) => group?.startsWith('navigation')),
    ]) {
      expect(commands.find((known) => known.command === command)?.icon, command).toMatch(/^\$\(/);
    }
    // Rows of a run are either resumable or being iterated; those of a breakpoint are no runs.
    const rows: readonly (readonly ContextWord[])[] = [
      ['run', 'resume'],
      ['run', 'repair', 'unseen'],
      ['run', 'resume', 'unseen'],
      ['run', 'stop'],
      ['run'],
      ['breakpoint', 'answer'],
      ['task'],
    ];
    for (const words of rows) {
      // One that has another name is in the place of the one with the usual name.
      const shown = inline.filter(
        ({ command, when }) =>
          !Object.keys(aliases).some((alias) => command === `${prefix}.${alias}`) &&
          wordsIn(when ?? '').every((word) => words.includes(word as ContextWord)),
      );
      expect(shown.length, words.join(' ')).toBeLessThanOrEqual(2);
    }
  });

  it('of a run’s menu are there whenever its engine can do them now', () => {
    const always = (menus['view/item/context'] ?? [])
      .filter(
        ({ group, when }) =>
          !group?.startsWith('inline') &&
          (when ?? '').split('||').some((part) => wordsIn(part).join() === 'run'),
      )
      .flatMap(({ command }) => command?.slice(prefix.length + 1) ?? []);
    expect(always).toEqual(
      expect.arrayContaining([
        'run.open',
        'run.resume',
        'run.iterate',
        'run.continue',
        'breakpoint.answer',
        'breakpoint.approve',
        'breakpoint.reject',
      ]),
    );
  });
});

/** The words that a `when` clause looks for in a row, apart from what its run's engine can do. */
function wordsIn(when: string): readonly string[] {
  return allWordsIn(when).filter((word) => !word.startsWith('can_'));
}

function allWordsIn(when: string): readonly string[] {
  return [...when.matchAll(/viewItem =~ \/\\b(\w+)\\b\//g)].map(([, word]) => word ?? '');
}

describe('when clauses', () => {
  it('ask rows for the words that rows have, and for no others', () => {
    const asked = new Set(whens.flatMap(wordsIn));
    const describeSource = sources.get('core/views/tree/describe.ts') ?? '';
    const produced = contextWords.filter((word) =>
      new RegExp(`words:[^\\n]*'${word}'|(?:action|runWords)\\b[^\\n]*'${word}'`, 'i').test(describeSource),
    );
    expect([...asked].toSorted()).toEqual(contextWords.toSorted());
    expect(produced).toEqual(contextWords);
    // Every mention of viewItem has the form that is looked for above.
    expect(whens.join(' ').match(/viewItem/g)?.length).toBe(whens.flatMap(allWordsIn).length);
  });

  it('ask rows whether the engine can, for every command that only an engine carries out', () => {
    const always = (menus['view/item/context'] ?? []).filter(
      ({ group, when }) => !group?.startsWith('inline') && !wordsIn(when ?? '').includes('stop'),
    );
    for (const { command, when = '' } of [...always, ...ofSubmenus]) {
      if (command === undefined) continue;
      const id = command.slice(prefix.length + 1);
      const action = [...engineActions, ...(Object.keys(aliases) as Alias[])].find((known) => known === id);
      for (const part of when.split('||')) {
        const canWords = allWordsIn(part).filter((word) => word.startsWith('can_'));
        expect([id, ...canWords]).toEqual(action ? [id, canWord(action)] : [id]);
      }
    }
    const ofTable = menus['webview/context']?.find(({ command }) => command === `${prefix}.run.diagnose`);
    expect(ofTable?.when).toContain('canDiagnose');
  });

  it('know our views and context keys, and nothing else of ours', () => {
    const ours = new Set(whens.flatMap((when) => when.match(/(?<![\w^.])babysitterRuns\.[\w.]*\w/g) ?? []));
    const known: readonly string[] = [
      ...Object.values(views),
      ...Object.values(contextKeys),
      ...engineActions.map(possibleKey),
      reviewController,
      runsTableType,
    ];
    for (const name of ours) expect(known).toContain(name);
    for (const key of Object.values(contextKeys)) expect([...ours]).toContain(key);
    const others = new Set(
      whens.flatMap(
        (when) =>
          when
            .replace(draftScheme, '')
            .replace(/\/(?:\\.|[^/\\])+\//g, '')
            .match(/[A-Za-z][\w.]*/g) ?? [],
      ),
    );
    const read = [...others].filter((name) => name.startsWith('config.'));
    for (const name of read) expect(configuration.properties).toHaveProperty([name.slice('config.'.length)]);
    for (const name of [...others].filter((name) => !name.startsWith(prefix) && !read.includes(name))) {
      expect([
        'view',
        'viewItem',
        'workbenchState',
        'empty',
        'isWorkspaceTrusted',
        'on',
        'none',
        'runs',
        'hidesAll',
        'false',
        'commentController',
        'commentThreadIsEmpty',
        'editorTextFocus',
        'resourceScheme',
        'webviewId',
        'webviewSection',
        'run',
        'canDiagnose',
        'canDelete',
        'pinned',
        'archived',
        'all',
        'listMultiSelection',
        'focusedView',
        'listFocus',
        'inputFocus',
      ]).toContain(name);
    }
  });

  it('set as context keys are those of the contract', () => {
    const named = [...source.matchAll(/\bsetContext\((contextKeys\.\w+|possibleKey)/g)];
    expect(new Set(named.map(([, key]) => key))).toEqual(
      new Set([...Object.keys(contextKeys).map((name) => `contextKeys.${name}`), 'possibleKey']),
    );
  });
});

describe('submenus', () => {
  const submenus = manifest.contributes.submenus;

  it('are those that rows open, each with entries of its own', () => {
    const opened = Object.values(menus).flatMap((entries) => entries.flatMap(({ submenu }) => submenu ?? []));
    expect(opened.toSorted()).toEqual(submenus.map(({ id }) => id).toSorted());
    for (const { id } of submenus) expect(menus[id]?.length, id).toBeGreaterThan(1);
  });

  it('are shown where one of their entries is', () => {
    // Where several rows are selected, no submenu of a row is shown.
    const parts = (when: string): Set<string> =>
      new Set(when.split(' || ').map((part) => part.replace(/^!listMultiSelection && /, '')));
    for (const { submenu, when = '' } of menus['view/item/context'] ?? []) {
      if (submenu === undefined) continue;
      const inside = new Set((menus[submenu] ?? []).flatMap((entry) => [...parts(entry.when ?? '')]));
      expect(
        [...parts(when)].filter((part) => !inside.has(part)),
        submenu,
      ).toEqual([]);
    }
  });
});

describe('the walkthrough', () => {
  it('has its pictures, and buttons for commands that there are', () => {
    const [walkthrough] = manifest.contributes.walkthroughs;
    expect(walkthrough?.steps.map(({ id }) => id)).toEqual(['runs', 'answer', 'resume', 'reports']);
    const known = new Set([...commands.map(({ command }) => command), `${views.runs}.focus`]);
    for (const { media, description } of walkthrough?.steps ?? []) {
      expect(existsSync(fileURLToPath(new URL(media.svg, root))), media.svg).toBe(true);
      expect(media.altText).not.toBe('');
      const named = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id ?? '');
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((id) => !known.has(id))).toEqual([]);
    }
  });
});

describe('the palette', () => {
  const when = new Map((menus['commandPalette'] ?? []).map((entry) => [entry.command, entry.when]));

  it('has little to offer where there is nothing', () => {
    const always = commands.filter(({ command }) => !when.has(command)).map(({ title }) => title);
    expect(always.toSorted()).toEqual([
      'Get Started',
      'Open Sample Runs',
      'Show Log',
      "Why Don't I See My Run?",
    ]);
  });

  it.each([
    ['runs.markFailedSeen', contextKeys.failed],
    ['run.markSeen', contextKeys.damaged],
    ['run.unpin', contextKeys.pinned],
    ['run.archive', `${contextKeys.archived} != all`],
    ['session.show', 'isWorkspaceTrusted'],
    ['session.open', `config.${prefix}.agentSessions.read == on`],
  ])('leaves out %s where it could only refuse', (command, needed) => {
    expect(when.get(`${prefix}.${command}`)).toContain(needed);
  });

  it('has what only an engine does for as long as it is possible with some run', () => {
    for (const action of engineActions.filter((each) => each !== 'run.stop')) {
      expect(when.get(`${prefix}.${action}`)).toBe(possibleKey(action));
    }
  });
});

describe('views', () => {
  it('are the two of the contract, in their container', () => {
    expect(manifest.contributes.viewsContainers.activitybar).toEqual([
      { id: prefix, title: 'Babysitter Runs', icon: 'media/activity-bar.svg' },
    ]);
    expect(Object.keys(manifest.contributes.views)).toEqual([prefix]);
    expect(manifest.contributes.views[prefix]?.map(({ id, name }) => [id, name])).toEqual([
      [views.needsYou, 'Needs You'],
      [views.runs, 'Runs'],
    ]);
    for (const { view } of viewsWelcome) expect(Object.values(views)).toContain(view);
  });
});

describe('settings', () => {
  const contributed = Object.keys(configuration.properties).map((name) => name.slice(prefix.length + 1));
  const declared = Object.keys(settings);

  it('are contributed as their table lists them', () => {
    expect(declared.length).toBeGreaterThan(5);
    expect(contributed.toSorted()).toEqual(declared.toSorted());
    for (const name of Object.keys(configuration.properties))
      expect(name.startsWith(`${prefix}.`)).toBe(true);
  });

  it.each(Object.entries(configuration.properties))(
    '%s has a default, a description, and an order',
    (_name, property) => {
      expect(property).toHaveProperty('default');
      expect(property).toHaveProperty('order');
      expect(property).toHaveProperty('scope');
      const said = property.description ?? property.markdownDescription ?? '';
      expect(said).toMatch(/\.$/);
      if (property.enum) expect(property.enum).toContain(property.default);
      if (property.enumDescriptions)
        expect(property.enumDescriptions).toHaveLength(property.enum?.length ?? 0);
    },
  );

  it.each(declared)('%s is read', (name) => {
    expect(source.includes(`setting('${name}'`), `nothing calls setting('${name}')`).toBe(true);
  });

  it('that are read or watched exist', () => {
    const read = [...source.matchAll(/\bsetting\(\s*'([\w.]+)'/g)].map(([, name]) => name);
    const followed = [...source.matchAll(/onSettingsChange\(\[([^\]]*)\]/g)].flatMap(
      ([, names]) => names?.match(/[\w.]+/g) ?? [],
    );
    for (const name of [...read, ...followed]) expect(declared).toContain(name);
    const named = [
      ...`${source} ${JSON.stringify(viewsWelcome)}`.matchAll(
        /babysitterRuns\.((?:engine|resume|runsDir|globalRuns|metrics|activity|responded)[\w.]*\w)/g,
      ),
    ];
    for (const [, name] of named) expect(declared).toContain(name);
  });

  it('that name programs, or let the home folder be read, are ignored while the workspace is not trusted', () => {
    expect(manifest.capabilities.untrustedWorkspaces).toMatchObject({
      supported: 'limited',
      restrictedConfigurations: [
        'agentSessions.read',
        'engine.node',
        'engine.path',
        'notify.command',
        'resume.command',
        'sleep.iterateWhenDue',
        'stores.perstack.command',
        'stores.perstack.options',
        'stores.themis.command',
      ].map((name) => `${prefix}.${name}`),
    });
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
  });

  it('have variables that the code knows', () => {
    const commandLine = sources.get('engines/babysitter/core/drive/commandLine.ts') ?? '';
    const known = /ResumeVariables = Readonly<\s*Record<([^,]+),/.exec(commandLine)?.[1]?.match(/\w+/g) ?? [];
    const { default: value, markdownDescription = '' } =
      configuration.properties[`${prefix}.resume.command`] ?? {};
    const named = (text: string) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? '');
    expect(named(markdownDescription).toSorted()).toEqual(known.toSorted());
    for (const name of named(JSON.stringify(value))) expect(known).toContain(name);
  });
});

describe('icons', () => {
  const require = createRequire(import.meta.url);
  const css = readFileSync(require.resolve('@vscode/codicons/dist/codicon.css'), 'utf8');
  const exists = (name: string): boolean => css.includes(`.codicon-${name}:before`);

  it('of the manifest and the code are real codicons', () => {
    const named = [
      ...[...`${manifestText}\n${source}`.matchAll(/\$\(([a-z][a-z0-9-]+)(?:~\w+)?\)/g)].map(
        ([, name]) => name ?? '',
      ),
      ...[...source.matchAll(/\bcodicon-([a-z][a-z0-9-]*[a-z0-9])/g)].map(([, name]) => name ?? ''),
      ...[...source.matchAll(/ThemeIcon\('([\w-]+)/g)].map(([, name]) => name ?? ''),
      ...[...(sources.get('core/views/tree/describe.ts') ?? '').matchAll(/\bname: ([^}\n]+)/g)].flatMap(
        ([, text]) => [...(text ?? '').matchAll(/'([a-z][a-z-]+)(?:~\w+)?'/g)].map(([, name]) => name ?? ''),
      ),
    ];
    // The tree's ten states, and more.
    expect(new Set(named).size).toBeGreaterThan(20);
    expect(named.filter((name) => !exists(name) && !/^(?:modifier-\w+|name)$/.test(name))).toEqual([]);
    expect(exists('hand'), 'the check can fail').toBe(false);
  });
});

describe('README', () => {
  // Commands of a row or a button alone are in no palette, and nobody asks for them by name.
  const hidden = new Set(
    (menus['commandPalette'] ?? []).filter(({ when }) => when === 'false').map(({ command }) => command),
  );
  const named = commands.filter(({ command }) => !hidden.has(command));

  it('leaves out no command that a person can ask for', () => {
    const others = ['runs.changeFilter', 'runs.loadMore', ...Object.keys(aliases)];
    expect([...hidden].toSorted()).toEqual(others.map((id) => `${prefix}.${id}`).toSorted());
  });

  it.each(named.map(({ title }) => title))('names the command %s', (title) => {
    expect(readme).toContain(`**${title}**`);
  });

  it.each(Object.keys(configuration.properties))('names the setting %s', (name) => {
    expect(readme).toContain(`\`${name}\``);
  });

  it('names no command or setting that does not exist', () => {
    const rows = [...readme.matchAll(/^\| \*\*([^*|]+)\*\* +\|/gm)].map(([, title]) => title);
    expect(rows.toSorted()).toEqual(named.map(({ title }) => title).toSorted());
    const settings = [...readme.matchAll(/`babysitterRuns\.([\w.]+)`/g)].map(
      ([, name]) => `${prefix}.${name}`,
    );
    for (const name of settings) expect(Object.keys(configuration.properties)).toContain(name);
  });
});
