import { count, visible } from '../format';

/** A folder that was looked at for runs. */
export interface LookedPlace {
  /** Absolute. */
  readonly dir: string;
  /** Why it is looked at. */
  readonly by: 'workspace' | 'runsDirectories' | 'home';
  /** Whether there is such a folder. */
  readonly there: boolean;
  /** Its runs that are shown. */
  readonly shown: number;
  /** Folders in it that are not shown, and why as the end of a sentence. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** What may keep a run from being seen. */
export interface MissingFacts {
  readonly places: readonly LookedPlace[];
  /** Runs that are kept where they cannot be read, each the beginning of a sentence. */
  readonly elsewhere: readonly string[];
  /** The paths of the workspace folders. */
  readonly folders: readonly string[];
  readonly globalRuns: 'workspace' | 'all' | 'off';
  /** How many runs the filter of the view hides, and what it is in words. */
  readonly hidden: number;
  readonly filter: string;
  /** Whether everything was looked at already. */
  readonly loaded: boolean;
}

/** One answer to "why don't I see my run", and what changes it. */
export interface MissingReason {
  readonly label: string;
  readonly detail: string;
  readonly fix?: 'clearFilter' | 'globalRuns' | 'runsDirectories' | 'openFolder';
}

const because = {
  workspace: 'in the workspace',
  runsDirectories: 'by the setting runsDirectories',
  home: 'home-wide',
} as const;

/** Of one place so many folders are named. */
const mostNamed = 5;

/** Why a run may be missing: what hides it first, then every place that was looked at. Raw names are made visible. */
export function whyMissing(facts: MissingFacts): readonly MissingReason[] {
  const { places, elsewhere, folders, globalRuns, hidden, filter, loaded } = facts;
  const reasons: MissingReason[] = [];
  if (!loaded)
    reasons.push({
      label: 'Still looking',
      detail: 'Some folders have not been read yet. Look again in a moment.',
    });
  if (folders.length === 0) {
    reasons.push({
      label: 'No folder is open',
      detail: 'Runs are looked for in the folders of the workspace.',
      fix: 'openFolder',
    });
  }
  if (hidden > 0) {
    reasons.push({
      label: `The filter hides ${count(hidden, 'run')}`,
      detail: `Shown: ${visible(filter)}. Choose this to clear the filter.`,
      fix: 'clearFilter',
    });
  }
  const workspace = places.filter(({ by }) => by === 'workspace');
  if (folders.length > 0 && workspace.length === 0) {
    reasons.push({
      label: 'There is no .a5c/runs in the workspace',
      detail:
        'Looked for up to five folders deep, not in node_modules, .git and the like. Choose this to name another folder.',
      fix: 'runsDirectories',
    });
  }
  for (const place of places) reasons.push(ofPlace(place));
  for (const said of elsewhere.slice(0, mostNamed))
    reasons.push({ label: visible(said), detail: 'A server, which is not read from here.' });
  if (globalRuns === 'off') {
    reasons.push({
      label: 'Home-wide runs are switched off',
      detail: 'Newer engines keep runs in ~/.a5c/runs. Choose this to show them.',
      fix: 'globalRuns',
    });
  }
  return reasons;
}

function ofPlace({ dir, by, there, shown, leftOut }: LookedPlace): MissingReason {
  const label = `${visible(dir)} (${because[by]})`;
  if (!there)
    return { label, detail: 'There is no such folder.', ...(by === 'runsDirectories' ? { fix: by } : {}) };
  const named = leftOut.slice(0, mostNamed).map(({ name, why }) => `${visible(name)} ${why}`);
  const more = leftOut.length > mostNamed ? [`${leftOut.length - mostNamed} more are left out`] : [];
  const detail = [`${count(shown, 'run')} shown`, ...named, ...more].join(' · ');
  return { label, detail, ...(by === 'home' && leftOut.length > 0 ? { fix: 'globalRuns' as const } : {}) };
}
