import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Wallet } from '../../dist/core/wallet.js';
import { chainId, startWay, type Way } from '../support/way.js';

const program = fileURLToPath(new URL('../support/crashing-daemon.mjs', import.meta.url));
const amount = 10n ** 15n;

/** Every point between two steps of the way; `record` happens three or four times: filled, signed, broadcast, completed. */
const points: readonly (readonly [step: string, moment: string, count: number])[] = [
  ['poll', 'begin', 1],
  ['poll', 'end', 1],
  ['claim', 'end', 1],
  ['complete', 'begin', 1],
  ['complete', 'end', 1],
  ['record', 'begin', 1],
  ['record', 'end', 1],
  ['judge', 'end', 1],
  ['sign', 'begin', 1],
  ['sign', 'end', 1],
  ['record', 'begin', 2],
  ['record', 'end', 2],
  ['broadcast', 'begin', 1],
  ['broadcast', 'end', 1],
  ['record', 'begin', 3],
  ['record', 'end', 3],
  ['record', 'begin', 4],
  ['record', 'end', 4],
];

describe.each([
  ['through the gateway', false],
  ['through an own node', true],
])('a daemon that is killed, %s,', (_name, ownNode) => {
  let way: Way;
  let wallet: Wallet;
  let transfers = 0;

  beforeAll(async () => {
    way = await startWay();
    wallet = await way.wallet('key');
  });
  afterAll(() => way.close());

  function runDaemonOnce(step = '', moment = '', count = 0) {
    const flags = {
      testnet: true,
      logLevel: 'silent',
      runOnce: true,
      chainId: `ETH=${chainId}`,
      cloudUrl: way.gatewayUrl,
      ...(ownNode && { node: `ETH=${way.chain.url}` }),
    };
    // Not the synchronous kind: the gateway that the daemon asks lives in this process.
    return new Promise<{ signal: string | null; code: number | null; stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [program, way.home, JSON.stringify(flags), step, moment, String(count)],
        { env: { PATH: process.env['PATH'], ...way.environment }, timeout: 50_000 },
        (_error, _stdout, stderr) => resolve({ signal: child.signalCode, code: child.exitCode, stderr }),
      );
    });
  }

  const matrix = ownNode ? [...points, ['close', 'begin', 1] as const, ['close', 'end', 1] as const] : points;
  it.each(matrix)('at %s %s (%i) sends the transaction once', async (step, moment, count) => {
    const to = `0x${(0x1000 + transfers).toString(16).padStart(40, '0')}`;
    transfers += 1;
    const body = { to, amount: '0.001', currency: 'ETH', signatureId: wallet.signatureId };
    const { body: answer } = await way.post('/v3/ethereum/transaction', body);
    const id = String(answer['signatureId']);

    const crashed = await runDaemonOnce(step, moment, count);
    expect(crashed.signal).toBe('SIGKILL');
    expect(await runDaemonOnce()).toEqual({ signal: null, code: 0, stderr: '' });

    // The chain is the judge: the amount arrived once, and the sender's nonce moved by one for each transfer.
    expect(BigInt(String(await way.chain.rpc('eth_getBalance', [to, 'latest'])))).toBe(amount);
    expect(Number(await way.chain.rpc('eth_getTransactionCount', [wallet.address, 'latest']))).toBe(transfers);
    const house = way.house();
    const { journal } = await house.store();
    const entry = await journal.get(id);
    const events = (await journal.events(id)).map(({ event }) => event);
    await house.close();
    expect(entry).toMatchObject({ state: 'completed', nonce: BigInt(transfers - 1) });
    expect(events.filter((event) => event === 'signed')).toHaveLength(1);
    expect(events[0]).toBe('claimed');
    expect(events.at(-1)).toBe('completed');
    // Once it is over, another round does nothing.
    const { body: pending } = await way.get('/v3/kms/pending/ETH');
    expect(pending).toEqual([]);
  });
});
