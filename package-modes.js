import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Gives what goes into the package the same modes wherever it was made: `npm pack` keeps modes, and they follow the umask of whoever
 * cloned, installed and built. All else that could differ, npm sets itself. It runs after each build of `npm ci` and `npm pack`.
 */
const read = (name) => JSON.parse(readFileSync(name, 'utf8'));
const { files } = read('package.json');
const bundled = Object.entries(read('package-lock.json').packages).filter(([path, { dev }]) => path !== '' && !dev);
for (const path of ['package.json', ...files, ...bundled.map(([folder]) => folder)].filter((one) => existsSync(one))) {
  const isFolder = statSync(path).isDirectory();
  const below = isFolder ? readdirSync(path, { recursive: true, withFileTypes: true }) : [];
  const found = below.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of isFolder ? found : [path]) {
    const { mode } = statSync(file);
    const wanted = (mode & 0o100) === 0 ? 0o644 : 0o755;
    if ((mode & 0o777) !== wanted) chmodSync(file, wanted);
  }
}
