import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** The steps of the main line, in its order: each is a file with one function of the same name. */
const steps = [
  'claim',
  'complete',
  'decode',
  'judge',
  'reserve',
  'sign',
  'record',
  'broadcast',
  'confirm',
  'close',
  'give',
];

/** Keeps leases beside the way, at its own pace. */
const besideTheWay = 'lifecycle/lease-keeper.ts';

interface File {
  readonly path: string;
  readonly tree: ts.SourceFile;
}

function filesOf(room: string): readonly File[] {
  const names = readdirSync(join(source, room), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = `${room}/${name.replaceAll('\\', '/')}`;
      const text = readFileSync(join(source, path), 'utf8');
      return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
    });
}

const lifecycle = filesOf('lifecycle');
const daemon = filesOf('daemon');

function* nodes(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodes(child);
}

/** The files from which something is imported that runs, as `lifecycle/way.ts`; types alone enter no file. */
function entered({ path, tree }: File): readonly string[] {
  return [...nodes(tree)].filter(ts.isImportDeclaration).flatMap(({ importClause, moduleSpecifier }) => {
    const clause = importClause;
    if (clause === undefined || clause.isTypeOnly || !ts.isStringLiteral(moduleSpecifier)) return [];
    const { namedBindings } = clause;
    const isTypes =
      namedBindings !== undefined &&
      ts.isNamedImports(namedBindings) &&
      namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly);
    const target = posix.join(posix.dirname(path), moduleSpecifier.text.replace(/\.js$/, '.ts'));
    return isTypes ? [] : [target];
  });
}

function callsOf(file: File, text: string): number {
  const calls = [...nodes(file.tree)].filter(ts.isCallExpression);
  return calls.filter(({ expression }) => expression.getText() === text).length;
}

function exportedFunctions({ tree }: File): readonly string[] {
  return tree.statements.flatMap((statement) => {
    const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport);
    const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    return isExported && isValue && statement.name ? [statement.name.text] : [];
  });
}

const isExport = ({ kind }: ts.ModifierLike) => kind === ts.SyntaxKind.ExportKeyword;

/** Blocks and functions that get an error, except for those that throw it on in the end. */
function ended({ tree }: File): readonly string[] {
  return [...nodes(tree)].flatMap((node) => {
    const handler = handlerOf(node);
    if (handler === undefined) return [];
    const last = ts.isBlock(handler) ? handler.statements.at(-1) : undefined;
    return last !== undefined && ts.isThrowStatement(last) ? [] : [node.getText().slice(0, 60)];
  });
}

function handlerOf(node: ts.Node): ts.Node | undefined {
  if (ts.isCatchClause(node)) return node.block;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  if (node.expression.name.text !== 'catch') return undefined;
  const [handler] = node.arguments;
  return handler !== undefined && ts.isArrowFunction(handler) ? handler.body : node;
}

function fileOf(name: string): File {
  const file = lifecycle.find(({ path }) => path === `lifecycle/${name}.ts`);
  if (file === undefined) throw new Error(`no file lifecycle/${name}.ts`);
  return file;
}

describe('the main line of a transaction', () => {
  it('a transaction enters each step once', () => {
    const calls = steps.map((name) => [name, callsOf(fileOf('way'), name)]);
    expect(calls).toEqual(steps.map((name) => [name, 1]));
  });

  it('only the main line enters steps', () => {
    const files = steps.map((name) => `lifecycle/steps/${name}.ts`);
    const others = [...lifecycle, ...daemon].filter(({ path }) => path !== 'lifecycle/way.ts');
    const wrong = others.flatMap((file) =>
      entered(file)
        .filter((name) => files.includes(name))
        .map((name) => `${file.path} enters ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('the file of each step contains its one function, and no other file is beside them', () => {
    const names = lifecycle.filter(({ path }) => path.startsWith('lifecycle/steps/')).map(({ path }) => path);
    expect(names.sort()).toEqual(steps.map((name) => `lifecycle/steps/${name}.ts`).sort());
    expect(steps.map((name) => exportedFunctions(fileOf(`steps/${name}`)))).toEqual(steps.map((name) => [name]));
  });

  it('the daemon enters the main line at one place for new transactions, and at one for unfinished ones', () => {
    const count = (call: string) => daemon.reduce((sum, file) => sum + callsOf(file, call), 0);
    expect([count('way.take'), count('way.resume')]).toEqual([1, 1]);
    const rooms = new Set(daemon.flatMap(entered).filter((name) => name.startsWith('lifecycle/')));
    // `step` is the stop-watch of the poll.
    expect([...rooms]).toEqual(['lifecycle/step.ts']);
  });

  it('only the main line ends an error, and steps only rethrow it with more meaning', () => {
    const others = lifecycle.filter(({ path }) => path !== 'lifecycle/way.ts' && path !== besideTheWay);
    expect(others.flatMap((file) => ended(file).map((text) => `${file.path}: ${text}`))).toEqual([]);
    expect(ended(fileOf('way')).length).toBeGreaterThan(0);
  });
});
