// Changes each comparison of what judges, one at a time, and expects a test to fail. All changes are compiled into one copy of the
// code, and a number switches one of them on. Of the tests only those run that reach the change, the quick ones first, so that a run
// takes minutes. Prints a score for each part and every change that no test found.
//
//   node bench/mutate-policy.js                          every part
//   node bench/mutate-policy.js judging control          some parts
//   node bench/mutate-policy.js --only cover.ts:53       changes of one line, or of one file without the number; may be repeated
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import ts from 'typescript';
import { equalChanges } from './equal-changes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const shim = new URL('./mutation-tests.js', import.meta.url).href;
/** Seconds. A change that takes longer than this, and much longer than its tests did without it, made a loop that never ends. */
const PATIENCE = 60;
const TIMES = 20;

const ofPolicy = testsIn('test/policy');
/** Files that are changed, and tests that are to notice. */
const parts = {
  judging: {
    // What changes of `reasons.ts` do is text for people.
    isChanged: (path) => path.startsWith('src/policy/judging/') && !path.endsWith('/reasons.ts'),
    tests: ofPolicy,
  },
  statics: { isChanged: (path) => path.startsWith('src/policy/statics/'), tests: ofPolicy },
  document: { isChanged: (path) => path.startsWith('src/policy/document/'), tests: ofPolicy },
  persons: { isChanged: (path) => /^src\/policy\/[^/]+$/.test(path), tests: ofPolicy },
  control: {
    isChanged: (path) => path.startsWith('src/signing/control/'),
    // Those of the signer process run its built program, which has no changes, and the model takes long.
    tests: testsIn('test/signing/control').filter((path) => !/\/(?:signers|model)\.test\.ts$/.test(path)),
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

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true, default: [] } },
});
const mutants = [];
const compiled = new Set();
const surveys = new Map();
const copy = mkdtempSync(join(tmpdir(), 'custos-mutants-'));
process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const name of ['node_modules', 'docs']) symlinkSync(join(root, name), join(copy, name));
writeFileSync(join(copy, 'package.json'), '{"type":"module"}');

for (const [name, { tests }] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const path of tests) compile(path);
  const own = mutants.filter((one) => one.part === name && isMeant(one));
  if (own.length > 0) await tryAll(name, own, tests);
}

function isMeant({ path, line }) {
  return values.only.length === 0 || values.only.some((one) => path.endsWith(one) || `${path}:${line}`.endsWith(one));
}

async function tryAll(name, own, tests) {
  const equal = own.filter((one) => reasonOf(one) !== undefined);
  const survivors = await survivorsOf(own, tests);
  const missed = survivors.filter((one) => !equal.includes(one));
  for (const { path, line, change } of missed) console.log(`no test fails: ${path}:${line} ${change}`);
  const wrong = equal.filter((one) => !survivors.includes(one));
  for (const { path, line, change } of wrong) console.log(`not equal, a test fails: ${path}:${line} ${change}`);
  const able = own.length - equal.length;
  console.log(
    `${name}: ${able - missed.length} of ${able} changed comparisons make a test fail, ${equal.length} say the same`,
  );
  if (missed.length + wrong.length > 0) process.exitCode = 1;
}

function reasonOf({ path, change }) {
  return equalChanges.find((one) => one.path === path && one.change === change)?.because;
}

function testsIn(folder) {
  return filesIn(folder).filter((path) => path.endsWith('.test.ts'));
}

function filesIn(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? relative(root, join(entry.parentPath, entry.name)) : []));
}

/** Compiles a file and all that it imports. */
function compile(path) {
  if (compiled.has(path)) return;
  compiled.add(path);
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
  for (const [, name] of outputText.matchAll(/(?:from |import\(|import )'(\.[^']+)\.js'/g)) {
    compile(join(dirname(path), `${name}.ts`));
  }
}

function mutate(file, context, part) {
  const { factory } = ts;
  const visit = (node) => {
    const inner = ts.visitEachChild(node, visit, context);
    if (!ts.isBinaryExpression(node)) return inner;
    return (changes.get(node.operatorToken.kind) ?? []).reduce((unchanged, kind) => {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      const change = `${node.getText(file).replace(/\s+/g, ' ')} with ${ts.tokenToString(kind)}`;
      const number = mutants.length;
      mutants.push({ number, part, path: file.fileName, line, change });
      const isOn = factory.createCallExpression(
        factory.createPropertyAccessExpression(factory.createIdentifier('globalThis'), 'isChanged'),
        undefined,
        [factory.createNumericLiteral(number)],
      );
      const changed = factory.createBinaryExpression(inner.left, kind, inner.right);
      return factory.createParenthesizedExpression(
        factory.createConditionalExpression(isOn, undefined, changed, undefined, unchanged),
      );
    }, factory.createParenthesizedExpression(inner));
  };
  return ts.visitNode(file, visit);
}

/** The changes that no test finds. A change with which the tests never end is found. */
async function survivorsOf(own, tests) {
  const files = tests.map((path) => pathToFileURL(join(copy, path.replace(/\.ts$/, '.js'))).href);
  if (!surveys.has(tests)) surveys.set(tests, await surveyOf(files));
  const waiting = [...own];
  const survivors = [];
  const work = async () => {
    while (waiting.length > 0) await tryInThread({ files, survey: surveys.get(tests) }, waiting, survivors);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return survivors.sort((one, next) => one.number - next.number);
}

function threadOf(workerData) {
  return new Worker(new URL('./mutation-worker.js', import.meta.url), { workerData: { shim, ...workerData } });
}

/** Which changes each test reaches, and how long it takes without any. */
async function surveyOf(files) {
  const worker = threadOf({ files });
  try {
    return await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  } finally {
    await worker.terminate();
  }
}

/** Tries changes in a thread, until none is left or one has no end. */
async function tryInThread(workerData, waiting, survivors) {
  const worker = threadOf(workerData);
  let seconds = 0;
  let timer;
  try {
    await new Promise((resolve, reject) => {
      const next = () => {
        const change = waiting.shift();
        if (change === undefined) return resolve();
        const takes = workerData.survey.reduce((sum, one) => sum + (one.reached.has(change.number) ? one.takes : 0), 0);
        seconds = PATIENCE + (TIMES * takes) / 1000;
        worker.once('message', (isFound) => {
          if (!isFound) survivors.push(change);
          next();
        });
        worker.postMessage(change.number);
      };
      worker.once('error', reject);
      // Counted second by second, because a process may be stopped for a while.
      timer = setInterval(() => {
        seconds -= 1;
        if (seconds < 0) resolve();
      }, 1_000);
      next();
    });
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}
