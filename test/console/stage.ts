import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { publish } from '../../dist/app/demo/people.js';
import { barriersIn } from './axe.js';
import { openBrowser, type Visitor } from './browser.js';
import { enactWith, enrol } from './people.js';
import { type ConsolePlace, openPlace } from './place.js';

/** Where pictures of the screens are put. */
const pictures = fileURLToPath(new URL('../../coverage/console', import.meta.url));

const names = ['bea', 'ben', 'otto', 'ines'] as const;
type Name = (typeof names)[number];

/** A server with persons at their browsers: bea and ben approve, otto operates, ines examines. */
export interface ConsoleStage {
  readonly place: ConsolePlace;
  readonly browser: Awaited<ReturnType<typeof openBrowser>>;
  of(name: Name): Visitor;
  /** A wallet with 10 coins. */
  readonly wallet: { readonly id: string; readonly address: string };
  /** Asks for a payment. @returns its id */
  pay(amount: string, reference: string): Promise<string>;
  close(): Promise<void>;
}

export async function openStage(): Promise<ConsoleStage> {
  const [place, browser] = await Promise.all([openPlace(), openBrowser()]);
  const visitors = new Map<Name, Visitor>();
  const keys = new Map<Name, string>();
  for (const name of names) {
    const visitor = await browser.visit();
    visitors.set(name, visitor);
    keys.set(name, await enrol(visitor, place, name));
  }
  const furnished = await furnish(place, Object.fromEntries(keys) as Record<Name, string>);
  return {
    ...{ place, browser, ...furnished },
    of: (name) => {
      const found = visitors.get(name);
      if (found === undefined) throw new Error(`${name} has no browser`);
      return found;
    },
    async close() {
      await browser.close();
      await place.close();
    },
  };
}

/** Gives a server persons with these keys, a policy that lets large payments wait for one approver, and a wallet. */
export async function furnish(
  place: ConsolePlace,
  keys: Readonly<Record<Name, string>>,
  admins: Readonly<Record<string, string>> = {},
): Promise<Pick<ConsoleStage, 'wallet' | 'pay'>> {
  const ada = await enactWith(place, keys, admins);
  const permits = [
    { id: 'small', asset: 'ETH', to: 'any', max: '1' },
    { id: 'large', asset: 'ETH', to: 'any', max: '5', needs: ['1 of treasury'] },
  ];
  const assets = { ETH: { network: 'testnet', chain: 'ETH', decimals: 18 } };
  const empty = {
    books: {},
    groups: {},
    forbids: [],
    limits: [{ id: 'daily', asset: 'ETH', rolling: '24h', max: '9' }],
  };
  await publish(place.house, { custosPolicy: 1, version: 1, timeZone: 'UTC', assets, permits, ...empty }, ada);
  ada.wipe();
  const made = await place.client.call('createWallet', { body: { chain: 'ETH', kind: 'key', label: 'hot' } });
  if (!('id' in made) || made.address === null) throw new Error('no wallet was made');
  await place.chain.rpc('anvil_setBalance', [made.address, '0x8ac7230489e80000']);
  const to = place.chain.accounts[0]?.address ?? '';
  return {
    wallet: { id: made.id, address: made.address },
    async pay(amount, reference) {
      const request = { kind: 'transfer', chain: 'ETH', from: { wallet: made.id }, to, amount, reference } as const;
      return (await place.client.submit(request, { idempotencyKey: randomUUID() })).id;
    },
  };
}

/** Takes pictures of a screen at three widths, and finds what keeps people from using it. */
export async function inspect({ page, faults }: Visitor, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  expect(await barriersIn(page)).toEqual([]);
  for (const width of [1440, 900, 390]) {
    await page.setViewportSize({ width, height: 860 });
    expect(await overflow(page), `${name} at ${width}`).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(pictures, `${name}-${width}.png`) });
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  expect(faults).toEqual([]);
}

/** Pixels by which the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth');
}
