import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** What is fetched only where it is needed is a file of its own. */
const NAMES = '[name]-[hash].js';
const [from, to] = ['console', 'dist/console'];

/**
 * Makes the page of the console: a script and a style whose names change with their content, so that browsers keep them, and a page
 * that names them.
 */
export async function makeConsole(notices) {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const bundle = await rolldown({
    input: { console: join(from, 'main.tsx') },
    platform: 'browser',
    plugins: [notices('licenses.txt')],
  });
  const { output } = await bundle.write({
    dir: to,
    format: 'esm',
    minify: true,
    entryFileNames: NAMES,
    chunkFileNames: NAMES,
  });
  const script = output.find((one) => one.type === 'chunk' && one.isEntry);
  const style = readFileSync(join(from, 'style.css'), 'utf8').replace(/\s*\n\s*/g, '');
  const styleName = `style-${createHash('sha256').update(style).digest('base64url').slice(0, 8)}.css`;
  writeFileSync(join(to, styleName), style);
  cpSync(join(from, 'icon.svg'), join(to, 'icon.svg'));
  const page = readFileSync(join(from, 'index.html'), 'utf8');
  writeFileSync(join(to, 'index.html'), page.replace('STYLE', styleName).replace('SCRIPT', script.fileName));
}
