import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { makeConsole } from './console.js';

const dir = 'dist/program';
/** Packages that load their own files (WebAssembly, a native addon, worker threads), or choose at run time what to load. */
const external = ['@photostructure/sqlite', 'pg', 'pino', 'prom-client', 'tiny-secp256k1'];

/**
 * Makes a program of few files, because finding and linking hundreds of modules takes longer than most commands.
 * @param name - the name of its first file; all other names begin with it
 * @param others - first files of programs that share its code, by name
 */
async function makeProgram(name, module, others = {}) {
  const plugins = [notices(`${name}-licenses.txt`)];
  const bundle = await rolldown({ input: { [name]: module, ...others }, external, platform: 'node', plugins });
  await bundle.write({ dir, entryFileNames: '[name].js', chunkFileNames: `${name}-[name].js` });
}

/** Writes the licences of all packages with code in the program. */
function notices(fileName) {
  return {
    name: 'notices',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
      const packages = new Set(modules.filter((id) => id.includes('/node_modules/')).map(packageOf));
      this.emitFile({ type: 'asset', fileName, source: [...packages].sort().map(notice).join('\n') });
    },
  };
}

function packageOf(module) {
  for (let at = dirname(module); at.includes('/node_modules/'); at = dirname(at)) {
    // Some packages have a second manifest inside, which only states the type of their modules.
    if (existsSync(join(at, 'package.json')) && 'version' in manifest(at)) return at;
  }
  throw new Error(`no package has the module ${module}`);
}

function manifest(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

function notice(directory) {
  const { name, version, license } = manifest(directory);
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8');
  return `# ${name} ${version} (${license})\n\n${text.trim()}\n`;
}

/**
 * Copies SQLite for Node 20, and only the loaded files: as a package it would be installed on every Node, with a script.
 */
function copySqlite() {
  const [from, to] = ['node_modules/@photostructure/sqlite', join(dir, 'sqlite')];
  for (const part of ['LICENSE', 'prebuilds']) cpSync(join(from, part), join(to, part), { recursive: true });
  // The only package that it needs finds the binary of this system.
  const finder = 'node_modules/node-gyp-build';
  cpSync(join(finder, 'node-gyp-build.js'), join(to, 'dist/find-binary.cjs'));
  cpSync(join(finder, 'LICENSE'), join(to, 'LICENSE-node-gyp-build'));
  const code = readFileSync(join(from, 'dist/index.cjs'), 'utf8');
  const needed = 'require("node-gyp-build")';
  if (!code.includes(needed)) throw new Error('the SQLite of Node 20 no longer asks for node-gyp-build');
  // Its source map is not copied, so its name is removed: tools would look for the file.
  const own = code.replace(needed, 'require("./find-binary.cjs")').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
  writeFileSync(join(to, 'dist/index.cjs'), own);
}

rmSync(dir, { recursive: true, force: true });
await makeProgram('main', 'dist/cli/main.js', { 'main-front': 'dist/cli/front.js' });
// A separate program: its files contain only what the signer needs.
await makeProgram('signer-main', 'dist/app/signer/main.js');
await makeProgram('keeper-main', 'dist/app/keeper/main.js');
await makeProgram('hsm-main', 'dist/app/hsm/main.js');
copySqlite();
await makeConsole(notices);
