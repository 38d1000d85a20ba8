import { request as ask } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from './browser.js';
import { enrol } from './people.js';
import { type ConsoleStage, inspect, openStage } from './stage.js';

describe.skipIf(noBrowser())('the console', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('shows a person without a role nothing but the line of the passkey', async () => {
    const visitor = await stage.browser.visit();
    expect(await enrol(visitor, stage.place, 'nora')).toMatch(/^passkey:localhost:[A-Za-z0-9_-]{86}$/);
    expect(await visitor.page.locator('nav a').count()).toBe(0);
    await inspect(visitor, 'stranger');
    await visitor.close();
  });

  it('lets one person in with a code, and not a second one', async () => {
    const code = await stage.place.code('bea');
    const [first, second] = [await stage.browser.visit(), await stage.browser.visit()];
    for (const { page } of [first, second]) {
      await page.goto(`${stage.place.url}/console`);
      await page.getByRole('button', { name: 'First login' }).click();
      await page.getByLabel('Code').fill(code.toLowerCase().replaceAll('-', ' '));
      await page.getByRole('button', { name: 'Make a passkey' }).click();
      if (page === first.page) await page.getByRole('heading', { name: 'Overview' }).waitFor();
    }
    await second.page.getByText('The login was refused.').waitFor();
    await Promise.all([first.close(), second.close()]);
  });

  it('lets an approver log in with the passkey, and approve a payment, which is then mined', async () => {
    const bea = stage.of('bea');
    const { page } = bea;
    await page.reload();
    await page.locator('.who summary').click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Name').fill('bea');
    await inspect(bea, 'login');
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.getByText('Nothing waits for a decision of yours.').waitFor();
    const id = await stage.pay('2', 'payout-1');
    // It comes by itself.
    const waiting = page.locator('.panel', { hasText: 'Waits for you' }).getByText('sends 2 ETH to');
    await waiting.waitFor();
    await inspect(bea, 'overview');
    await waiting.click();
    await page.getByText('1 of treasury').first().waitFor();
    await inspect(bea, 'approval');
    await page.getByRole('button', { name: 'Approve…' }).click();
    await page.getByText('custos-approval/1').waitFor();
    await inspect(bea, 'approval-lines');
    await page.getByRole('button', { name: 'Approve with the passkey' }).click();
    await page.getByRole('link', { name: id }).click();
    await page.locator('.facts .state-completed').waitFor();
    await inspect(bea, 'story');
    const { txId } = await stage.place.client.call('getTransaction', { params: { id } });
    expect(await stage.place.chain.receipt(txId ?? '')).toMatchObject({ status: '0x1' });
  });

  it('lets an approver reject a payment with the passkey', async () => {
    const { page, faults } = stage.of('ben');
    const id = await stage.pay('3', 'payout-2');
    await page.goto(`${stage.place.url}/console/approvals`);
    await page.getByText('sends 3 ETH to').click();
    await page.getByRole('button', { name: 'Reject…' }).click();
    await page.getByRole('button', { name: 'Reject with the passkey' }).click();
    await page.getByRole('link', { name: id }).click();
    await page.locator('.facts .state-denied').waitFor();
    const { error } = await stage.place.client.call('getTransaction', { params: { id } });
    expect(error?.detail).toContain('ben');
    expect(faults).toEqual([]);
  });

  it('lets an operator stop everything with a reason, and two persons end it with their passkeys', async () => {
    const otto = stage.of('otto');
    await otto.page.goto(`${stage.place.url}/console`);
    await otto.page.getByRole('button', { name: 'Stop signing' }).click();
    await otto.page.getByLabel('Reason').fill('strange payouts');
    await otto.page.getByRole('button', { name: 'Stop now' }).click();
    await otto.page.getByText('Everything is stopped').waitFor();
    await inspect(otto, 'frozen');
    const id = await stage.pay('0.5', 'payout-3');
    await otto.page.goto(`${stage.place.url}/console/transactions/${id}`);
    await otto.page.getByText('of otto stops all: strange payouts').first().waitFor();
    expect(await told(stage, 'freeze.made')).toMatchObject([{ person: 'otto', reason: '"strange payouts"' }]);
    expect(await told(stage, 'person.asked')).toContainEqual(
      expect.objectContaining({ person: 'otto', operation: 'createFreeze', path: '/v1/freezes' }),
    );
    const signatures: string[] = [];
    for (const name of ['bea', 'ben'] as const) {
      const { page } = stage.of(name);
      await page.goto(`${stage.place.url}/console/freezes`);
      await page.getByRole('button', { name: 'Sign with the passkey' }).click();
      await expect.poll(() => page.getByLabel('Signatures').inputValue()).toContain('custosUnfreeze');
      signatures.push(await page.getByLabel('Signatures').inputValue());
    }
    await inspect(stage.of('ben'), 'freezes');
    await otto.page.goto(`${stage.place.url}/console/freezes`);
    await otto.page.getByLabel('Signatures').fill(signatures.join('\n'));
    await otto.page.getByRole('button', { name: 'End the freeze' }).click();
    await otto.page.getByText('Signing goes on').waitFor();
    await otto.page.goto(`${stage.place.url}/console/transactions/${id}`);
    await otto.page.locator('.facts .state-completed').waitFor();
  });

  it('lets an auditor see every screen and change nothing', async () => {
    const ines = stage.of('ines');
    const { page } = ines;
    for (const name of ['transactions', 'wallets', 'owners', 'policies', 'audit', 'persons', 'health']) {
      await page.goto(`${stage.place.url}/console/${name}`);
      await page.locator('h1').waitFor();
      await page.getByText('Loading…').first().waitFor({ state: 'detached' });
      await inspect(ines, name);
    }
    await page.locator('tr', { hasText: 'node ETH' }).getByText('answers, and is of testnet').waitFor();
    expect(await page.getByRole('button', { name: 'Stop signing' }).count()).toBe(0);
    await page.goto(`${stage.place.url}/console/audit`);
    await page.getByLabel('Key of the log').fill(await stage.place.logKey());
    await page.getByLabel('Key of the log').press('Tab');
    await page.getByRole('button', { name: 'Verify the whole log' }).click();
    await page.getByText(/\d+ events are whole, and the key signed them/).waitFor();
    await page.goto(`${stage.place.url}/console`);
    await page.locator('tr', { hasText: 'ETH' }).getByText('open').waitFor();
    await page.locator('.budget', { hasText: 'daily' }).getByText('of 9 ETH').waitFor();
    await page
      .locator('.legend')
      .first()
      .getByText(/^[1-9]/)
      .first()
      .waitFor();
    await inspect(ines, 'overview-used');
    const refused = await page.evaluate(`fetch('/v1/freezes', { method: 'POST', body: '{"scope":"all","reason":"x"}',
      headers: { 'custos-console': '1', 'content-type': 'application/json' } }).then((answer) => answer.json())`);
    expect(refused).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
  });

  it('speaks German, and is dark where the system is', async () => {
    const visitor = await stage.browser.visit({ locale: 'de-DE', dark: true });
    await visitor.page.goto(`${stage.place.url}/console`);
    await visitor.page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    expect(await visitor.page.evaluate('document.documentElement.lang')).toBe('de');
    expect(await visitor.page.evaluate('getComputedStyle(document.body).backgroundColor')).not.toBe(
      'rgb(244, 246, 248)',
    );
    await inspect(visitor, 'dark');
    await visitor.close();
  });

  it('shows hostile names as what they are, and they change nothing', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202egnp.exe';
    await stage.place.client.call('createWallet', {
      body: { chain: 'ETH', kind: 'key', label: '"><script>x</script>' },
    });
    const owner = '<b>all</b> {{7*7}} javascript:alert(1)';
    await stage.place.client.call('createWallet', {
      body: { chain: 'ETH', kind: 'key', owner, label: 'a'.repeat(60) },
    });
    const id = await stage.pay('0.1', hostile);
    const { page, faults } = stage.of('otto');
    for (const path of [
      'wallets',
      'owners',
      `owners/${encodeURIComponent(owner)}`,
      'transactions',
      `transactions/${id}`,
    ]) {
      await page.goto(`${stage.place.url}/console/${path}`);
      await page.getByText('Loading…').first().waitFor({ state: 'detached' });
      expect(await page.locator('#app img, #app script, #app b').count()).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
    await page.getByText('<img src=x onerror=alert(1)>\\u{202e}gnp.exe').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('keeps its session from other pages, names and scripts', async () => {
    const { context, page } = stage.of('otto');
    const [cookie, ...others] = await context.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: '__Host-custos-console', httpOnly: true, secure: true, sameSite: 'Strict' });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.evaluate('Object.keys({ ...localStorage, ...sessionStorage }).sort()')).toEqual([
      'custos-language',
      'custos-theme',
    ]);
    const { url } = stage.place;
    const own = { cookie: `${cookie?.name}=${cookie?.value}`, 'custos-console': '1', origin: url };
    expect(await statusOf(url, '/v1/wallets', own)).toBe(200);
    const { 'custos-console': _, ...bare } = own;
    expect(await statusOf(url, '/v1/wallets', bare)).toBe(403);
    expect(await statusOf(url, '/v1/wallets', { ...own, origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf(url, '/v1/wallets', { ...own, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await statusOf(url, '/v1/wallets', { ...own, host: 'evil.example' })).toBe(403);
    expect(await statusOf(url, '/v1/wallets', { ...own, cookie: `${cookie?.name}=${'A'.repeat(54)}` })).toBe(401);
    expect(await statusOf(url, '/console', { host: '127.0.0.1:1' })).toBe(302);
    const framed = (await fetch(`${url}/console`)).headers;
    expect(framed.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(framed.get('x-frame-options')).toBe('DENY');
    await page.goto(`${url}/console`);
    await page.locator('.who summary').click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await statusOf(url, '/v1/wallets', own)).toBe(401);
    // A cookie that somebody else put there is no session after a login either.
    const planted = `custos-planted-${'A'.repeat(39)}`;
    await page.evaluate(`document.cookie = '${cookie?.name}=${planted}; Secure; Path=/; SameSite=Strict'`);
    expect((await context.cookies()).map(({ value }) => value)).toEqual([planted]);
    await page.getByLabel('Name').fill('otto');
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const values = (await context.cookies()).map(({ value }) => value);
    expect(values).toHaveLength(1);
    expect([cookie?.value, planted]).not.toContain(values[0]);
    for (const value of [cookie?.value, planted]) {
      expect(await statusOf(url, '/v1/wallets', { ...own, cookie: `${cookie?.name}=${value}` })).toBe(401);
    }
  });
});

/** What the audit log has under a code, the newest first. */
async function told({ place }: ConsoleStage, event: string): Promise<readonly unknown[]> {
  const { audit } = await place.house.store();
  return (await audit.find({ event, limit: 100 })).map(({ opening }) => JSON.parse(opening?.detail ?? 'null'));
}

/** `fetch` does not send every header that an attacker may. */
function statusOf(url: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    ask({ host: '127.0.0.1', port, path, headers: { host: new URL(url).host, ...headers } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
