import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { barriersIn } from './axe.js';
import { noBrowser, openBrowser, type Visitor } from './browser.js';
import { differing, readQr, whyIncomparable } from './pictures.js';
import { answers, NOW, screens } from './scene/answers.js';
import { openScene } from './scene/server.js';

const built = fileURLToPath(new URL('../../dist/console', import.meta.url));
const docs = fileURLToPath(new URL('../../docs/pictures', import.meta.url));

/** As many bytes as a browser fetches. */
function packed(names: (name: string) => boolean): number {
  const files = readdirSync(built).filter((name) => /\.(?:js|css|html)$/.test(name) && names(name));
  return files.reduce((sum, name) => sum + gzipSync(readFileSync(join(built, name)), { level: 9 }).length, 0);
}

describe.skipIf(noBrowser())('the screens of the console', () => {
  let scene: Awaited<ReturnType<typeof openScene>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let plain: Visitor;
  let dark: Visitor;
  beforeAll(async () => {
    [scene, browser] = await Promise.all([openScene(), openBrowser()]);
    [plain, dark] = [await browser.visit({ scale: 0.5 }), await browser.visit({ locale: 'de-DE', dark: true })];
    for (const { page } of [plain, dark]) await page.clock.setFixedTime(NOW);
  });
  afterAll(async () => {
    await browser.close();
    await scene.close();
  });
  beforeEach(() => scene.replies.clear());

  const open = async ({ page }: Visitor, path: string) => {
    await page.goto(`${scene.url}/console${path === '' ? '' : `/${path}`}`);
    await page.locator('h1').waitFor();
    await page.locator('.live.is-live').waitFor();
    await page
      .locator('main .muted', { hasText: /^(Loading…|Lädt…)$/ })
      .first()
      .waitFor({ state: 'detached' });
    if (path === '') await page.locator('.uplot canvas').nth(1).waitFor();
  };

  it('look as they looked, at three widths, and keep nobody out', async () => {
    const { page } = plain;
    await open(plain, '');
    const why = await whyIncomparable(page);
    if (why !== undefined) console.warn(`pictures of the console are not compared: ${why}`);
    const other: string[] = [];
    for (const [name, path] of screens) {
      await page.setViewportSize({ width: 1280, height: 860 });
      await open(plain, path);
      expect([name, await barriersIn(page)]).toEqual([name, []]);
      for (const width of [1440, 900, 390]) {
        await page.setViewportSize({ width, height: 860 });
        await page.waitForFunction(
          'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))',
        );
        const part = await differing(page, `${name}-${width}`, { isCompared: why === undefined });
        if (part > 0) other.push(`${name}-${width} by ${(part * 100).toFixed(2)} %`);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), name).toBeLessThanOrEqual(0);
      }
    }
    expect(plain.faults).toEqual([]);
    expect(other, 'coverage/console has what differs; CUSTOS_UPDATE_PICTURES=1 keeps the new ones').toEqual([]);
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it('keep nobody out who has a screen reader, a keyboard or weak eyes, dark and in German', async () => {
    const { page, faults } = dark;
    for (const [name, path] of screens) {
      await open(dark, path);
      expect([name, await barriersIn(page)]).toEqual([name, []]);
    }
    expect(faults).toEqual([]);
  });

  it('show a limit that is almost full, a chain that cannot be reached, and what mends what is stuck', async () => {
    const { page } = plain;
    await open(plain, '');
    await page.locator('.budget.near', { hasText: '76 of 80 ETH' }).waitFor();
    await page.locator('tr', { hasText: 'SOL' }).getByText('shut after faults').waitFor();
    await page.getByText('check that the node runs and can be reached from here').waitFor();
    await page.locator('.panel', { hasText: 'Waits for you' }).getByText('sends 12.5 ETH').waitFor();
    const drawn = await page.evaluate(`[...document.querySelectorAll('.uplot canvas')].map((one) =>
      new Set(one.getContext('2d').getImageData(0, 0, one.width, one.height).data).size)`);
    expect((drawn as number[]).every((colours) => colours > 20)).toBe(true);
  });

  it('let a whole stop be made, a payment be approved and the language be changed by the keyboard alone', async () => {
    const { page } = plain;
    await open(plain, `approvals/${screens[2]?.[1].split('/')[1]}`);
    const reached = async (name: string) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        const found = String(
          await page.evaluate(
            "document.activeElement.closest('label')?.textContent ?? document.activeElement.textContent",
          ),
        );
        if (found.includes(name)) return;
      }
      throw new Error(`the keyboard does not reach ${name}`);
    };
    await page.evaluate('document.activeElement.blur()');
    await reached('Skip to content');
    await reached('Stop signing');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await reached('Reason');
    await page.keyboard.type('strange payouts');
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Stop signing');
    await reached('bea');
    await reached('Approve…');
  });

  it('show whole what is to be approved, however long a value before it is, and each danger', async () => {
    const { page } = plain;
    const [, path] = screens[2] ?? [];
    const api = `/v1/${path}`;
    const end = `to ${'e'.repeat(40)} END`;
    const long = `call name=${'x'.repeat(5000)} ${end}`;
    const args = [
      { name: 'name', value: 'x'.repeat(5000) },
      { name: 'to', value: end },
    ];
    const effects = [
      { op: 'call', from: 'x', code: 'unlimited-allowance', args },
      { op: 'fee', from: 'x' },
    ];
    scene.replies.set(api, () => ({ ...(answers[api] as object), text: long, lines: [long], effects }));
    await open(plain, `${path}`);
    await page.locator('.refusal', { hasText: 'unlimited-allowance' }).waitFor();
    await page.getByText('All 2 effects').click();
    for (const place of ['.sentence', 'pre', 'table']) {
      expect([place, await page.locator(`main ${place}`).first().textContent()]).toEqual([
        place,
        expect.stringContaining(end),
      ]);
    }
  });

  it('give an address as a QR code that a camera reads', async () => {
    const { page, faults } = dark;
    const address = String((answers['/v1/wallets'] as { data: { address: string }[] }).data[0]?.address);
    await open(dark, screens.find(([name]) => name === 'wallet')?.[1] ?? '');
    await page.getByText('QR-Code').first().click();
    expect(await readQr(page.locator('.qr').first())).toBe(address);
    expect(faults).toEqual([]);
  });

  it('draw what a draft would have said of the past, and name what it would have stopped', async () => {
    const { page, faults } = plain;
    const row = (n: number) => ({
      ...{ id: `${n}`, chain: 'ETH', state: 'completed', createdAt: new Date(NOW - n * 3_600_000).toISOString() },
      ...(n === 4 ? { verdict: 'deny', reasons: ['no permit covers it'] } : { verdict: 'allow', reasons: [] }),
    });
    const tried = { judged: 30, changed: 1, undecided: 0, data: [9, 8, 7, 6, 5, 4, 3, 2, 1].map(row) };
    scene.replies.set('/v1/policies/backtest', () => tried);
    await open(plain, 'policies');
    await page.getByRole('button', { name: 'Begin with' }).click();
    await page.getByRole('button', { name: 'Try on past transactions' }).click();
    await page.getByText('Of 30 past transactions it would have changed 1').waitFor();
    await page.locator('.plot canvas').waitFor();
    await page.getByText('no permit covers it').waitFor();
    expect(await page.locator('.legend').textContent()).toContain('allowed 8');
    expect(faults).toEqual([]);
  });

  it('read ten thousand transactions as somebody scrolls, without a long task', async () => {
    const { page, faults } = plain;
    const [one] = (answers['/v1/transactions'] as { data: { summary: { text: string } }[] }).data;
    let served = 0;
    scene.replies.set('/v1/transactions', (url) => {
      const after = Number(url.searchParams.get('after') ?? 0);
      served = Math.max(served, after + 200);
      const data = Array.from({ length: 200 }, (_, at) => ({ ...one, id: `${after + at}` }));
      return { data, next: after + 200 < 10_000 ? `${after + 200}` : null };
    });
    await open(plain, 'transactions');
    await page.locator('.rows .row').first().waitFor();
    const { longest, height } = await tasksOf(page, async () => {
      let last = 0;
      await expect
        .poll(
          async () => {
            last = Number(
              await page.evaluate(
                "(() => { const rows = document.querySelector('.rows'); rows.scrollTop = rows.scrollHeight; return rows.scrollHeight; })()",
              ),
            );
            return last;
          },
          { timeout: 60_000, interval: 10 },
        )
        .toBeGreaterThanOrEqual(400_000);
      return last;
    });
    expect(height).toBeGreaterThanOrEqual(400_000);
    expect(served).toBe(10_000);
    expect(await page.locator('.rows .row').count()).toBeLessThan(80);
    expect(longest).toBeLessThan(100);
    expect(faults).toEqual([]);
  });

  it('are small before plots, and their first view takes little of the processor', async () => {
    expect(packed((name) => /^(?:console|style|index)\b/.test(name))).toBeLessThan(60_000);
    expect(packed((name) => /^lines-/.test(name))).toBeLessThan(30_000);
    const { page, context } = plain;
    const session = await context.newCDPSession(page);
    // Time of the processor: a busy machine takes no more of it.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const scriptTime = async () =>
      (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0;
    await page.goto('about:blank');
    const before = await scriptTime();
    await open(plain, '');
    expect(Math.max(0, (await scriptTime()) - before)).toBeLessThan(0.3);
  });

  it('are in the documents as they are now', async () => {
    const visitor = await browser.visit({ width: 1360 });
    await visitor.page.clock.setFixedTime(NOW);
    for (const [name, path] of [
      ['overview', ''],
      ['approval', screens[2]?.[1] ?? ''],
    ] as const) {
      await open(visitor, path);
      const isCompared = (await whyIncomparable(visitor.page)) === undefined;
      expect(await differing(visitor.page, `console-${name}`, { isCompared, folder: docs })).toBe(0);
    }
    await visitor.close();
  });
});

/** The longest task of a page's main thread, in milliseconds of the processor: a busy machine makes none longer. */
async function tasksOf(page: Page, work: () => Promise<number>): Promise<{ longest: number; height: number }> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('the page has no browser');
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  const height = await work();
  const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: readonly TraceEvent[] };
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error('the trace has no tasks');
  if (tasks.every(({ tdur }) => tdur === undefined)) throw new Error('the trace has no times of the processor');
  return { longest: Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000, height };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}
