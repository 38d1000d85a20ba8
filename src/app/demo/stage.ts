import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { RunningGateway } from '../../gateway/server.js';
import { readConfig, readSettings } from '../config/config.js';
import type { Flags } from '../config/reader.js';
import { openGateway } from '../gateway/open.js';
import { createHouse, type House } from '../house.js';
import type { Terminal } from '../process/terminal.js';
import { passwordMeans, readStorePassword } from '../store/password.js';
import { initStore } from '../store/passwords.js';
import { superviseDaemon } from '../supervisor/supervise.js';
import { createWallets } from '../wallets/create.js';
import { type LocalChain, startLocalChain } from './local-chain.js';

/** The chain of the demo. */
export const CHAIN = 'ETH';
export const CHAIN_ID = 31_337;
/** Wei. */
const ETHER = 10n ** 18n;

/** What a running demo has opened, in the order of opening. */
type Cleanup = () => Promise<void> | void;

/** Where a demo is played. */
export interface Stage {
  readonly terminal: Terminal;
  /** Run in reverse order at the end. */
  readonly cleanups: Cleanup[];
  say(line: string): void;
  /** Describes a step and does it. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Plays an act of the demo, and closes everything that it opened.
 * @param say - gets a description of each step
 * @throws CustosError with the failing step in front of its message
 */
export async function play<T>(
  act: (stage: Stage) => Promise<T>,
  { terminal, say }: Pick<Stage, 'terminal' | 'say'>,
): Promise<T> {
  const cleanups: Cleanup[] = [];
  let current = 'start';
  const step = async <R>(title: string, work: () => Promise<R>): Promise<R> => {
    current = title;
    say(`• ${title}`);
    return work();
  };
  try {
    return await act({ terminal, say, step, cleanups });
  } catch (thrown) {
    const error = asCustosError(thrown);
    throw new CustosError(error.code, `the demo failed at the step "${current}": ${error.message}`, { cause: thrown });
  } finally {
    await cleanAll(cleanups);
  }
}

/** Closes in reverse order; a part that cannot be closed does not keep the others open. */
async function cleanAll(cleanups: readonly Cleanup[]): Promise<void> {
  let failed: unknown;
  for (const cleanup of [...cleanups].reverse()) {
    try {
      await cleanup();
    } catch (error) {
      failed ??= error;
    }
  }
  if (failed !== undefined) throw failed;
}

/** A blockchain with a gateway in front of it, and the houses of the demo. */
export interface Place {
  readonly chain: LocalChain;
  readonly gateway: RunningGateway;
  readonly apiKey: string;
  /** A house that is closed at the end, whatever happens to it. */
  openHouse(flags: Flags): House;
  /**
   * Runs a daemon in processes of its own, as `custos daemon` does. What it reports is in the journal.
   * @param onSigner - called with the process id of each signer process
   */
  runDaemon(flags: Flags, onSigner?: (pid: number) => void): Promise<unknown>;
}

/** Starts the blockchain and the gateway. */
export async function openPlace({ terminal, cleanups, say, step }: Stage): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'custos-demo-'));
  cleanups.push(() => rm(home, { recursive: true, force: true }));
  const chain = await step('Start a local blockchain (anvil)', () => startLocalChain(CHAIN_ID));
  cleanups.push(() => chain.close());
  const apiKey = randomBytes(16).toString('hex');
  const environment = { CUSTOS_PASSWORD: randomBytes(16).toString('hex'), CUSTOS_API_KEY: apiKey };
  const common = { testnet: true, logLevel: 'silent', chainId: `${CHAIN}=${CHAIN_ID}` };
  const openHouse = (flags: Flags) => {
    const house = createHouse(readConfig({ ...common, ...flags }, environment, home), terminal);
    cleanups.push(() => house.close());
    return house;
  };
  const front = partsOf(openHouse({ node: `${CHAIN}=${chain.url}`, port: '0' }));
  const gateway = await step('Start the gateway in front of it', () => openGateway(front));
  cleanups.push(() => gateway.close());
  say(`  it listens on ${gateway.url}`);
  const runDaemon: Place['runDaemon'] = (flags, onSigner) => {
    const given = { ...common, ...flags };
    const { config, front: settings } = readSettings(given, environment, home);
    const front = { settings, environment: {} };
    const key = async () => ({ secret: await readStorePassword(passwordMeans(config, terminal)) });
    const means = { config, front, key, ...(onSigner && { onSigner }) };
    return superviseDaemon(means, new AbortController().signal);
  };
  return { chain, gateway, apiKey, openHouse, runDaemon };
}

/** The parts of a gateway. */
function partsOf({ config, chains, clock, log }: House) {
  return { config, chains, clock, log };
}

/** A wallet of one key. */
export type KeyWallet = Wallet & { readonly address: string };

/** Makes a store with a sender and a receiver. */
export async function makeWallets(house: House): Promise<readonly [KeyWallet, KeyWallet]> {
  (await initStore(house.location, house.passwords)).wipe();
  const made: KeyWallet[] = [];
  for await (const batch of createWallets(
    { chains: house.chains, open: house.openForAdding },
    { chain: CHAIN, network: 'testnet', kind: 'key', count: 2 },
  )) {
    for (const wallet of batch) made.push({ ...wallet, address: wallet.address ?? '' });
  }
  const [sender, receiver] = made;
  if (sender === undefined || receiver === undefined) throw new CustosError('INTERNAL', 'two wallets were not made');
  return [sender, receiver];
}

/** Asks the gateway for a transfer. @returns the id of the pending transaction */
export async function submit(
  { gateway, apiKey }: Pick<Place, 'gateway' | 'apiKey'>,
  { from, to, amount }: { readonly from: KeyWallet; readonly to: string; readonly amount: string },
): Promise<string> {
  const response = await fetch(`${gateway.url}/v3/ethereum/transaction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey, 'idempotency-key': `custos-demo-${amount}` },
    body: JSON.stringify({ to, amount, currency: CHAIN, signatureId: from.signatureId }),
  });
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null || !('signatureId' in answer)) {
    throw new CustosError(
      'CLOUD_REFUSED',
      `the gateway answered with status ${response.status}: ${JSON.stringify(answer)}`,
    );
  }
  return String(answer.signatureId);
}

/** The block of a transaction, once it is mined. */
export async function minedIn(chain: LocalChain, txId: string): Promise<number> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const receipt = await chain.rpc('eth_getTransactionReceipt', [txId]);
    if (typeof receipt === 'object' && receipt !== null && 'blockNumber' in receipt) return Number(receipt.blockNumber);
    await wait(20);
  }
  throw new CustosError('NODE_REFUSED', `transaction ${txId} was not mined`);
}

/** Gives a wallet coins of the local blockchain. */
export async function giveEther(
  chain: LocalChain,
  { address }: Pick<KeyWallet, 'address'>,
  count: bigint,
): Promise<void> {
  await chain.rpc('anvil_setBalance', [address, `0x${(count * ETHER).toString(16)}`]);
}

/** Wei of each wallet. */
export function balances(chain: LocalChain, wallets: readonly Pick<KeyWallet, 'address'>[]): Promise<bigint[]> {
  return Promise.all(
    wallets.map(async ({ address }) => BigInt(String(await chain.rpc('eth_getBalance', [address, 'latest'])))),
  );
}

/** Wei as ether. */
export function coins(wei = 0n): string {
  const fraction = (wei % ETHER).toString().padStart(18, '0').replace(/0+$/, '');
  return fraction === '' ? `${wei / ETHER}` : `${wei / ETHER}.${fraction}`;
}
