/** Folders that hold no projects of the person's own, and may be huge. */
export const noProjects: ReadonlySet<string> = new Set(
  'node_modules .git .hg .svn .venv venv __pycache__ .cache .next .nuxt .turbo .gradle .tox'.split(' '),
);
