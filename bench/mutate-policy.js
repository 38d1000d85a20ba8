// Changes each comparison of the policy's judge, one at a time, and expects a test to fail. All changes are compiled into one copy of
// the code, and a number switches one of them on, so that a run takes seconds. Prints the score and every change that no test found.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const judged = 'src/policy/judging/';
/** What its changes do is text for people. */
const spared = `${judged}reasons.ts`;
const suites = 'test/policy/judging/';
const shim = fileURLToPath(new URL('./mutation-tests.js', import.meta.url));

const { LessThanToken, LessThanEqualsToken, GreaterThanToken, GreaterThanEqualsToken } = ts.SyntaxKind;
const { EqualsEqualsEqualsToken: same, ExclamationEqualsEqualsToken: other } = ts.SyntaxKind;
/** By what each comparison is replaced: its limit moves by one, or it says the opposite. */
const changes = new Map([
  [LessThanToken, [LessThanEqualsToken, GreaterThanEqualsToken]],
  [LessThanEqualsToken, [LessThanToken, GreaterThanToken]],
  [GreaterThanToken, [GreaterThanEqualsToken, LessThanEqualsToken]],
  [GreaterThanEqualsToken, [GreaterThanToken, LessThanToken]],
  [same, [other]],
  [other, [same]],
]);

const mutants = [];
const copy = mkdtempSync(join(tmpdir(), 'custos-mutants-'));
process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
for (const folder of ['src/core', 'src/policy', 'src/crypto', suites, 'test/support']) {
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (entry.isFile() && path.endsWith('.ts')) compile(path);
  }
}

function compile(path) {
  const text = readFileSync(join(root, path), 'utf8').replace(`from 'vitest'`, `from '${pathToFileURL(shim)}'`);
  const isJudged = path.startsWith(judged) && path !== spared;
  const { outputText } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    ...(isJudged && { transformers: { before: [(context) => (file) => mutate(file, context)] } }),
  });
  const target = join(copy, path.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}

function mutate(file, context) {
  const visit = (node) => {
    const inner = ts.visitEachChild(node, visit, context);
    if (!ts.isBinaryExpression(node)) return inner;
    return (changes.get(node.operatorToken.kind) ?? []).reduce((unchanged, kind) => {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      const number = mutants.push(`${file.fileName}:${line} ${node.getText(file)} with ${ts.tokenToString(kind)}`);
      const isOn = ts.factory.createStrictEquality(
        ts.factory.createPropertyAccessExpression(ts.factory.createIdentifier('globalThis'), 'mutant'),
        ts.factory.createNumericLiteral(number),
      );
      const changed = ts.factory.createBinaryExpression(inner.left, kind, inner.right);
      return ts.factory.createParenthesizedExpression(
        ts.factory.createConditionalExpression(isOn, undefined, changed, undefined, unchanged),
      );
    }, ts.factory.createParenthesizedExpression(inner));
  };
  return ts.visitNode(file, visit);
}

const { firstFailure } = await import(pathToFileURL(shim).href);
const files = readdirSync(join(root, suites)).filter((name) => name.endsWith('.test.ts'));
// Random policies take longest, so they come last.
files.sort((one, two) => Number(one.startsWith('properties')) - Number(two.startsWith('properties')));
for (const name of files) await import(pathToFileURL(join(copy, suites, name.replace(/\.ts$/, '.js'))).href);

const broken = await firstFailure();
if (broken !== undefined) throw new Error(`a test fails without any change: ${broken}`);
const survivors = [];
for (const [place, mutant] of mutants.entries()) {
  globalThis.mutant = place + 1;
  if ((await firstFailure()) === undefined) survivors.push(mutant);
}
for (const survivor of survivors) console.log(`no test fails: ${survivor}`);
const found = mutants.length - survivors.length;
console.log(`${found} of ${mutants.length} changed comparisons make a test fail`);
if (survivors.length > 0) process.exitCode = 1;
