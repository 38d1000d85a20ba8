// Runs every command of the image that needs no network, and asks each for its help. Started inside of the image, by its Node.
// Prints JSON: what each one said. Usage: node -e THIS help, or node -e THIS list with the steps as JSON on standard input.
const { execFile } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');

const [what] = process.argv.slice(-1);
const program = ['/app/bin/custos.js'];

function ask(words, { env = {}, input = '' } = {}) {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 24 };
    const child = execFile('/nodejs/bin/node', [...program, ...words], options, (error, stdout, stderr) =>
      resolve({ words, code: error === null ? 0 : (error.code ?? 1), stdout, stderr }),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** The help of a command and of all below it. */
async function walk(words) {
  const said = await ask([...words, '--help']);
  const lists = said.stdout
    .split(/^Commands.*:$/m)
    .slice(1)
    .join('\n');
  const names = [...lists.matchAll(/^ {2}([a-z][a-z-]*)(?: |$)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  const below = [];
  for (const name of names) below.push(...(await walk([...words, name])));
  return [said, ...below];
}

/** One command after the other; `{name.field}` in a word is what an earlier one printed. */
async function inOrder(steps) {
  const known = {};
  const results = [];
  for (const { words, as, env, input, file } of steps) {
    const filled = words.map((word) =>
      word.replace(/\{(\w+)\.(\w+)\}/g, (_all, name, field) => known[name]?.[field] ?? '?'),
    );
    const result = await ask(filled, { env, input });
    results.push({ ...result, words: filled });
    if (file !== undefined) writeFileSync(file, result.stdout);
    if (as !== undefined) {
      try {
        known[as] = JSON.parse(result.stdout);
      } catch {
        known[as] = { line: result.stdout.trim() };
      }
    }
  }
  return results;
}

(what === 'help' ? walk([]) : inOrder(JSON.parse(readFileSync(0, 'utf8')))).then((found) =>
  process.stdout.write(JSON.stringify(found)),
);
