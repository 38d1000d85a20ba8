// Changes each comparison of what judges, one at a time, and expects a test to fail. All changes are compiled into one copy of the
// code, and a number switches one of them on, so that a run takes minutes. Prints a score for each part and every change that no
// test found. Arguments name the parts to run; without any, all are.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const shim = new URL('./mutation-tests.js', import.meta.url).href;
/** A change without an answer for so long made a loop that never ends. */
const LONGEST = 300_000;

/** Files that are changed, and tests that are to notice, the quick ones first. */
const parts = {
  judging: {
    // What changes of `reasons.ts` do is text for people.
    isChanged: (path) => path.startsWith('src/policy/judging/') && !path.endsWith('/reasons.ts'),
    tests: [...testsIn('test/policy/judging', 'properties.test.ts'), 'test/policy/judging/properties.test.ts'],
  },
  statics: {
    isChanged: (path) => path.startsWith('src/policy/statics/'),
    tests: testsIn('test/policy/statics'),
  },
  'in force': {
    isChanged: (path) => path === 'src/policy/in-force.ts',
    tests: ['test/policy/in-force.test.ts'],
  },
  control: {
    isChanged: (path) => path.startsWith('src/signing/control/'),
    // Those of the signer process run its built program, which has no changes.
    tests: [
      ...testsIn('test/signing/control', 'signers.test.ts', 'in-process.test.ts'),
      'test/signing/control/in-process.test.ts',
    ],
  },
};

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
for (const name of ['node_modules', 'docs']) symlinkSync(join(root, name), join(copy, name));
writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
for (const folder of ['src', 'test/policy', 'test/signing', 'test/suites', 'test/support']) {
  for (const path of filesIn(folder)) if (path.endsWith('.ts')) compile(path);
}

let surviving = 0;
for (const [name, { tests }] of Object.entries(parts)) {
  if (process.argv.length > 2 && !process.argv.includes(name)) continue;
  const own = mutants.flatMap((one, at) => (one.part === name ? { ...one, number: at + 1 } : []));
  const survivors = await survivorsOf(own, tests);
  for (const { place } of survivors) console.log(`no test fails: ${place}`);
  console.log(`${name}: ${own.length - survivors.length} of ${own.length} changed comparisons make a test fail`);
  surviving += survivors.length;
}
if (surviving > 0) process.exitCode = 1;

function testsIn(folder, ...without) {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.ts') && !without.includes(name));
  return names.map((name) => `${folder}/${name}`);
}

function filesIn(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? relative(root, join(entry.parentPath, entry.name)) : []));
}

function compile(path) {
  const text = readFileSync(join(root, path), 'utf8').replace(`from 'vitest'`, `from '${shim}'`);
  const part = Object.keys(parts).find((name) => parts[name].isChanged(path));
  const { outputText } = ts.transpileModule(text, {
    fileName: path,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    ...(part && { transformers: { before: [(context) => (file) => mutate(file, context, part)] } }),
  });
  const target = join(copy, path.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}

function mutate(file, context, part) {
  const visit = (node) => {
    const inner = ts.visitEachChild(node, visit, context);
    if (!ts.isBinaryExpression(node)) return inner;
    return (changes.get(node.operatorToken.kind) ?? []).reduce((unchanged, kind) => {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      const place = `${file.fileName}:${line} ${node.getText(file)} with ${ts.tokenToString(kind)}`;
      const isOn = ts.factory.createStrictEquality(
        ts.factory.createPropertyAccessExpression(ts.factory.createIdentifier('globalThis'), 'mutant'),
        ts.factory.createNumericLiteral(mutants.push({ part, place })),
      );
      const changed = ts.factory.createBinaryExpression(inner.left, kind, inner.right);
      return ts.factory.createParenthesizedExpression(
        ts.factory.createConditionalExpression(isOn, undefined, changed, undefined, unchanged),
      );
    }, ts.factory.createParenthesizedExpression(inner));
  };
  return ts.visitNode(file, visit);
}

/** The changes that no test finds. A change with which the tests never end is found. */
async function survivorsOf(own, tests) {
  const survivors = [];
  const files = tests.map((path) => pathToFileURL(join(copy, path.replace(/\.ts$/, '.js'))).href);
  for (let at = 0; at < own.length; at += 1) {
    const numbers = own.slice(at).map(({ number }) => number);
    await run({ files, numbers }, (failure) => {
      if (failure === undefined) survivors.push(own[at]);
      at += 1;
    });
  }
  return survivors;
}

/** Tries changes in a thread of their own, until one has no answer. */
async function run(workerData, onTried) {
  const worker = new Worker(new URL('./mutation-worker.js', import.meta.url), { workerData: { shim, ...workerData } });
  let timer;
  try {
    await new Promise((resolve, reject) => {
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, LONGEST);
      };
      wait();
      worker.on('message', ({ failure }) => {
        onTried(failure);
        wait();
      });
      worker.on('error', reject);
      worker.on('exit', resolve);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
