import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../src/chains/registry.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');

/** The floors: a room imports itself and the rooms that stand beside it here, nothing else. */
const floors: Readonly<Record<string, readonly string[]>> = {
  core: [],
  crypto: ['core'],
  files: ['core'],
  chains: ['core', 'crypto'],
  vault: ['core', 'crypto'],
  policy: ['core', 'crypto'],
  storage: ['core', 'files'],
  cloud: ['core'],
  passphrase: ['core', 'files'],
  hsm: ['core'],
  http: ['core'],
  webhooks: ['core'],
  signing: ['core', 'policy'],
  lifecycle: ['core', 'policy', 'signing'],
  daemon: ['core', 'lifecycle'],
  gateway: ['core', 'http', 'signing'],
  api: ['core', 'policy', 'http', 'lifecycle', 'signing'],
  health: ['core', 'http'],
  app: [
    'core',
    'crypto',
    'chains',
    'vault',
    'policy',
    'files',
    'storage',
    'cloud',
    'passphrase',
    'hsm',
    'http',
    'webhooks',
    'signing',
    'lifecycle',
    'daemon',
    'gateway',
    'api',
    'health',
    // The demo is an application, too.
    'client',
  ],
  cli: ['core', 'app'],
  // Applications take it along without the rest.
  client: [],
  'index.ts': ['core', 'app'],
};

/** Chains whose contracts are those of Ethereum read its contract calls; all else that chains share lies in `shared`. */
const meetings: Readonly<Record<string, readonly string[]>> = {
  tron: ['chains/evm/calls/', 'chains/evm/code.ts'],
  vechain: ['chains/evm/calls/', 'chains/evm/code.ts'],
};

const LINES = 300;
/** In one folder, without those below it. */
const FILES = 20;
/** A table of data and the one class beside it; a table is not made clearer by cutting it. */
const longer: Readonly<Record<string, number>> = { 'core/errors.ts': 960 };

/** Made by a program, and not read at one sitting. */
const generated: readonly string[] = ['client/operations.ts'];

/** Comes with micro-eth-signer in any case; named so that its version is chosen here, and compared with in tests. */
const chosenHere: readonly string[] = ['@noble/curves'];

/**
 * `process.exit` cuts off what is still being written: only the command line might, and it sets `exitCode`. A front ends at once
 * when its supervisor is gone.
 */
const mayExit: readonly string[] = ['cli/main.ts', 'cli/front.ts'];
/** It ends a group of processes that it started, which only this function can. */
const mayKill: readonly string[] = ['passphrase/program.ts'];

/** Files that run migrations, each in the order of its formats. */
const listsOfSteps: readonly string[] = ['storage/store-format.ts', 'storage/queue/format.ts'];

/** A server's connection may be lost and lead to an older database, reads share a few of them, and a database holds tables of others as well. */
const onServersOnly: readonly string[] = ['fence.ts', 'notices.ts', 'readers.ts', 'session.ts', 'tables.ts'];
/** Locks of a file belong to the process, and a file may have several names. */
const onFilesOnly: readonly string[] = ['flush.ts', 'one-file.ts', 'open-files.ts'];

/** Ways to read a file, for all of which `files` has one with a bound. */
const readers: readonly string[] = ['readFile', 'readFileSync', 'createReadStream', 'open', 'openSync', 'readSync'];
/** Files that are no person's choice: those of this package and of the system, and what Custos writes and keeps itself. */
const readsOwn: Readonly<Record<string, readonly string[]>> = {
  'of this package': ['app/console/files.ts', 'app/process/package.ts', 'cli/main.ts'],
  'of the system': ['app/doctor/machine.ts', 'cli/hints.ts'],
  'of a store or queue': [
    'storage/queue/queue.ts',
    'storage/sqlite/flush.ts',
    'storage/sqlite/location.ts',
    'storage/sqlite/locks.ts',
    'storage/sqlite/open-files.ts',
  ],
  'that is written': ['app/audit/export.ts', 'app/keeper/state-file.ts', 'app/store/backup.ts'],
};

interface File {
  /** Below src, with slashes. */
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

const files: readonly File[] = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = relative(source, join(entry.parentPath, entry.name)).split(sep).join('/');
    const text = readFileSync(join(source, path), 'utf8');
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    return { path, room: path.split('/')[0] ?? '', text, tree };
  });

function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodes(child);
}

/** What a file imports, in whatever way: statement, re-export, `import()`, type import, or a text in `import(variable)`. */
function imports({ tree }: File): string[] {
  return [...nodes(tree)].flatMap((node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      return textOf(node.arguments[0]);
    }
    return [];
  });
}

function textOf(node: ts.Node | undefined): string[] {
  return node !== undefined && ts.isStringLiteralLike(node) ? [node.text] : [];
}

/** Files outside the chains that name one, and why they must. */
const namesChains: Readonly<Record<string, string>> = {
  'app/demo/demo.ts': 'the local blockchain that comes with the demo is one of the Ethereum family',
  'app/demo/control.ts': 'the local blockchain that comes with the demo is one of the Ethereum family',
  'app/demo/api.ts': 'the local blockchain that comes with the demo is one of the Ethereum family',
  'app/demo/console.ts': 'the local blockchain that comes with the demo is one of the Ethereum family',
  'app/demo/stage.ts': 'the local blockchain that comes with the demo is one of the Ethereum family',
  'app/doctor/network.ts': 'whether the cloud answers is asked about a chain that every cloud has',
};

/** A ticker as a word of a text, or the name of a chain in a path. */
function chainIn(node: ts.Node): string | undefined {
  const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  if (!isText) return undefined;
  const words = node.text.match(/[A-Za-z0-9-]+/g) ?? [];
  const path = /(?:^|\/)v3\/([a-z-]+)|^([a-z-]+)\/(?:web3|node)$/.exec(node.text) ?? [];
  return words.find((word) => tickers.has(word)) ?? path.slice(1).find((slug) => slugs.has(slug));
}

const registry = createRegistry();
const tickers: ReadonlySet<string> = new Set(registry.ids);
const slugs: ReadonlySet<string> = new Set(registry.ids.map((id) => registry.get(id).slug));

/** Paths below src of the files that a file imports. */
function targetsOf(file: File): string[] {
  return imports(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(file.path), name).split(sep).join('/').replace(/\.js$/, '.ts'));
}

/** The folder below `chains` that a file lies in; undefined for the list, the registry and what chains share. */
function chainOf(path: string): string | undefined {
  const [room, folder, ...rest] = path.split('/');
  if (room !== 'chains' || folder === undefined || folder === 'shared' || rest.length === 0) return undefined;
  // A chain of an engine is a file, or a folder, of its own: it is not the engine.
  return rest[0] === 'chains' && rest[1] !== undefined ? `${folder}/${rest[1].replace(/\.ts$/, '')}` : folder;
}

/** The engine that a chain is built on. */
function engineOf(path: string): string | undefined {
  return chainOf(path)?.includes('/') === true ? path.split('/')[1] : undefined;
}

/** What others may import of a chain: its index, or the one file that it is. */
function isDoor(target: string): boolean {
  return target.endsWith('/index.ts') || /^chains\/[a-z]+\/chains\/[a-z-]+\.ts$/.test(target);
}

function mayMeet(path: string, target: string): boolean {
  return (meetings[chainOf(path) ?? ''] ?? []).some((allowed) => target.startsWith(allowed));
}

function importsReader(node: ts.Node): boolean {
  if (!ts.isImportDeclaration(node) || !/^node:fs/.test(textOf(node.moduleSpecifier)[0] ?? '')) return false;
  const names = node.importClause?.namedBindings;
  if (names === undefined || !ts.isNamedImports(names)) return true;
  return names.elements.some(({ propertyName, name }) => readers.includes((propertyName ?? name).text));
}

/** Each circle of imports, as the file names along it. */
function circles(): string[] {
  const imported = new Map(files.map((file) => [file.path, targetsOf(file)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push([...way.slice(at), path].join(' > '));
    if (at >= 0 || done.has(path)) return;
    for (const target of imported.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

/** Every place of a file where `found` says what is wrong, as `path:line what`. */
function places(found: (node: ts.Node, file: File) => string | undefined): string[] {
  return files.flatMap((file) =>
    [...nodes(file.tree)].flatMap((node) => {
      const what = found(node, file);
      const line = file.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      return what === undefined ? [] : [`${file.path}:${line} ${what}`];
    }),
  );
}

describe('the house', () => {
  it('the source has exactly the rooms of the plan', () => {
    expect([...new Set(files.map(({ room }) => room))].sort()).toEqual(Object.keys(floors).sort());
  });

  it('every source file is TypeScript and has a name in kebab-case', () => {
    const odd = files.filter(({ path }) => !/^([a-z0-9]+(-[a-z0-9]+)*[/.])+ts$/.test(path));
    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  it('a room imports only rooms that its floor names', () => {
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((name) => name.startsWith('.'))
        .flatMap((name) => {
          const target = relative(source, join(source, dirname(file.path), name)).split(sep)[0] ?? '';
          const room = target === 'index.js' ? 'index.ts' : target;
          const allowed = room === file.room || floors[file.room]?.includes(room);
          return allowed ? [] : [`${file.path} imports ${name}`];
        }),
    );
    expect(wrong).toEqual([]);
  });

  it('no files import each other in a circle, not even for types', () => {
    expect(circles()).toEqual([]);
  });

  it("other rooms import only the index of a chain's folder", () => {
    const wrong = files.flatMap((file) =>
      targetsOf(file)
        .filter((target) => chainOf(target) !== undefined && chainOf(target) !== chainOf(file.path))
        .filter((target) => engineOf(file.path) !== chainOf(target))
        .filter((target) => !isDoor(target) && !mayMeet(file.path, target))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('chains import only from the shared folder, apart from two named exceptions', () => {
    const wrong = files.flatMap((file) =>
      targetsOf(file)
        .filter((target) => chainOf(file.path) !== undefined && chainOf(target) !== undefined)
        .filter((target) => chainOf(target) !== chainOf(file.path) && engineOf(file.path) !== chainOf(target))
        .filter((target) => !mayMeet(file.path, target))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('migrations import no live code, and only the two lists of steps import migrations', () => {
    const migrations = 'storage/migrations/';
    const wrong = files.flatMap((file) =>
      imports(file).flatMap((name) => {
        const target = name.startsWith('.') ? join(dirname(file.path), name).split(sep).join('/') : name;
        const isOld = file.path.startsWith(migrations);
        const allowed = isOld
          ? target === 'kysely' || target.startsWith(migrations)
          : !target.startsWith(migrations) || listsOfSteps.includes(file.path);
        return allowed ? [] : [`${file.path} imports ${name}`];
      }),
    );
    expect(wrong).toEqual([]);
    expect(files.filter(({ path }) => path.startsWith(migrations)).length).toBeGreaterThan(5);
  });

  it('both databases have the same files, apart from those that only a server or a file needs', () => {
    const filesOf = (kind: string) =>
      files.flatMap(({ path }) => (path.startsWith(`storage/${kind}/`) ? [path.replace(`storage/${kind}/`, '')] : []));
    const both = (kind: string, own: readonly string[]) => filesOf(kind).filter((name) => !own.includes(name));
    expect(both('postgres', onServersOnly)).toEqual(both('sqlite', onFilesOnly));
    expect(filesOf('postgres')).toEqual(expect.arrayContaining([...onServersOnly]));
    expect(filesOf('sqlite')).toEqual(expect.arrayContaining([...onFilesOnly]));
  });

  it("the test sees every import: each file above the core has some, and the signer's are known", () => {
    const without = files.filter((file) => !['core'].includes(file.room) && imports(file).length === 0);
    expect(without.length).toBeLessThan(files.length / 10);
    const signer = files.find(({ path }) => path === 'signing/signer-process.ts');
    expect(signer && imports(signer)).toEqual(expect.arrayContaining(['../core/chain/chain.js', './sign.js']));
  });

  it('the source imports only packages that are named as dependencies', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((name) => !name.startsWith('.') && !isBuiltin(name) && !named.includes(packageOf(name)))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('the source uses every named dependency', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const used = new Set(files.flatMap(imports).map(packageOf));
    const unused = Object.keys(manifest.dependencies).filter((name) => !used.has(name));
    expect(unused.filter((name) => !chosenHere.includes(name))).toEqual([]);
  });

  it('imports of Node have the node: prefix', () => {
    const wrong = files.flatMap((file) => imports(file).filter((name) => isBuiltin(name) && !name.startsWith('node:')));
    expect(wrong).toEqual([]);
  });

  it('the client uses nothing of Node, so that it runs wherever there is fetch', () => {
    const client = files.filter(({ room }) => room === 'client');
    expect(client.flatMap(imports).filter((name) => !name.startsWith('.'))).toEqual([]);
    const own = places((node, { room }) => {
      const isOfNode =
        ts.isIdentifier(node) && ['process', 'Buffer', 'require', 'global', 'setImmediate'].includes(node.text);
      return room === 'client' && isOfNode ? node.text : undefined;
    });
    expect(own).toEqual([]);
    expect(client.length).toBeGreaterThan(5);
  });

  it('cryptography, chains and policy touch neither network nor files nor processes', () => {
    const pure = files.filter(({ room }) => ['core', 'crypto', 'chains', 'policy'].includes(room));
    const wrong = pure.flatMap((file) =>
      imports(file)
        .filter((name) => isBuiltin(name) && !['node:buffer', 'node:crypto', 'node:util'].includes(name))
        .map((name) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('files that a person names are read with a bound, by one room', () => {
    const own = Object.values(readsOwn).flat();
    const found = files.filter(({ room, tree }) =>
      room === 'files' ? false : [...nodes(tree)].some((node) => importsReader(node)),
    );
    expect(found.map(({ path }) => path).sort()).toEqual([...own].sort());
  });

  it("only a chain's own definition names the chain", () => {
    const named = places((node, { path, room }) => {
      const name = room === 'chains' ? undefined : chainIn(node);
      return name === undefined ? undefined : `${path} ${name}`;
    }).map((place) => place.split(' ').slice(1));
    const wrong = named.filter(([path = '']) => !Object.hasOwn(namesChains, path));
    expect(wrong).toEqual([]);
    const needless = Object.keys(namesChains).filter((path) => !named.some(([one]) => one === path));
    expect(needless).toEqual([]);
  });

  it('every folder is small enough to be seen at once', () => {
    const folders = new Map<string, number>();
    for (const { path } of files) folders.set(dirname(path), (folders.get(dirname(path)) ?? 0) + 1);
    expect([...folders].filter(([, count]) => count > FILES)).toEqual([]);
  });

  it('every file is short enough to be read at one sitting', () => {
    const long = files
      .filter(({ path }) => !generated.includes(path))
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ path, lines }) => lines > (longer[path] ?? LINES));
    expect(long).toEqual([]);
  });
});

describe('the code', () => {
  it('the code has no any, no enum and no non-null assertion', () => {
    const wrong = places((node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) return 'any';
      if (ts.isEnumDeclaration(node)) return 'enum';
      return ts.isNonNullExpression(node) ? 'non-null assertion' : undefined;
    });
    expect(wrong).toEqual([]);
  });

  it('the code silences neither the compiler nor the linter for a whole file, and has no TODO', () => {
    const wrong = files.flatMap(({ path, text }) => {
      const found = /@ts-(ignore|expect-error|nocheck)|biome-ignore-all|\b(TODO|FIXME|XXX|HACK)\b/.exec(text);
      return found === null ? [] : [`${path}: ${found[0]}`];
    });
    expect(wrong).toEqual([]);
  });

  it('one file writes to the standard streams, and only the command line ends the process', () => {
    const wrong = places((node, { path }) => {
      if (!ts.isPropertyAccessExpression(node)) return undefined;
      const text = node.getText();
      if (/^console\./.test(text)) return text;
      if (/^process\.(exit|abort|reallyExit)$/.test(text) && !mayExit.includes(path)) return text;
      if (text === 'process.kill' && ![...mayExit, ...mayKill].includes(path)) return text;
      return /^process\.std(out|err)\.write$/.test(text) ? text : undefined;
    });
    expect(wrong).toEqual([]);
  });

  it('the code throws only CustosError and errors that a parser turns into one', () => {
    const wrong = places((node, { path }) => {
      if (!ts.isThrowStatement(node) || !ts.isNewExpression(node.expression)) return undefined;
      const name = node.expression.expression.getText();
      const inner = (innerErrors[path] ?? []).includes(name);
      // The client has errors of its own: it shares no code with the server.
      const isOfClient = path.startsWith('client/') && /^Custos\w+$/.test(name);
      return name === 'CustosError' || inner || isOfClient ? undefined : `throws ${name}`;
    });
    expect(wrong).toEqual([]);
  });
});

/** Errors that never leave their file: they are caught there and told by a code. */
const innerErrors: Readonly<Record<string, readonly string[]>> = {
  'passphrase/remote.ts': ['RangeError'],
  // A programmer's mistake, not a user's: it becomes INTERNAL.
  'core/secret.ts': ['TypeError'],
  // A person started the child's program by hand.
  'app/signer/main.ts': ['Error'],
  'app/hsm/main.ts': ['Error'],
  'app/keeper/main.ts': ['Error'],
};

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
