import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { mnemonicToAccount } from 'viem/accounts';

/** A local development blockchain: mines each transaction at once. */
export interface Anvil {
  readonly url: string;
  readonly pid: number;
  /** Ten accounts with 10,000 coins each. */
  readonly accounts: readonly { readonly address: `0x${string}`; readonly privateKey: `0x${string}` }[];
  /** JSON-RPC; resolves to `result`. */
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** The receipt of a transaction that was sent, once it is mined. */
  receipt(txId: string): Promise<Receipt>;
  close(): Promise<void>;
}

/** What the tests read of a receipt. `status` is 0x1 when the transaction took effect. */
export interface Receipt {
  readonly status: string;
  readonly from: string;
  readonly to: string | null;
  readonly contractAddress: string | null;
  readonly blockNumber: string;
  readonly type: string;
}

/** The public development mnemonic of the node: its accounts exist on every such chain. */
const mnemonic = 'test test test test test test test test test test test junk';

/** Starts a node on a free port and resolves when it answers. The node is ended by `close`, at the latest with this process. */
export async function startAnvil({
  chainId,
  args = [],
}: {
  chainId: number;
  args?: readonly string[];
}): Promise<Anvil> {
  const port = await freePort();
  const child = spawn(
    binary(),
    ['--silent', '--host', '127.0.0.1', '--port', `${port}`, '--chain-id', `${chainId}`, ...args],
    // A pipe that nobody reads would stop the node once it is full.
    { stdio: 'ignore' },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  const rpc = (method: string, params: readonly unknown[] = []) => call(url, method, params);
  await untilAnswering(child, rpc);
  return {
    url,
    pid: child.pid ?? 0,
    accounts: Array.from({ length: 10 }, (_, addressIndex) => account(addressIndex)),
    rpc,
    receipt: (txId) => untilMined(rpc, txId),
    close: async () => {
      process.off('exit', kill);
      await ended(child, kill);
    },
  };
}

function account(addressIndex: number) {
  const { address, getHdKey } = mnemonicToAccount(mnemonic, { addressIndex });
  const privateKey = Buffer.from(getHdKey().privateKey ?? []).toString('hex');
  return { address, privateKey: `0x${privateKey}` as const };
}

// The package's own start script is a second process that would have to be ended, too.
function binary(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const platform = process.platform === 'win32' ? 'win32' : process.platform;
  const require = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));
  const manifest = require.resolve(`@foundry-rs/anvil-${platform}-${architecture}/package.json`);
  return join(manifest, '..', 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil');
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

async function untilAnswering(child: ChildProcess, rpc: (method: string) => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (child.exitCode !== null || child.pid === undefined) break;
    try {
      await rpc('eth_chainId');
      return;
    } catch {
      await wait(20);
    }
  }
  child.kill('SIGKILL');
  throw new Error('the local blockchain did not start');
}

async function untilMined(rpc: Anvil['rpc'], txId: string): Promise<Receipt> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const receipt = (await rpc('eth_getTransactionReceipt', [txId])) as Receipt | null;
    if (receipt) return receipt;
    await wait(10);
  }
  throw new Error(`${txId} was not mined`);
}

function ended(child: ChildProcess, kill: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    kill();
  });
}

/** A TCP port of the loopback interface that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
