import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { PageFile } from '../../api/console/parts.js';
import { packageRoot } from '../process/package.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the files of the console, as `npm run build` made them, when the page is first asked for. */
export function consoleFiles(): () => Promise<ReadonlyMap<string, PageFile>> {
  let reading: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return () => {
    reading ??= readAll(join(packageRoot(), 'dist/console')).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
}

async function readAll(directory: string): Promise<ReadonlyMap<string, PageFile>> {
  const names = await readdir(directory);
  const files = await Promise.all(
    names.map(async (name): Promise<[string, PageFile][]> => {
      const type = types[extname(name)];
      if (type === undefined) return [];
      return [[name, { type, content: new Uint8Array(await readFile(join(directory, name))) }]];
    }),
  );
  return new Map(files.flat());
}
