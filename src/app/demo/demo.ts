import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { JournalEntry } from '../../core/store/journal.js';
import type { RunningGateway } from '../../gateway/server.js';
import { readConfig } from '../config/config.js';
import type { Flags } from '../config/reader.js';
import { runDaemon } from '../daemon/run.js';
import { openGateway } from '../gateway/open.js';
import { createHouse, type House } from '../house.js';
import type { Terminal } from '../process/terminal.js';
import { initStore } from '../store/passwords.js';
import { createWallets } from '../wallets/create.js';
import { type LocalChain, startLocalChain } from './local-chain.js';

const CHAIN = 'ETH';
const CHAIN_ID = 31_337;
const FUNDS = 10n ** 18n;
const AMOUNT = '0.25';

export interface DemoResult {
  readonly txId: string;
  readonly block: number;
  readonly signedBy: string;
}

/** What a running demo has opened, in the order of opening. */
type Cleanup = () => Promise<void> | void;

/**
 * The whole product on a local blockchain: store, wallets, gateway, four-eye approver, daemon with its signer process.
 * @param say - gets a description of each step
 * @throws CustosError with the failing step in front of its message
 */
export async function runDemo(terminal: Terminal, say: (line: string) => void): Promise<DemoResult> {
  const cleanups: Cleanup[] = [];
  let current = 'start';
  const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    current = title;
    say(`• ${title}`);
    return work();
  };
  try {
    return await playDemo({ terminal, say, step, cleanups });
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

interface Stage {
  readonly terminal: Terminal;
  readonly cleanups: Cleanup[];
  say(line: string): void;
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

async function playDemo(stage: Stage): Promise<DemoResult> {
  const { say, step, cleanups } = stage;
  const place = await openPlace(stage);
  const { chain, gateway, apiKey, openHouse } = place;
  const house = openHouse({});
  const [sender, receiver] = await step('Make a wallet store and two wallets in it', () => makeWallets(house));
  say(`  sender   ${sender.address}  signature ID ${sender.signatureId}`);
  say(`  receiver ${receiver.address}  signature ID ${receiver.signatureId}`);
  await step('Give the sender 1 ETH on the local blockchain', async () => {
    await chain.rpc('anvil_setBalance', [sender.address, `0x${FUNDS.toString(16)}`]);
  });
  const before = await balances(chain, [sender, receiver]);
  const form = { to: receiver.address, amount: AMOUNT, currency: CHAIN, signatureId: sender.signatureId };
  const id = await step(`Ask the gateway to transfer ${AMOUNT} ETH, naming only the signature ID`, () =>
    submit(gateway.url, apiKey, form),
  );
  say(`  pending transaction ${id}`);
  const approver = await step('Start a four-eye approver', () => startApprover(say));
  cleanups.push(() => approver.close());
  const flags = { externalUrl: approver.url, externalUrlMethod: 'POST', cloudUrl: gateway.url, runOnce: true };
  const daemonHouse = openHouse(flags);
  const signedBy = await step('Run the daemon: pull, decode, ask the approver, sign, record, broadcast', () =>
    runOnce(daemonHouse, id, say),
  );
  const { txId = '' } = await finished(daemonHouse, id);
  const block = await step('Wait until the transaction is in a block', () => minedIn(chain, txId));
  say(`  transaction ${txId} is in block ${block}`);
  const after = await balances(chain, [sender, receiver]);
  say(`  sender   ${coins(before[0])} → ${coins(after[0])} ETH (the rest of the difference is the fee)`);
  say(`  receiver ${coins(before[1])} → ${coins(after[1])} ETH`);
  return { txId, block, signedBy };
}

/** A blockchain with a gateway in front of it, and the houses of the demo. */
interface Place {
  readonly chain: LocalChain;
  readonly gateway: RunningGateway;
  readonly apiKey: string;
  /** A house that is closed at the end, whatever happens to it. */
  openHouse(flags: Flags): House;
}

async function openPlace({ terminal, cleanups, say, step }: Stage): Promise<Place> {
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
  return { chain, gateway, apiKey, openHouse };
}

/** The parts of a gateway and a daemon. */
function partsOf({ config, chains, clock, log, store, password }: House) {
  return { config, chains, clock, log, store, password };
}

type KeyWallet = Wallet & { readonly address: string };

async function makeWallets(house: House): Promise<readonly [KeyWallet, KeyWallet]> {
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

async function submit(url: string, apiKey: string, body: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(`${url}/v3/ethereum/transaction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey, 'idempotency-key': 'custos-demo' },
    body: JSON.stringify(body),
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

async function runOnce(house: House, id: string, say: (line: string) => void): Promise<string> {
  let signedBy = '';
  await runDaemon(partsOf(house), {
    signal: new AbortController().signal,
    onReady: (signer) => {
      signedBy = signer.name;
      say(`  keys are opened only in the ${signer.name}`);
    },
  });
  for (const { event } of await (await house.store()).journal.events(id)) say(`  journal: ${event}`);
  return signedBy;
}

async function finished(house: House, id: string): Promise<JournalEntry> {
  const entry = await (await house.store()).journal.get(id);
  if (entry?.state === 'completed') return entry;
  throw new CustosError(entry?.errorCode ?? 'INTERNAL', entry?.errorText ?? `transaction ${id} is ${entry?.state}`);
}

async function minedIn(chain: LocalChain, txId: string): Promise<number> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const receipt = await chain.rpc('eth_getTransactionReceipt', [txId]);
    if (typeof receipt === 'object' && receipt !== null && 'blockNumber' in receipt) return Number(receipt.blockNumber);
    await wait(20);
  }
  throw new CustosError('NODE_REFUSED', `transaction ${txId} was not mined`);
}

function balances(chain: LocalChain, wallets: readonly KeyWallet[]): Promise<bigint[]> {
  return Promise.all(
    wallets.map(async ({ address }) => BigInt(String(await chain.rpc('eth_getBalance', [address, 'latest'])))),
  );
}

function coins(wei = 0n): string {
  const fraction = (wei % FUNDS).toString().padStart(18, '0').replace(/0+$/, '');
  return fraction === '' ? `${wei / FUNDS}` : `${wei / FUNDS}.${fraction}`;
}

interface Approver {
  readonly url: string;
  close(): Promise<void>;
}

/** A four-eye service that reads the summary aloud and says yes. */
async function startApprover(say: (line: string) => void): Promise<Approver> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const asked: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
      const summary = typeof asked === 'object' && asked !== null && 'summary' in asked ? asked.summary : undefined;
      const text =
        typeof summary === 'object' && summary !== null && 'text' in summary ? summary.text : 'nothing readable';
      say(`  decoded: ${String(text)}`);
      say('  four-eye approver: allowed');
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"decision":"APPROVE"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/approve`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
