// Which files a TypeScript file imports, read from its text.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

/**
 * The imports between the TypeScript files of a folder, type-only ones and `import()` included.
 * @param {string} root file names are relative to it, with slashes
 * @param {string} folder relative to `root`
 * @returns {import('./importGraph.mjs').ImportGraph}
 */
export function readImports(root, folder) {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(root, folder, file))
    .toSorted();
  const name = (/** @type {string} */ path) => relative(root, path).replaceAll(sep, '/');
  return new Map(files.map((file) => [name(file), new Set(importsOf(file).map(name))]));
}

/**
 * The project's own files that a file imports, as absolute paths.
 * @param {string} file
 */
function importsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return specifiersIn(source).flatMap((specifier) => {
    if (!specifier.startsWith('.')) return [];
    const path = join(dirname(file), specifier);
    const found = [path, `${path}.ts`, `${path}.d.ts`, join(path, 'index.ts')].find(
      (candidate) => existsSync(candidate) && statSync(candidate).isFile(),
    );
    return found === undefined ? [] : [found];
  });
}

/**
 * What stands in `from '…'`, `import '…'`, `import('…')` and `typeof import('…')`.
 * @param {ts.SourceFile} source
 */
function specifiersIn(source) {
  /** @type {string[]} */
  const specifiers = [];
  /** @param {ts.Node | undefined} node */
  const take = (node) => {
    if (node && ts.isStringLiteralLike(node)) specifiers.push(node.text);
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) take(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) take(node.argument.literal);
    else if (ts.isExternalModuleReference(node)) take(node.expression);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      take(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return specifiers;
}
