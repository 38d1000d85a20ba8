import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publish } from '../../dist/app/demo/people.js';
import { barriersIn } from './axe.js';
import { browserFile, openBrowser, type Visitor } from './browser.js';
import { enactWith, enrol } from './people.js';
import { type ConsolePlace, openPlace } from './place.js';

if (browserFile === undefined) {
  console.log('SKIPPED: nobody tries the console, because there is no chromium (apt-get install chromium)');
}

describe.skipIf(browserFile === undefined)('the console', () => {
  let place: ConsolePlace;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const visitors = new Map<string, Visitor>();
  const of = (name: string) => visitors.get(name)!;

  beforeAll(async () => {
    [place, browser] = await Promise.all([openPlace(), openBrowser()]);
    const names = ['bea', 'ben', 'otto', 'ines'] as const;
    const keys: Record<string, string> = {};
    for (const name of names) {
      const visitor = await browser.visit();
      visitors.set(name, visitor);
      keys[name] = await enrol(visitor, place, name);
    }
    const ada = await enactWith(place, keys as Record<(typeof names)[number], string>);
    const permits = [
      { id: 'small', asset: 'ETH', to: 'any', max: '1' },
      { id: 'large', asset: 'ETH', to: 'any', max: '5', needs: ['1 of treasury'] },
    ];
    const assets = { ETH: { network: 'testnet', chain: 'ETH', decimals: 18 } };
    const empty = { books: {}, groups: {}, forbids: [], limits: [] };
    await publish(place.house, { custosPolicy: 1, version: 1, timeZone: 'UTC', assets, permits, ...empty }, ada);
    ada.wipe();
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  it('shows a person without a role nothing but the line of the passkey', async () => {
    const visitor = await browser.visit();
    expect(await enrol(visitor, place, 'nobody')).toMatch(/^passkey:localhost:[A-Za-z0-9_-]{86}$/);
    expect(await visitor.page.locator('nav a').count()).toBe(0);
    expect(await barriersIn(visitor.page)).toEqual([]);
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  });

  it('lets nobody in with a code that was used', async () => {
    const code = await place.code('bea');
    const [first, second] = [await browser.visit(), await browser.visit()];
    for (const { page } of [first, second]) {
      await page.goto(`${place.url}/console`);
      await page.getByRole('button', { name: 'First login' }).click();
      await page.getByLabel('Code').fill(code);
      await page.getByRole('button', { name: 'Make a passkey' }).click();
      if (page === first.page) await page.getByRole('heading', { name: 'Overview' }).waitFor();
    }
    await second.page.getByText('The login was refused.').waitFor();
    await first.close();
    await second.close();
  });

  it('shows an approver after a login with the passkey what waits for decision', async () => {
    const { page, faults } = of('bea');
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await barriersIn(page)).toEqual([]);
    await page.locator('.who summary').click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Name').fill('bea');
    expect(await barriersIn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.getByText('Nothing waits for a decision of yours.').waitFor();
    const made = await place.client.call('createWallet', { body: { chain: 'ETH', kind: 'key' } });
    if (!('id' in made) || made.address === null) throw new Error('no wallet was made');
    await place.chain.rpc('anvil_setBalance', [made.address, '0x8ac7230489e80000']);
    const to = place.chain.accounts[0]!.address;
    await place.client.submit(
      { kind: 'transfer', chain: 'ETH', from: { wallet: made.id }, to, amount: '2' },
      { idempotencyKey: 'large' },
    );
    // It comes by itself.
    await page.locator('.panel', { hasText: 'Waits for you' }).getByText('sends 2 ETH to').waitFor();
    expect(faults).toEqual([]);
  });
});
