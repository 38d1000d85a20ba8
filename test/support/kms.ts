import { createHash, randomUUID } from 'node:crypto';
import { readConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { custos, type Ended, removeHome, start } from './custos.js';
import { storeOf } from './home-store.js';
import { makeQuickHome } from './quick-slot.js';
import { silentTerminal } from './silent-terminal.js';
import { type Story, storyOf } from './story.js';
import { type StubCloud, startStubCloud } from './stub-cloud.js';

/** Throw-away secrets and what they give. */
export const keys = {
  one: {
    privateKey: '0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318',
    address: '0x2c7536e3605d9c16a7a3d7b1898e529396a65c23',
  },
  other: {
    privateKey: '0x6db2a71ffb0a1c771893d11831c9f1dd49c582bb5a6a7a35c47b492501f30f7b',
    address: '0x0df33272db884ab6c242d0857df97b56aaf6ac79',
  },
} as const;
export const mnemonic = 'test test test test test test test test test test test junk';
export const receiver = '0x1111111111111111111111111111111111111111';

/** A wallet store and a cloud beside it, both of one test file. */
export interface Kms {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stub: StubCloud;
  /** Signature IDs: of Ethereum (`key`, `hd`, `other`, `mainnet`) and BSC. All but `mainnet` are of the test network. */
  readonly ids: Readonly<Record<'key' | 'hd' | 'other' | 'mainnet' | 'bsc', string>>;
  /** Arguments and environment of a daemon of this store at this cloud. */
  daemon(...flags: string[]): Promise<Ended>;
  serve(...flags: string[]): ReturnType<typeof start>;
  /** The journal's story of one transaction. */
  story(id: string): Promise<Story>;
  run(...args: string[]): Promise<Ended>;
  /** On a shared store it stands for the 30 seconds after which a daemon takes over what a dead one held. */
  forgetDead(): Promise<void>;
  close(): Promise<void>;
}

export async function startKms(extra: Readonly<Record<string, string>> = {}): Promise<Kms> {
  const stub = await startStubCloud();
  const env = {
    CUSTOS_PASSWORD: 'password of the kms',
    CUSTOS_API_KEY: 'key of the cloud',
    CUSTOS_CLOUD_URL: stub.url,
    ...extra,
  };
  const home = await makeQuickHome(env);
  const ids = { key: randomUUID(), hd: randomUUID(), other: randomUUID(), mainnet: randomUUID(), bsc: randomUUID() };
  const [one, other] = [keys.one.privateKey, keys.other.privateKey];
  const wallets = {
    [ids.key]: { privateKey: one, chain: 'ETH', testnet: true },
    [ids.hd]: { mnemonic, chain: 'ETH', testnet: true },
    [ids.other]: { privateKey: other, chain: 'ETH', testnet: true },
    [ids.mainnet]: { privateKey: one, chain: 'ETH', testnet: false },
    [ids.bsc]: { privateKey: one, chain: 'BSC', testnet: true },
  };
  const made = await custos(['wallet', 'import'], { home, env, input: JSON.stringify(wallets) });
  if (made.code !== 0) throw new Error(made.stderr);
  const run = (...args: string[]) => custos(args, { home, env });
  return {
    home,
    env,
    stub,
    ids,
    run,
    daemon: (...flags) => run('daemon', '--runOnce', ...flags),
    serve: (...flags) => start(['daemon', '--period=0.05', ...flags], { home, env }),
    story: (id) => storyOf(home, env, id),
    async forgetDead() {
      const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
      const { journal, shared } = await house.store();
      if (shared) await journal.endLeases();
      await house.close();
    },
    async close() {
      await stub.close();
      removeHome(home);
    },
  };
}

/** A pending transfer of Sepolia that needs nothing from a node, of an amount of its own: equal ones would be one payment. */
export function transfer(
  id: string,
  signatureId: string,
  change: { request?: Readonly<Record<string, unknown>>; [member: string]: unknown } = {},
): Record<string, unknown> {
  const { request, ...members } = change;
  const value = String(Number.parseInt(createHash('sha256').update(id).digest('hex').slice(0, 6), 16) + 1);
  const whole = { to: receiver, value, nonce: 7, gas: '21000', gasPrice: '1000000000', chainId: 11155111 };
  return {
    id,
    chain: 'ETH',
    hashes: [signatureId],
    serializedTransaction: JSON.stringify({ ...whole, ...request }),
    ...members,
  };
}
