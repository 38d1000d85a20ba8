import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBundle } from './bundled.mjs';

const support = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** @returns the file of a program of this folder, in few files, which all workers of a run share */
export async function childProgram(name: string): Promise<string> {
  const dir = join(cache, `${ofRun()}${name}`);
  if (!existsSync(dir)) await make(name, dir);
  return join(dir, `${name}.js`);
}

/** Removes what a run has made. */
export function removeChildPrograms(): void {
  if (!existsSync(cache)) return;
  for (const entry of readdirSync(cache))
    if (entry.startsWith(ofRun())) rmSync(join(cache, entry), { recursive: true });
}

function ofRun(): string {
  return `${basename(process.env['CUSTOS_TEST_RUN'] ?? 'custos-run')}-`;
}

/** Whole or not at all: another worker may make the same. */
async function make(name: string, dir: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const own = mkdtempSync(join(cache, `${ofRun()}new-`));
  await makeBundle(join(support, `${name}.mjs`), own);
  try {
    renameSync(own, dir);
  } catch (error) {
    if (!existsSync(dir)) throw error;
    rmSync(own, { recursive: true });
  }
}
