import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flags } from '../../src/app/config/reader.js';
import type { House } from '../../src/app/house.js';
import { createRegistry } from '../../src/chains/registry.js';
import * as wallet from '../../src/cli/commands/wallet.js';
import { makeHome, removeHome } from '../support/custos.js';
import { openHouse, runInProcess } from '../support/in-process.js';

const chains = createRegistry();
const networks = ['mainnet', 'testnet'] as const;
const indices = Array.from({ length: 21 }, (_, index) => index);
const homes: string[] = [];
let from: House;
let to: House;
let exported: Record<string, Record<string, unknown>>;
/** What `list` shows of each wallet, by signature ID. */
let listed: Map<string, Record<string, unknown>>;

async function run(house: House, command: Parameters<typeof runInProcess>[1], args: string[], flags: Flags = {}) {
  return (await runInProcess(house, command, { args, flags })).results;
}

async function makeStore(input = ''): Promise<House> {
  const home = makeHome();
  homes.push(home);
  return openHouse(home, () => input);
}

async function addresses(house: House, id: string): Promise<unknown[]> {
  const [found] = await run(house, wallet.show, [id]);
  if (found?.['kind'] !== 'mnemonic') return (await run(house, wallet.address, [id], { json: true })) as unknown[];
  const all: unknown[] = [];
  for (const index of indices) all.push(...(await run(house, wallet.address, [id, String(index)], { json: true })));
  return all;
}

beforeAll(async () => {
  from = await makeStore();
  for (const id of chains.ids) {
    for (const network of networks) {
      const there: House = { ...from, config: { ...from.config, network } };
      await run(there, wallet.create, [id], { mnemonic: true });
      await run(there, wallet.create, [id], { privateKey: true });
      for (const derivation of Object.keys(chains.get(id).keys.derivations ?? {})) {
        await run(there, wallet.create, [id], { mnemonic: true, derivation });
      }
    }
  }
  listed = new Map(
    (await run(from, wallet.list, [], { json: true })).map((shown) => [String(shown['signatureId']), shown]),
  );
  const [all] = await run(from, wallet.exportWallets, []);
  exported = all as typeof exported;
  to = await makeStore(JSON.stringify(exported));
  await run(to, wallet.importWallet, []);
});

afterAll(async () => {
  await from.close();
  await to.close();
  for (const home of homes) removeHome(home);
});

describe.each(chains.ids)('a wallet of %s', (id) => {
  const ofChain = () => [...listed.values()].filter(({ chain }) => chain === id);

  it('a wallet is listed and shown as it was made, on both networks, from words and from a private key', async () => {
    const kinds = ofChain().map(({ testnet, kind }) => `${testnet} ${kind}`);
    expect([...new Set(kinds)].sort()).toEqual([
      'false mnemonic',
      'false privateKey',
      'true mnemonic',
      'true privateKey',
    ]);
    for (const shown of ofChain()) {
      expect(await run(from, wallet.show, [String(shown['signatureId'])])).toEqual([shown]);
    }
  });

  it('a wallet has the same addresses of index 0 to 20 where its export was imported', async () => {
    for (const shown of ofChain()) {
      const signatureId = String(shown['signatureId']);
      const here = await addresses(from, signatureId);
      expect(here).toHaveLength(shown['kind'] === 'mnemonic' ? 21 : 1);
      expect(new Set(here.map((answer) => JSON.stringify(answer))).size).toBe(here.length);
      expect(await addresses(to, signatureId)).toEqual(here);
      const [there] = await run(to, wallet.show, [signatureId]);
      expect({ ...there, createdAt: 0 }).toEqual({ ...shown, createdAt: 0 });
    }
  });

  it('an imported wallet is exported unchanged from its store', async () => {
    const ids = ofChain().map(({ signatureId }) => String(signatureId));
    expect(ids.length).toBeGreaterThanOrEqual(4);
    const [again] = await run(to, wallet.exportWallets, ids);
    expect(again).toEqual(Object.fromEntries(ids.map((one) => [one, exported[one]])));
  });
});
