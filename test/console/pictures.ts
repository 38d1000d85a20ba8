import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import jsqr from 'jsqr';
import pixelmatch from 'pixelmatch';
import type { Locator, Page } from 'playwright-core';
import { PNG } from 'pngjs';

/** Pictures that later ones are compared with. */
const kept = fileURLToPath(new URL('pictures', import.meta.url));
/** What was seen this time, and where it differs. */
const seen = fileURLToPath(new URL('../../coverage/console', import.meta.url));
const machine = join(kept, 'machine.txt');
/** Writes the pictures anew. */
const isUpdating = process.env['CUSTOS_UPDATE_PICTURES'] === '1';
/** Part of the pixels that may differ: carets, and edges of letters. */
const TOLERATED = 0.004;

/** What a camera would read. @throws Error: it reads nothing */
export async function readQr(drawn: Locator): Promise<string> {
  const { data, width, height } = PNG.sync.read(await drawn.screenshot());
  const read = jsqr.default(new Uint8ClampedArray(data), width, height);
  if (read === null) throw new Error('no QR code can be read');
  return read.data;
}

/** What draws letters here: other fonts or another browser draw other pictures of the same page. */
async function drawnBy(page: Page): Promise<string> {
  const widths = await page.evaluate(`(() => {
    const brush = document.createElement('canvas').getContext('2d');
    return ['14px system-ui', '600 20px system-ui', '12.5px DejaVu Sans Mono'].map((font) => {
      brush.font = font;
      return brush.measureText('Custos: 0x52908400 sends 12.5 ETH').width.toFixed(2);
    }).join(' '); })()`);
  const [version] = /Chrome\/\d+/.exec(await page.evaluate('navigator.userAgent')) ?? [];
  return `${version} ${String(widths)}\n`;
}

/** @returns undefined where pictures can be compared, or why they cannot */
export async function whyIncomparable(page: Page): Promise<string | undefined> {
  const now = await drawnBy(page);
  if (isUpdating) {
    mkdirSync(kept, { recursive: true });
    writeFileSync(machine, now);
  }
  const then = existsSync(machine) ? readFileSync(machine, 'utf8') : 'nobody';
  return now === then ? undefined : `they were drawn by ${then.trim()}, and this is ${now.trim()}`;
}

/** Takes a picture and compares it with the one that is kept. @returns the part of the pixels that differ, of 1 */
export async function differing(
  page: Page,
  name: string,
  { isCompared, folder = kept }: { readonly isCompared: boolean; readonly folder?: string },
): Promise<number> {
  mkdirSync(seen, { recursive: true });
  const bytes = await page.screenshot({ path: join(seen, `${name}.png`), caret: 'hide', animations: 'disabled' });
  const file = join(folder, `${name}.png`);
  if (isUpdating) writeFileSync(file, bytes);
  if (!isCompared) return 0;
  if (!existsSync(file)) throw new Error(`there is no ${name}.png: CUSTOS_UPDATE_PICTURES=1 makes it`);
  const [now, then] = [PNG.sync.read(bytes), PNG.sync.read(readFileSync(file))];
  const { width, height } = then;
  if (now.width !== width || now.height !== height) return 1;
  const marks = new PNG({ width, height });
  const count = pixelmatch(now.data, then.data, marks.data, width, height, { threshold: 0.2 });
  const part = count / (width * height);
  if (part > TOLERATED) writeFileSync(join(seen, `${name}-differs.png`), PNG.sync.write(marks));
  return part > TOLERATED ? part : 0;
}
