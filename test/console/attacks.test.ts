import { createServer, type Server } from 'node:http';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, type Visitor } from './browser.js';
import { enrol, randomKey } from './people.js';
import { type ConsolePlace, openPlace } from './place.js';
import { furnish } from './stage.js';

/** A name that leads to this machine in the browser of these tests. */
const EVIL = 'evil.example';
/** The browser's own defence of the local network, which others may not have, is off. */
const WITHOUT_HELP = '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests';
const own = { 'custos-console': '1', 'content-type': 'application/json' };
const wish = JSON.stringify({ scope: 'all', reason: 'asked by another page' });

describe.skipIf(noBrowser())('a page of somebody else', () => {
  let place: ConsolePlace;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let alma: Visitor;
  let held = '';
  let paid = '';
  let wallet = '';
  const other = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html').end('<!doctype html><title>other</title><body></body>');
  });
  beforeAll(async () => {
    [place, browser] = await Promise.all([
      openPlace(),
      openBrowser([`--host-resolver-rules=MAP ${EVIL} 127.0.0.1`, WITHOUT_HELP]),
      listen(other),
    ]);
    alma = await browser.visit();
    const key = await enrol(alma, place, 'alma');
    const keys = { bea: randomKey(), ben: randomKey(), otto: randomKey(), ines: randomKey() };
    const { pay, wallet: made } = await furnish(place, keys, { alma: key });
    await place.client.call('createWallet', { body: { chain: 'ETH', kind: 'key', owner: 'ann', label: 'of ann' } });
    [paid, held, wallet] = [await pay('0.5', 'payout-1'), await pay('2', 'payout-2'), made.id];
    await alma.page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
    other.close();
  });

  /** Another page in the browser of alma, who is logged in. */
  const visit = async (url: string): Promise<Page> => {
    const page = await alma.context.newPage();
    await page.goto(url);
    return page;
  };
  const freezes = async () => (await (await place.house.store()).freezes.all()).length;

  it('of another site and of another port of this machine shows the console in no frame', async () => {
    for (const host of [EVIL, 'localhost']) {
      const page = await visit(`http://${host}:${portOf(other)}`);
      await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.addEventListener('load', resolve);
        frame.src = ${JSON.stringify(`${place.url}/console`)};
        document.body.append(frame);
      })`);
      await expect.poll(() => page.frames().map((frame) => frame.url())).toContain('chrome-error://chromewebdata/');
      expect(page.frames()).toHaveLength(2);
      await page.close();
    }
  });

  it('makes the browser of somebody who is logged in stop or read nothing', async () => {
    for (const host of [EVIL, 'localhost']) {
      const page = await visit(`http://${host}:${portOf(other)}`);
      const tried = (path: string, options: object) =>
        page.evaluate(`fetch(${JSON.stringify(place.url + path)}, ${JSON.stringify({ credentials: 'include', ...options })})
          .then((answer) => answer.type + ' ' + answer.status, () => 'refused by the browser')`);
      expect(await tried('/v1/freezes', { method: 'POST', headers: own, body: wish })).toBe('refused by the browser');
      expect(await tried('/v1/freezes', { method: 'POST', mode: 'no-cors', body: wish })).toBe('opaque 0');
      expect(await tried('/v1/wallets', { headers: own })).toBe('refused by the browser');
      expect(await tried('/console/data/session', {})).toBe('refused by the browser');
      const answered = page.waitForNavigation();
      await page.evaluate(`(() => {
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: ${JSON.stringify(`${place.url}/v1/freezes`)}, enctype: 'text/plain' });
        const input = document.createElement('input');
        input.name = ${JSON.stringify(wish.slice(0, -1))} + ',"x":"';
        input.value = '"}';
        form.append(input);
        document.body.append(form);
        form.submit();
      })()`);
      expect((await answered)?.status()).toBeGreaterThanOrEqual(400);
      await page.close();
    }
    expect(await freezes()).toBe(0);
  });

  it('whose name is made to lead to the server gets no answer from it (DNS rebinding)', async () => {
    const port = new URL(place.url).port;
    const page = await alma.context.newPage();
    await page.goto(`http://${EVIL}:${port}/console`).catch(() => undefined);
    expect(await page.locator('nav a').count()).toBe(0);
    // The name led elsewhere at first, and gave the page that asks.
    await page.route(`http://${EVIL}:${port}/`, (route) => route.fulfill({ contentType: 'text/html', body: 'evil' }));
    await page.goto(`http://${EVIL}:${port}/`);
    const asked = (path: string, options: object = {}) =>
      page.evaluate(`fetch(${JSON.stringify(path)}, ${JSON.stringify({ headers: own, ...options })})
        .then((answer) => answer.status)`);
    for (const path of ['/v1/wallets', '/console/data/session', '/console/data/persons', '/health']) {
      expect(await asked(path), path).toBe(403);
    }
    for (const path of ['/v1/freezes', '/console/data/session/login/options', '/console/data/session/enrolment']) {
      expect(await asked(path, { method: 'POST', body: wish }), path).toBe(403);
    }
    await page.close();
    expect(await freezes()).toBe(0);
  });

  it('or a label, memo, name, reason or node changes neither what a screen is made of nor how wide it is', async () => {
    const { page, faults } = alma;
    await page.evaluate(
      `fetch('/v1/freezes', { method: 'POST', headers: ${JSON.stringify(own)}, body: ${JSON.stringify(
        JSON.stringify({ scope: 'tag none', reason: 'a reason' }),
      )} })`,
    );
    const screens = ['', 'approvals', 'transactions', 'wallets', 'owners', 'policies', 'freezes', 'audit', 'webhooks'];
    const details = [`approvals/${held}`, `transactions/${paid}`, `transactions/${held}`, `wallets/${wallet}`];
    const seen: Record<string, string[]>[] = [];
    const atRest = madeOf(page);
    for (const text of ['harmless', HOSTILE]) {
      await page.route(/\/(?:v1|console\/data)\/(?!events|.*session)/, async (route) => {
        const answer = await route.fetch();
        if (!/json/.test(answer.headers()['content-type'] ?? '')) return route.fulfill({ response: answer });
        return route.fulfill({ response: answer, json: withTexts(await answer.json(), text) });
      });
      const made: Record<string, string[]> = {};
      for (const path of [...screens, 'tokens', 'persons', ...details]) {
        await page.goto(`${place.url}/console/${path}`);
        await page.locator('h1').waitFor();
        await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
        made[path] = await atRest();
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0);
        expect(await page.evaluate('document.body.innerText'), path).not.toMatch(
          /[\u200b\u202e\u2066\ufeff]|\u0301{4}/,
        );
      }
      seen.push(made);
      await page.unrouteAll({ behavior: 'wait' });
    }
    for (const [path, parts] of Object.entries(seen[0] ?? {})) {
      const others = seen[1]?.[path] ?? [];
      expect(parts.length, path).toBeGreaterThan(5);
      const different = [
        ...parts.filter((one) => !others.includes(one)),
        ...others.filter((one) => !parts.includes(one)),
      ];
      expect(different, path).toEqual([]);
    }
    expect(faults).toEqual([]);
  });
});

/** Markup, a template, a link, turned and invisible characters, a tower of accents, lines, and no place to break. */
const HOSTILE = [
  '<img src=x onerror=alert(1)><b>all</b>"\'></div><script>alert(1)</script>{{7*7}}$&javascript:alert(1)',
  `\u202e\u2066gnp.exe\u200b\ufeff\n\r\t\u0000a${'\u0301'.repeat(40)}`,
  'w'.repeat(300),
].join('');

/** What somebody else may write. Of what a screen shows the rest is chosen by the server. */
const foreign = new Set(['label', 'reason', 'reference', 'memo', 'detail', 'owner', 'message', 'symbol', 'method']);
const named = new Set(['name', 'text', 'lines', 'rules', 'url']);

function withTexts(value: unknown, text: string, isForeign = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withTexts(one, text, isForeign));
  if (typeof value === 'string') return isForeign ? text : value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => {
    return [key, withTexts(one, text, foreign.has(key) || named.has(key))];
  });
  return Object.fromEntries(entries);
}

/** What a screen is made of, as soon as nothing is asked any more and nothing changes: freezes, lines and proofs come later than text. */
function madeOf(page: Page): () => Promise<string[]> {
  const open = new Set<Request>();
  page.on('request', (request) => {
    if (!request.url().includes('/v1/events')) open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  // The log and stories grow meanwhile, by more of the same.
  const parts = (): Promise<string[]> =>
    page.evaluate(`new Promise((resolve) => requestIdleCallback(resolve)).then(() =>
      [...new Set([...document.querySelectorAll('#app *')].map((one) => one.parentElement.tagName + ' ' + one.tagName))].sort())`);
  return async () => {
    let before: string[] = [];
    let now = await parts();
    do {
      await new Promise((resolve) => setTimeout(resolve, 150));
      [before, now] = [now, await parts()];
    } while (open.size > 0 || before.join() !== now.join());
    return now;
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
