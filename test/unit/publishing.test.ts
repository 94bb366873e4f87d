import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withoutRelativeLinks } from '../../scripts/lib/packedReadme.mjs';
import { missingForRelease } from '../../scripts/lib/releaseState.mjs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;
const has = (path: string): boolean => existsSync(new URL(`../../${path}`, import.meta.url));

describe('a README without a repository', () => {
  it('has no relative links and pictures, and says the same', () => {
    const before =
      '# A\n\n![A picture](media/a.png)\n\nSee [how](docs/a.md), [there](https://x.org/a), [below](#b) and ![b](b.png).\n![c](https://x.org/c.png)\n';
    expect(withoutRelativeLinks(before)).toBe(
      '# A\n\nSee how, [there](https://x.org/a), [below](#b) and b.\n![c](https://x.org/c.png)\n',
    );
  });

  it.each(['README.md', 'CHANGELOG.md'])('%s keeps only links that lead somewhere', (name) => {
    const targets = [...withoutRelativeLinks(read(name)).matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, to]) => to ?? '',
    );
    expect(targets.filter((to) => !/^(?:https:\/\/|#)/.test(to))).toEqual([]);
  });
});

describe('what a release lacks', () => {
  it('is only what nobody knows yet', () => {
    const missing = missingForRelease({ manifest, changelog: read('CHANGELOG.md'), has });
    expect(missing.filter((what) => !/^"(?:repository|bugs|homepage|qna)"/.test(what))).toEqual([]);
  });

  it('is told for a version without a date, a private package and files that are gone', () => {
    const complete = { ...manifest, repository: 'r', bugs: 'b', homepage: 'h', qna: 'q', version: '9.0.0' };
    expect(
      missingForRelease({
        manifest: { ...complete, private: true, icon: undefined },
        changelog: '## 9.0.0 (unreleased)\n## 9x0.0 (2026-01-01)\n',
        has: (name) => name !== 'SUPPORT.md',
      }),
    ).toEqual([
      '"icon" in package.json',
      'a package.json without "private"',
      'a dated section of 9.0.0 in CHANGELOG.md',
      'SUPPORT.md',
    ]);
    expect(missingForRelease({ manifest: complete, changelog: '## 9.0.0 (2026-12-01)\n', has })).toEqual([]);
  });
});

it('the lock file has the version of the manifest', () => {
  expect((JSON.parse(read('package-lock.json')) as { version: unknown }).version).toBe(manifest['version']);
});

it('the workflows run what there is', () => {
  const scripts = manifest['scripts'] as Record<string, string>;
  for (const name of ['ci', 'release']) {
    const run = [...read(`.github/workflows/${name}.yml`).matchAll(/npm run (?:--silent )?([\w:]+)/g)];
    expect(run.map(([, script]) => script ?? '').filter((script) => !(script in scripts))).toEqual([]);
  }
});
