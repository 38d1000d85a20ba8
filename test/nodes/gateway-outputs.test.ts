import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  binToHex,
  createVirtualMachineBCH,
  decodeTransaction,
  encodeTransactionBCH,
  hash256,
  hexToBin,
  secp256k1,
  type Transaction,
} from '@bitauth/libauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { scriptsOf } from '../../src/chains/utxo/script.js';
import type { Queue } from '../../src/core/store/queue.js';
import { type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { openQueue } from '../../src/storage/queue/queue.js';
import { keyOf } from '../chains/signing.js';
import { type Made, madeBy } from '../chains/utxo/making.js';
import { apiKey, client, optionsFor } from '../gateway/running.js';
import { type StubNode, startStubNode } from '../gateway/stub-node.js';
import { custos, removeHome } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';

const env = { CUSTOS_PASSWORD: 'password of outputs', CUSTOS_API_KEY: apiKey, CUSTOS_LOG_LEVEL: 'error' };
const COIN = 100_000_000;
const ids = { DOGE: randomUUID(), BCH: randomUUID() };
const registry = createRegistry();
const [doge, bch] = [registry.get('DOGE'), registry.get('BCH')];
const own = keyOf(doge);
const [script, receiver] = [own, keyOf(doge, 0x22)].map(({ publicKey }) => binToHex(scriptsOf(publicKey)[0]!));
const addressAt = (chain: typeof doge, fill?: number) => chain.keys.address(keyOf(chain, fill).publicKey, 'testnet');

/** Transactions that pay the wallet 30 and 20 coins: what each form spends is of its own. */
const made = Array.from({ length: 6 }, (_, at) =>
  madeBy([{ satoshis: (at % 2 === 0 ? 30 : 20) * COIN, script: script! }], at + 1),
);
const coinsOf = ({ txId }: Made) => (made.findIndex((one) => one.txId === txId) % 2 === 0 ? 30 : 20);

let node: StubNode;
let queue: Queue;
let gateway: RunningGateway;
let home: string;
let directory: string;
/** Signed bytes that reached the node, by their id. */
const sent = new Map<string, Uint8Array>();

/** As dogecoind and bitcoind of Bitcoin Cash answer. */
function nodeAnswers(): Record<string, unknown> {
  const known = (id: unknown) => made.find(({ txId }) => txId === id);
  return {
    getblockchaininfo: { chain: 'test', blocks: 900_000 },
    estimatesmartfee: { feerate: 0.00002, blocks: 6 },
    listunspent: () =>
      [made[0]!, made[1]!].map((one) => ({
        ...{ txid: one.txId, vout: 0 },
        amount: coinsOf(one),
        scriptPubKey: script,
      })),
    gettxout: (id: string) => {
      const one = known(id);
      return one === undefined
        ? null
        : { value: coinsOf(one), confirmations: 6, coinbase: false, scriptPubKey: { hex: script } };
    },
    getrawtransaction: (id: string) => known(id)?.hex ?? new Error('No such mempool or blockchain transaction'),
    sendrawtransaction: (raw: string) => {
      const txId = binToHex(hash256(hexToBin(raw)).reverse());
      sent.set(txId, hexToBin(raw));
      return txId;
    },
  };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custos-gateway-outputs-'));
  node = await startStubNode(nodeAnswers());
  queue = await openQueue(join(directory, 'queue.db'));
  gateway = await startGateway({ ...optionsFor(node.url, queue), port: 0 });
  home = await makeQuickHome(env);
  const entries = ([doge, bch] as const).map((chain) => {
    const privateKey = chain.keys.encodePrivateKey(new Uint8Array(32).fill(0x11), 'testnet');
    return [ids[chain.id as 'DOGE' | 'BCH'], { privateKey, chain: chain.id, testnet: true }];
  });
  const input = JSON.stringify(Object.fromEntries(entries));
  expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await gateway?.close();
  await queue?.close();
  await node?.close();
  removeHome(home);
  await rm(directory, { recursive: true, force: true });
});

/** What the daemon signs of a form and the node gets, read by another library. */
async function carry(
  chain: 'DOGE' | 'BCH',
  form: object,
): Promise<{ readonly raw: Uint8Array; readonly read: Transaction }> {
  const { get, post } = client(gateway.url);
  const submitted = await post(`/v3/${registry.get(chain).slug}/transaction`, form);
  expect(submitted, JSON.stringify(submitted.body)).toMatchObject({ status: 200 });
  const flags = ['--testnet', '--runOnce', `--chain=${chain}`];
  const ended = await custos(['daemon', ...flags], { home, env: { ...env, CUSTOS_CLOUD_URL: gateway.url } });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const raw = sent.get((await get(`/v3/kms/${submitted.body.signatureId}`)).body.txId)!;
  const read = decodeTransaction(raw);
  if (typeof read === 'string') throw new Error(read);
  return { raw, read };
}

const spentBy = ({ inputs }: Transaction) =>
  inputs.map((input) => `${binToHex(input.outpointTransactionHash)}:${input.outpointIndex}`);
const paidBy = ({ outputs }: Transaction) =>
  outputs.map(({ lockingBytecode, valueSatoshis }) => [binToHex(lockingBytecode), Number(valueSatoshis) / COIN]);

/** True if each input is signed by the wallet's key over the whole transaction, as nodes before segregated witness hash it. */
function isSigned(read: Transaction): boolean {
  const lock = hexToBin(script!);
  return read.inputs.every(({ unlockingBytecode }, at) => {
    const length = unlockingBytecode[0]!;
    const der = unlockingBytecode.slice(1, length);
    const publicKey = unlockingBytecode.slice(length + 2);
    const inputs = read.inputs.map((one, place) => ({
      ...one,
      unlockingBytecode: place === at ? lock : new Uint8Array(),
    }));
    const hashed = hash256(new Uint8Array([...encodeTransactionBCH({ ...read, inputs }), 1, 0, 0, 0]));
    const isAll = unlockingBytecode[length] === 1;
    return (
      isAll &&
      binToHex(publicKey) === binToHex(own.publicKey) &&
      secp256k1.verifySignatureDERLowS(der, publicKey, hashed)
    );
  });
}

describe('chains of outputs whose node does not run here', () => {
  it('a daemon signs a transfer of Dogecoin from an address, and one from named outputs', async () => {
    const [address, to] = [addressAt(doge), addressAt(doge, 0x22)];
    const first = await carry('DOGE', {
      fromAddress: [{ address, signatureId: ids.DOGE }],
      to: [{ address: to, value: 12.5 }],
    });
    expect(spentBy(first.read)).toEqual([`${made[0]!.txId}:0`]);
    expect(paidBy(first.read)[0]).toEqual([receiver, 12.5]);
    expect(paidBy(first.read)[1]![0]).toBe(script);
    expect(isSigned(first.read)).toBe(true);
    const fromUTXO = [made[2]!, made[3]!].map(({ txId: txHash }) => ({ txHash, index: 0, signatureId: ids.DOGE }));
    const form = { fromUTXO, to: [{ address: to, value: 41 }], fee: '0.5', changeAddress: address };
    const second = await carry('DOGE', form);
    expect(spentBy(second.read).sort()).toEqual([`${made[2]!.txId}:0`, `${made[3]!.txId}:0`].sort());
    expect(paidBy(second.read)).toEqual([
      [receiver, 41],
      [script, 8.5],
    ]);
    expect(isSigned(second.read)).toBe(true);
    expect(isSigned({ ...second.read, locktime: 1 })).toBe(false);
  });

  it('a daemon signs a transfer of Bitcoin Cash as the virtual machine of that chain runs it', async () => {
    const fromUTXO = [made[4]!, made[5]!].map(({ txId: txHash }) => ({ txHash, index: 0, signatureId: ids.BCH }));
    const to = [{ address: addressAt(bch, 0x22), value: 41 }];
    const { raw, read } = await carry('BCH', { fromUTXO, to, fee: '0.0001', changeAddress: addressAt(bch) });
    expect(spentBy(read).sort()).toEqual([`${made[4]!.txId}:0`, `${made[5]!.txId}:0`].sort());
    expect(paidBy(read)).toEqual([
      [receiver, 41],
      [script, 8.9999],
    ]);
    const sourceOutputs = read.inputs.map(({ outpointTransactionHash }) => {
      const of = made.find(({ txId }) => txId === binToHex(outpointTransactionHash))!;
      return { lockingBytecode: hexToBin(script!), valueSatoshis: BigInt(coinsOf(of) * COIN) };
    });
    const machine = createVirtualMachineBCH();
    expect(machine.verify({ sourceOutputs, transaction: read })).toBe(true);
    const other = sourceOutputs.map((output) => ({ ...output, valueSatoshis: output.valueSatoshis + 1n }));
    expect(machine.verify({ sourceOutputs: other, transaction: read })).not.toBe(true);
    expect(binToHex(encodeTransactionBCH(read))).toBe(binToHex(raw));
  });
});
