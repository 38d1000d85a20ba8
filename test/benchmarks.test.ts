import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = new URL('../bench/', import.meta.url);
const imported = /import \{([^}]*)\} from '(\.\.\/dist\/[^']*)'/g;

const named = readdirSync(fileURLToPath(folder))
  .filter((name) => name.endsWith('.js'))
  .flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(imported)].map(([, names = '', module = '']) => ({
      file,
      module,
      names: names.split(',').flatMap((name) => name.trim().split(' ')[0] || []),
    })),
  );

it.each(named)('the benchmark $file finds what it imports from $module', async ({ module, names }) => {
  const found: object = await import(new URL(module, folder).href);
  expect(Object.keys(found)).toEqual(expect.arrayContaining(names));
});
