import { relative } from 'node:path';
import * as ts from 'typescript';

/** Makes a value of a parameter's type in which every text is the one given. */
export type ArgumentMaker = (text: string) => unknown;

/** What can be given to a function at one place. */
export interface Parameter {
  readonly make: ArgumentMaker;
  /** A text, something with texts in it, or nothing with a text. */
  readonly holds: 'text' | 'texts' | 'none';
  /** As TypeScript writes it. */
  readonly type: string;
}

/** A function that a module exports, and how it is called. */
export interface ExportedFunction {
  /** Relative to the root. */
  readonly file: string;
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Words that the module's regular expressions look for. */
  readonly words: readonly string[];
}

/** Finds every function that the modules of some folders export, with the types of its parameters. */
export function exportedFunctions(root: string, folders: readonly string[]): readonly ExportedFunction[] {
  const files = ts.sys.readDirectory(
    root,
    ['.ts'],
    ['**/*.d.ts'],
    folders.map((folder) => `${folder}/**/*`),
  );
  const base = ts.readConfigFile(`${root}/tsconfig.base.json`, ts.sys.readFile).config.compilerOptions;
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...{ ...base, composite: false, declaration: false, emitDeclarationOnly: false },
      ...{ types: ['node', 'vscode'], lib: ['ES2023', 'DOM', 'DOM.Iterable'] },
    },
    root,
  );
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const makers = new Makers(checker);
  return files.flatMap((path) => {
    const source = program.getSourceFile(path);
    const module = source && checker.getSymbolAtLocation(source);
    if (!source || !module) return [];
    const words = wordsOf(source);
    return checker.getExportsOfModule(module).flatMap((exported): ExportedFunction[] => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (!(symbol.flags & ts.SymbolFlags.Value) || symbol.flags & ts.SymbolFlags.Class) return [];
      const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures();
      if (!signature) return [];
      const parameters = signature.getParameters().map((parameter) => {
        const type = checker.getTypeOfSymbol(parameter);
        const make = makers.of(type);
        const holds = !makers.takesText(type) ? 'none' : typeof make('a') === 'string' ? 'text' : 'texts';
        return { make, holds, type: checker.typeToString(type) } satisfies Parameter;
      });
      return [{ file: relative(root, path), name: exported.name, parameters, words }];
    });
  });
}

/** Letters that stand as they are in the file's regular expressions: runs of them begin many a search. */
function wordsOf(source: ts.SourceFile): readonly string[] {
  const words = new Set<string>();
  const look = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node))
      for (const [word] of node.text.matchAll(/(?<![\\\w])[A-Za-z][A-Za-z ']{3,}/g)) words.add(word);
    ts.forEachChild(node, look);
  };
  look(source);
  return [...words];
}

/** So deep a value is made whole; below, what may be missing is. */
const [depthOfAll, depthOfNeeded] = [4, 9];

class Makers {
  readonly #takesText = new Map<ts.Type, boolean>();
  /** By depth. */
  readonly #made = new Map<ts.Type, ArgumentMaker[]>();

  constructor(private readonly checker: ts.TypeChecker) {}

  of(type: ts.Type, depth = 0): ArgumentMaker {
    const byDepth = this.#made.get(type) ?? [];
    this.#made.set(type, byDepth);
    return (byDepth[depth] ??= this.#of(type, depth));
  }

  #of(type: ts.Type, depth: number): ArgumentMaker {
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) {
      return (text) => ({ [text.slice(0, 40)]: text, text, list: [text] });
    }
    if (type.isStringLiteral() || type.isNumberLiteral()) return () => type.value;
    if (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.StringMapping)) return (text) => text;
    if (type.flags & ts.TypeFlags.NumberLike) return () => 1000;
    if (type.flags & ts.TypeFlags.BooleanLike) return () => true;
    if (type.flags & ts.TypeFlags.BigIntLike) return () => 1000n;
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = type.getConstraint();
      return constraint ? this.of(constraint, depth) : (text) => text;
    }
    if (type.isUnion()) return this.of(this.#mostTelling(type), depth);
    // A text with a brand.
    if (type.isIntersection() && type.types.some(({ flags }) => flags & ts.TypeFlags.String))
      return (text) => text;
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return () => undefined;
    if (depth > depthOfNeeded) return () => ({});
    return this.#ofObject(type, depth);
  }

  /** Whether a text can be given with it. */
  takesText(type: ts.Type, depth = 0): boolean {
    const known = this.#takesText.get(type);
    if (known !== undefined || depth > depthOfNeeded) return known ?? false;
    // For types that hold themselves.
    this.#takesText.set(type, false);
    const found = this.#looksForText(type, depth + 1);
    this.#takesText.set(type, found);
    return found;
  }

  #looksForText(type: ts.Type, depth: number): boolean {
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter)) return true;
    if (type.isStringLiteral()) return false;
    if (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.StringMapping)) return true;
    if (type.isUnionOrIntersection()) return type.types.some((part) => this.takesText(part, depth));
    if (!(type.flags & ts.TypeFlags.Object)) return false;
    const inner = this.checker.getTypeArguments(type as ts.TypeReference);
    if (inner.some((part) => this.takesText(part, depth))) return true;
    const [call] = type.getCallSignatures();
    if (call && this.takesText(call.getReturnType(), depth)) return true;
    if (isOutside(type)) return false;
    const index = type.getStringIndexType();
    return (
      (index !== undefined && this.takesText(index, depth)) ||
      type.getProperties().some((name) => this.takesText(this.checker.getTypeOfSymbol(name), depth))
    );
  }

  #mostTelling(type: ts.UnionType): ts.Type {
    const nothing = ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void;
    const some = type.types.filter(({ flags }) => !(flags & nothing));
    const [first = type.types[0] as ts.Type] = some;
    return some.find((part) => this.takesText(part)) ?? first;
  }

  #ofObject(type: ts.Type, depth: number): ArgumentMaker {
    const name = type.symbol?.name;
    const inner = this.checker
      .getTypeArguments(type as ts.TypeReference)
      .map((part) => this.of(part, depth + 1));
    const [first, second] = inner;
    if (this.checker.isTupleType(type)) return (text) => inner.map((make) => make(text));
    if (this.checker.isArrayType(type) || name === 'Iterable' || name === 'Generator')
      return (text) => [first?.(text)];
    if (name === 'Set' || name === 'ReadonlySet') return (text) => new Set([first?.(text)]);
    if (name === 'Map' || name === 'ReadonlyMap') return (text) => new Map([[first?.(text), second?.(text)]]);
    if (name === 'Promise') return (text) => Promise.resolve(first?.(text));
    const builtIn = name !== undefined && Object.hasOwn(builtIns, name) ? builtIns[name] : undefined;
    if (builtIn && isOutside(type)) return builtIn;
    if (isOutside(type)) return this.#lazily(type);
    const [call] = type.getCallSignatures();
    if (call) {
      const returned = call.getReturnType();
      // Objects made anew without end would be walked through without end.
      const isAnything = returned.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown);
      const make = isAnything ? (text: string) => text : this.of(returned, depth + 1);
      return (text) => () => make(text);
    }
    const index = type.getStringIndexType();
    const makeIndex = index && this.of(index, depth + 1);
    const makers = type.getProperties().flatMap((property): [string, ArgumentMaker][] => {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      if ((isOptional && depth >= depthOfAll) || property.name.startsWith('__')) return [];
      return [[property.name, this.of(this.checker.getTypeOfSymbol(property), depth + 1)]];
    });
    return (text) =>
      Object.fromEntries([
        ...(makeIndex ? [[text.slice(0, 40), makeIndex(text)] as const] : []),
        ...makers.map(([key, make]) => [key, make(text)] as const),
      ]);
  }

  /** A browser, an editor or a library knows more of its things than can be made at once: each is made as it is asked for. */
  #lazily(type: ts.Type): ArgumentMaker {
    const propertyOf = (name: string, text: string): unknown => {
      const property = type.getProperty(name);
      return property && this.of(this.checker.getTypeOfSymbol(property))(text);
    };
    const [call] = type.getCallSignatures();
    const returned = call && this.of(call.getReturnType());
    return (text) =>
      new Proxy(returned ? () => returned(text) : {}, {
        get: (_, name) => (typeof name === 'string' ? propertyOf(name, text) : undefined),
      });
  }
}

const builtIns: Readonly<Record<string, ArgumentMaker>> = {
  Date: () => new Date(0),
  RegExp: () => /x/,
  Error: (text) => new Error(text),
  AbortSignal: () => new AbortController().signal,
  AbortController: () => new AbortController(),
  Uint8Array: (text) => Buffer.from(text),
  Buffer: (text) => Buffer.from(text),
  URL: () => new URL('file:///x'),
};

/** Declared by the language, or by a library. */
function isOutside(type: ts.Type): boolean {
  const file = type.symbol?.declarations?.[0]?.getSourceFile().fileName ?? '';
  const isNamed = type.symbol?.name !== '__type';
  return isNamed && file.includes('/node_modules/');
}
