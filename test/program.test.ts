import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const directory = fileURLToPath(new URL('../dist/program/', import.meta.url));

interface Imports {
  /** What is loaded before the first line runs. */
  readonly early: readonly string[];
  /** What is loaded when the code asks for it. */
  readonly late: readonly string[];
}

function importsOf(file: string): Imports {
  const tree = ts.createSourceFile(file, readFileSync(join(directory, file), 'utf8'), ts.ScriptTarget.ES2022, false);
  const early: string[] = [];
  const late: string[] = [];
  function visit(node: ts.Node): void {
    const isStatic = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const from = isStatic ? node.moduleSpecifier : undefined;
    if (from !== undefined && ts.isStringLiteral(from)) early.push(from.text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [named] = node.arguments;
      late.push(named !== undefined && ts.isStringLiteralLike(named) ? named.text : 'known only at run time');
    }
    ts.forEachChild(node, visit);
  }
  visit(tree);
  return { early, late };
}

/** Everything that a file leads to: files of the program, and modules from outside. */
function reachable(start: string, follow: (imports: Imports) => readonly string[]) {
  const files = new Set<string>();
  const modules = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const name of follow(importsOf(file))) {
      if (name.startsWith('./')) open.push(name.slice(2));
      else modules.add(name);
    }
  }
  return { files: [...files].sort(), modules: [...modules].sort() };
}

test('the signer loads nothing from outside before it has locked itself down', () => {
  const { files, modules } = reachable('signer-main.js', ({ early }) => early);
  expect(modules).toEqual(['node:module']);
  const text = files.map((file) => readFileSync(join(directory, file), 'utf8')).join('\n');
  expect(text).not.toContain('node_modules/');
});

test('the signer has no network, no database and no file system among its modules', () => {
  const { files, modules } = reachable('signer-main.js', ({ early, late }) => [...early, ...late]);
  // It reads what a browser says beside a passkey's signature, which is UTF-8.
  expect(modules).toEqual(['node:buffer', 'node:crypto', 'node:module', 'node:util', 'tiny-secp256k1']);
  expect(files.every((file) => file.startsWith('signer-main'))).toBe(true);
});

test('the keeper is one file without code from outside, and none that reaches the network', () => {
  const { files, modules } = reachable('keeper-main.js', ({ early, late }) => [...early, ...late]);
  expect(files).toEqual(['keeper-main.js']);
  expect(readFileSync(join(directory, 'keeper-main.js'), 'utf8')).not.toContain('node_modules/');
  // It seals its state with the crypto of Node.
  const allowed = [
    'node:buffer',
    'node:child_process',
    'node:crypto',
    'node:fs',
    'node:module',
    'node:path',
    'node:timers/promises',
    'node:url',
    'node:util',
  ];
  expect(modules).toEqual(allowed);
});

test('every file of the program is reached from the command, or from what a process of its own starts with', () => {
  const starts = ['main.js', 'main-front.js', 'keeper-main.js', 'signer-main.js', 'hsm-main.js'];
  const reached = starts.flatMap((start) => reachable(start, ({ early, late }) => [...early, ...late]).files);
  expect([...new Set(reached)].sort()).toEqual(
    readdirSync(directory)
      .filter((file) => file.endsWith('.js'))
      .sort(),
  );
});

test('help and version load neither database nor chains', () => {
  const { files } = reachable('main.js', ({ early }) => early);
  const text = files.map((file) => readFileSync(join(directory, file), 'utf8')).join('\n');
  for (const part of ['kysely', '@scure/btc-signer', 'zod', 'hono']) {
    expect(text, part).not.toContain(`node_modules/${part}/`);
  }
});

test.each(['main', 'signer-main'])('the licence of each package that is part of %s comes with it', (name) => {
  const text = readFileSync(join(directory, `${name}-licenses.txt`), 'utf8');
  const packages = new Set(
    readdirSync(directory)
      .filter((file) => file.endsWith('.js') && file.startsWith('signer-') === name.startsWith('signer-'))
      .flatMap((file) => [...readFileSync(join(directory, file), 'utf8').matchAll(regionOfPackage)])
      .map(([, found]) => found),
  );
  expect(packages.size).toBeGreaterThan(5);
  for (const found of packages) {
    const [, licence] = text.split(`# ${found} `);
    expect(licence?.split('\n# ')[0]?.length, found).toBeGreaterThan(500);
  }
});

/** The mark of where code of a package begins. */
const regionOfPackage = /^\/\/ .*node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm;

test('the program names no source map that does not come along', () => {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[cm]?js$/.test(name));
  const named = files.filter((name) => readFileSync(join(directory, name), 'utf8').includes('sourceMappingURL='));
  expect(named.filter((name) => !files.includes(`${name}.map`))).toEqual([]);
});
