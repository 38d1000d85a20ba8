import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../dist/app/config/config.js';
import { createHouse, type House } from '../../dist/app/house.js';
import { createWallets } from '../../dist/app/wallets/create.js';
import type { Place } from './crash-place.js';
import { outputPoints } from './crash-points.js';
import { makeHome, removeHome } from './custos.js';
import { storeOf } from './home-store.js';
import { LitecoinPayments, mineCoins } from './litecoin-payments.js';
import { hasLitecoind, type Litecoind, startLitecoind } from './litecoind.js';
import { initQuickStore } from './quick-slot.js';
import { silentTerminal } from './silent-terminal.js';
import { startStubCloud } from './stub-cloud.js';

/** One for each point, and one more for what comes afterwards. */
const COINS = outputPoints.length + 1;

/** Why no daemon can be killed over Litecoin; undefined when one can. */
export function whyNoLitecoin(): string | undefined {
  return hasLitecoind() ? undefined : 'litecoind is not installed';
}

/** A node that mines a block as soon as something waits for one. @param store - location of the wallet store, as of `startEvmPlace` */
export async function startLitecoinPlace(store?: string): Promise<Place> {
  const home = makeHome();
  const [node, stub] = await Promise.all([startLitecoind(['-rpcworkqueue=256']), startStubCloud()]);
  const environment = {
    CUSTOS_PASSWORD: randomBytes(12).toString('hex'),
    CUSTOS_API_KEY: 'x',
    CUSTOS_CLOUD_URL: stub.url,
    ...(store === undefined ? storeOf(home) : { CUSTOS_STORE: store }),
  };
  const house = createHouse(readConfig({ testnet: true, logLevel: 'silent' }, environment, home), silentTerminal);
  const mining = new AbortController();
  let mined: Promise<void> | undefined;
  const close = async () => {
    mining.abort();
    try {
      await mined;
    } finally {
      await house.close();
      await Promise.all([node.stop(), stub.close()]);
      removeHome(home);
    }
  };
  try {
    await initQuickStore(house);
    const { journal, shared: isShared } = await house.store();
    const { signatureId, address } = await makeWallet(house);
    const coins = await mineCoins(node, address, COINS);
    mined = mine(node, address, mining.signal);
    const payments = new LitecoinPayments({ node, stub, journal, signatureId, coins });
    const flags = { node: `LTC=${node.url}`, chain: 'LTC' };
    return { home, environment, flags, journal, isShared, payments, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeWallet(house: House): Promise<{ readonly signatureId: string; readonly address: string }> {
  const wanted = { chain: 'LTC', network: 'testnet', kind: 'key', count: 1 } as const;
  for await (const [wallet] of createWallets({ chains: house.chains, open: house.openForAdding }, wanted)) {
    const { signatureId } = wallet!;
    const [sealed] = await (await house.store()).wallets.get([signatureId]);
    return { signatureId, address: (await house.vault()).identify(sealed!, { signatureId }).address };
  }
  throw new Error('no wallet was made');
}

async function mine(node: Litecoind, address: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { size } = (await node.rpc('getmempoolinfo')) as { size: number };
    if (size > 0) await node.rpc('generatetoaddress', [1, address]);
    else await wait(50);
  }
}
