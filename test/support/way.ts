import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../dist/app/config/config.js';
import { type DaemonRun, runDaemon } from '../../dist/app/daemon/run.js';
import { openGateway } from '../../dist/app/gateway/open.js';
import { createHouse, type House } from '../../dist/app/house.js';
import { createWallets } from '../../dist/app/wallets/create.js';
import type { Clock } from '../../dist/core/clock.js';
import type { Wallet } from '../../dist/core/signing/wallet.js';
import { type Anvil, startAnvil } from './anvil.js';
import { storeOf } from './home-store.js';
import { keeperOfProcess } from './keeper-of-process.mjs';
import { initQuickStore } from './quick-slot.js';

export const chainId = 31337;

/** A blockchain, a gateway in front of it, a store, and a daemon that can be run: all real, all on this machine. */
export interface Way {
  readonly chain: Anvil;
  readonly gatewayUrl: string;
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  house(flags?: Record<string, unknown>): House;
  wallet(kind: 'hd' | 'key', coins?: bigint): Promise<Wallet>;
  /** Sends a request to the gateway as an application would. */
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  get(path: string): Promise<{ status: number; body: unknown }>;
  /** One round of the daemon in this process. */
  runOnce(
    flags?: Record<string, unknown>,
    run?: Partial<DaemonRun>,
    parts?: { clock?: Clock },
  ): ReturnType<typeof runDaemon>;
  close(): Promise<void>;
}

const terminal = {
  interactive: false,
  note() {},
  clear: () => undefined,
  askHidden: () => Promise.reject(new Error('nobody is asked in a test')),
  ask: () => Promise.reject(new Error('nobody is asked in a test')),
  confirm: () => Promise.reject(new Error('nobody is asked in a test')),
  readInput: () => Promise.resolve(''),
};

/**
 * @param store - location of the wallet store, when it is to be another than a file in the home
 * @param more - further variables of commands and daemons
 */
export async function startWay(store?: string, more: Readonly<Record<string, string>> = {}): Promise<Way> {
  const home = mkdtempSync(join(tmpdir(), 'custos-way-'));
  const chain = await startAnvil({ chainId });
  const apiKey = randomBytes(16).toString('hex');
  const password = randomBytes(12).toString('hex');
  const environment = {
    CUSTOS_PASSWORD: password,
    CUSTOS_API_KEY: apiKey,
    ...(store === undefined ? storeOf(home) : { CUSTOS_STORE: store }),
    ...more,
  };
  const house = (flags: Record<string, unknown> = {}, parts: { clock?: Clock } = {}) =>
    createHouse(
      readConfig({ testnet: true, logLevel: 'silent', chainId: `ETH=${chainId}`, ...flags }, environment, home),
      terminal,
      parts,
    );
  const gateway = await openGateway(house({ node: `ETH=${chain.url}`, port: '0' }));
  const first = house();
  await initQuickStore(first);
  await first.close();
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
  const ask = async (path: string, init: RequestInit) => {
    const response = await fetch(`${gateway.url}${path}`, init);
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  };
  return {
    chain,
    gatewayUrl: gateway.url,
    home,
    environment,
    house,
    async wallet(kind, coins = 10n) {
      const maker = house();
      try {
        for await (const [wallet] of createWallets(
          { chains: maker.chains, open: maker.openForAdding },
          { chain: 'ETH', network: 'testnet', kind, count: 1 },
        )) {
          const sealed = await (await maker.store()).wallets.get([wallet!.signatureId]);
          const ref = { signatureId: wallet!.signatureId, ...(kind === 'hd' && { index: 0 }) };
          const address = (await maker.vault()).identify(sealed[0]!, ref).address;
          await chain.rpc('anvil_setBalance', [address, `0x${(coins * 10n ** 18n).toString(16)}`]);
          return { ...wallet!, address };
        }
        throw new Error('no wallet was made');
      } finally {
        await maker.close();
      }
    },
    post: (path, body, extra = {}) =>
      ask(path, { method: 'POST', headers: { ...headers, ...extra }, body: JSON.stringify(body) }),
    get: (path) => ask(path, { headers }),
    async runOnce(flags = {}, run = {}, parts = {}) {
      const runner = house({ runOnce: true, cloudUrl: gateway.url, ...flags }, parts);
      const { config, chains, clock, log, store } = runner;
      const { keeper, close } = keeperOfProcess(runner);
      try {
        const means = { config, chains, clock, log, store, keeper };
        return await runDaemon(means, { signal: new AbortController().signal, ...run });
      } finally {
        await close();
        await runner.close();
      }
    },
    async close() {
      await gateway.close();
      await chain.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A four-eye service that records what it is asked, says yes with status 200 and no with any other. */
export async function startApprover(status = 200) {
  const asked: { method: string; path: string; body: string }[] = [];
  const approver = { status, asked, url: '', close: async () => {} };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      asked.push({ method: request.method ?? '', path: request.url ?? '', body });
      const approved = approver.status === 200;
      const type = { 'content-type': 'application/json' };
      response.writeHead(approver.status, type).end(JSON.stringify({ approved }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  approver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/approve`;
  approver.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return approver;
}
