import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hex } from '@scure/base';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { solana } from '../../src/chains/solana/index.js';
import { bitcoin } from '../../src/chains/utxo/chains/bitcoin.js';
import { bitcoinCash } from '../../src/chains/utxo/chains/bitcoin-cash.js';
import { dogecoin } from '../../src/chains/utxo/chains/dogecoin.js';
import { smallestUnits } from '../../src/chains/utxo/coins.js';
import { addressOf, readScript, scriptsOf } from '../../src/chains/utxo/script.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { parsePending } from '../../src/core/signing/pending.js';
import type { Queue } from '../../src/core/store/queue.js';
import { type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { openQueue } from '../../src/storage/queue/queue.js';
import { codeOf } from '../chains/codes.js';
import { keyOf } from '../chains/signing.js';
import { type Answer, client, optionsFor, signatureId } from './running.js';
import { type StubNode, startStubNode } from './stub-node.js';

const other = '6d78dad2-518f-4e76-8255-8f1df0de6884';
const key = keyOf(bitcoin);
const script = hex.encode(scriptsOf(key.publicKey)[0]!);
const from = bitcoin.keys.address(key.publicKey, 'testnet');
const to = bitcoin.keys.address(keyOf(bitcoin, 0x22).publicKey, 'testnet');
const toScript = hex.encode(scriptsOf(keyOf(bitcoin, 0x22).publicKey)[0]!);

/** What the node says of its unspent outputs: coins by their place. */
const coins = new Map<string, { value: number; script: string; coinbase?: boolean; confirmations?: number }>();
let node: StubNode;
let queue: Queue;
let gateway: RunningGateway;
let directory: string;
let ask: ReturnType<typeof client>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custos-payments-'));
  node = await startStubNode();
});
afterAll(async () => {
  await node.close();
  await rm(directory, { recursive: true, force: true });
});

let number = 0;
beforeEach(async () => {
  await gateway?.close();
  await queue?.close();
  queue = await openQueue(join(directory, `queue-${number++}.db`));
  gateway = await startGateway({ ...optionsFor(node.url, queue), port: 0 });
  ask = client(gateway.url);
  coins.clear();
  node.asked.length = 0;
  node.answers = {
    getblockchaininfo: () => ({ chain: 'regtest' }),
    estimatesmartfee: () => ({ feerate: 0.00002, blocks: 6 }),
    scantxoutset: (_start: string, wanted: { desc: string }[]) => ({
      unspents: [...coins].flatMap(([place, coin]) => {
        const [txid, vout] = place.split(':');
        const isWanted = wanted.some(({ desc }) => desc === `raw(${coin.script})`);
        return isWanted ? [{ txid, vout: Number(vout), amount: coin.value, scriptPubKey: coin.script }] : [];
      }),
    }),
    gettxout(txId: string, index: number) {
      const coin = coins.get(`${txId}:${index}`);
      if (coin === undefined) return null;
      const { value, script: digits, coinbase = false, confirmations = 1 } = coin;
      return { value, scriptPubKey: { hex: digits }, coinbase, confirmations };
    },
  };
});
afterAll(async () => {
  await gateway?.close();
  await queue?.close();
});

const place = (byte: string, index = 0) => `${byte.repeat(32)}:${index}`;
const fromAddress = [{ address: from, signatureId }];
/** A p2pkh script in the words of bitcore. */
const wordsOf = (digits: string) => `OP_DUP OP_HASH160 20 0x${digits.slice(6, 46)} OP_EQUALVERIFY OP_CHECKSIG`;
const testnet = { pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef, bech32: 'tb' };
const send = (body: object, slug = 'bitcoin', headers = {}) => ask.post(`/v3/${slug}/transaction`, body, headers);

interface Bitcore {
  readonly inputs: readonly { prevTxId: string; outputIndex: number; output: { satoshis: number; script: string } }[];
  readonly outputs: readonly { satoshis: number; script: string }[];
  readonly fee: number;
  readonly changeIndex?: number;
  readonly changeScript?: string;
  readonly hash: string;
}

async function pendingOf(answer: Answer): Promise<Record<string, unknown> & { serializedTransaction: string }> {
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 });
  return (await ask.get(`/v3/kms/${answer.body.signatureId}`)).body;
}

async function built(answer: Answer): Promise<Bitcore> {
  return JSON.parse((await pendingOf(answer)).serializedTransaction) as Bitcore;
}

describe('a transfer of unspent outputs', () => {
  test('a transfer from an address takes the largest coins, pays what the node advises, and gives change back', async () => {
    coins.set(place('01'), { value: 0.001, script });
    coins.set(place('02'), { value: 0.5, script });
    const { inputs, outputs, fee, changeIndex, changeScript } = await built(
      await send({ fromAddress, to: [{ address: to, value: 0.1 }] }),
    );
    expect(inputs.map(({ prevTxId }) => prevTxId)).toEqual(['02'.repeat(32)]);
    expect(outputs[0]).toEqual({ satoshis: 10_000_000, script: toScript });
    expect(outputs[1]).toEqual({ satoshis: 40_000_000 - fee, script });
    expect({ changeIndex, changeScript }).toEqual({ changeIndex: 1, changeScript: wordsOf(script) });
    // 2 satoshis a virtual byte; one p2pkh input and two such outputs have 226.
    expect(fee).toBeGreaterThanOrEqual(452);
    expect(fee).toBeLessThan(470);
    expect(node.authorization()).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  });

  test('a transfer names change in the form that Tatum KMS reads, whatever its script is, or not at all', async () => {
    coins.set(place('01'), { value: 0.3, script });
    const own = scriptsOf(key.publicKey).map((one) => hex.encode(one));
    const words = [
      wordsOf(script),
      `OP_0 20 0x${own[1]!.slice(4)}`,
      `OP_HASH160 20 0x${own[2]!.slice(4, 44)} OP_EQUAL`,
      `OP_1 32 0x${own[3]!.slice(4)}`,
    ];
    for (const [at, changeAddress] of own.map((one) => addressOf(readScript(hex.decode(one)), testnet)!).entries()) {
      const answer = await send({ fromAddress, to: [{ address: to, value: 0.1 }], fee: '0.0001', changeAddress });
      const { outputs, changeIndex, changeScript } = await built(answer);
      expect({ changeIndex, changeScript, script: outputs[1]!.script }).toEqual({
        changeIndex: 1,
        changeScript: words[at],
        script: own[at],
      });
      await ask.call('DELETE', `/v3/kms/${answer.body.signatureId}`);
    }
    const whole = await built(
      await send({ fromAddress, to: [{ address: to, value: 0.2999 }], fee: '0.0001', changeAddress: from }),
    );
    expect(whole.outputs).toHaveLength(1);
    expect(Object.keys(whole).filter((name) => name.startsWith('change'))).toEqual([]);
  });

  test('a transfer of Dogecoin pays by default a fee that Tatum KMS signs, even if the node asks for less', async () => {
    coins.set(place('01'), { value: 25, script });
    const address = dogecoin.keys.address(key.publicKey, 'testnet');
    node.answers['scantxoutset'] = undefined;
    node.answers['listunspent'] = () => [{ txid: '01'.repeat(32), vout: 0, amount: 25, scriptPubKey: script }];
    for (const advice of [{ feerate: 0.01 }, {}]) {
      node.answers['estimatesmartfee'] = () => advice;
      const answer = await send({ fromAddress: [{ address, signatureId }], to: [{ address, value: 10 }] }, 'dogecoin');
      const { fee, changeIndex } = await built(answer);
      // What the library of Tatum KMS asks for one p2pkh input, an output and change: a fifteenth of 1 DOGE a kilobyte.
      expect(fee).toBeGreaterThanOrEqual(1_993_334);
      expect(fee).toBeLessThan(2_200_000);
      expect(changeIndex).toBe(1);
      await ask.call('DELETE', `/v3/kms/${answer.body.signatureId}`);
    }
  });

  test('a transfer to an address without a key is refused', async () => {
    coins.set(place('01'), { value: 0.3, script });
    for (const type of ['pkh', 'sh', 'wpkh'] as const) {
      const address = addressOf({ type, hash: new Uint8Array(20) }, testnet);
      expect(await send({ fromAddress, to: [{ address, value: 0.1 }] })).toMatchObject({
        status: 400,
        body: { errorCode: 'ADDRESS_INVALID' },
      });
    }
  });

  test('a transfer is in the form that the signer takes', async () => {
    coins.set(place('01'), { value: 0.3, script });
    const answer = await send({ fromAddress, to: [{ address: to, value: '0.1' }], fee: '0.0001', changeAddress: from });
    const pending = parsePending(await pendingOf(answer), bitcoin.id, 'testnet');
    expect(pending.keys).toEqual([{ signatureId }]);
    const unsigned = bitcoin.codec.parse(pending.serialized, {
      network: 'testnet',
      from,
      signers: [{ address: from, publicKey: key.publicKey }],
    });
    expect(unsigned.summary).toMatchObject({ value: { amount: 10_000_000n }, fee: { amount: 10_000n } });
    const signed = await unsigned.sign([{ ...key, address: from }]);
    node.answers['sendrawtransaction'] = (raw: string) => (raw === signed.raw ? signed.txId : new Error('other bytes'));
    const sent = await ask.post('/v3/bitcoin/broadcast', { txData: signed.raw, signatureId: pending.id });
    expect(sent).toEqual({ status: 200, body: { txId: signed.txId } });
    expect((await ask.get(`/v3/kms/${pending.id}`)).body.txId).toBe(signed.txId);
  });

  test('a transfer from named outputs spends all of them, each with its key', async () => {
    coins.set(place('01', 3), { value: 0.2, script });
    coins.set(place('02', 1), { value: 0.3, script: toScript });
    const fromUTXO = [
      { txHash: '01'.repeat(32), index: 3, signatureId, signatureIdIndex: 7 },
      { txHash: '02'.repeat(32), index: 1, signatureId: other },
    ];
    const answer = await send({ fromUTXO, to: [{ address: to, value: 0.1 }], fee: '0.0001', changeAddress: from });
    const pending = await pendingOf(answer);
    expect(pending).toMatchObject({ hashes: [other], signatures: [{ id: signatureId, index: 7 }] });
    const { inputs, outputs } = JSON.parse(pending.serializedTransaction) as Bitcore;
    expect(inputs.map(({ prevTxId, outputIndex }) => `${prevTxId}:${outputIndex}`)).toEqual([
      place('02', 1),
      place('01', 3),
    ]);
    expect(outputs.map(({ satoshis }) => satoshis)).toEqual([10_000_000, 39_990_000]);
    for (const one of [signatureId, other]) {
      const polled = await ask.post('/v3/kms/pending/BTC', { signatureIds: [one] });
      expect(polled.body.map(({ id }: { id: string }) => id)).toEqual([pending['id']]);
    }
  });

  test('a transfer of Bitcoin Cash names the amounts, and the keys in the order of the inputs', async () => {
    coins.set(place('01'), { value: 0.2, script });
    coins.set(place('02'), { value: 0.3, script });
    const fromUTXO = ['01', '02'].map((byte) => ({ txHash: byte.repeat(32), index: 0, signatureId }));
    const address = bitcoinCash.keys.address(keyOf(bitcoin, 0x22).publicKey, 'testnet');
    const answer = await send({ fromUTXO, to: [{ address, value: 0.1 }] }, 'bcash');
    const { hashes, serializedTransaction } = await pendingOf(answer);
    expect(hashes).toEqual([signatureId, signatureId]);
    expect(serializedTransaction).toMatch(/^[0-9a-f]+:\[20000000,30000000\]$/);
  });

  test('a transfer without advice of the node pays the usual fee', async () => {
    coins.set(place('01'), { value: 1, script });
    node.answers['estimatesmartfee'] = () => ({ errors: ['Insufficient data'], blocks: 6 });
    const { fee } = await built(await send({ fromAddress, to: [{ address: to, value: 0.1 }] }));
    expect(fee / 226).toBeCloseTo(10, 0);
    delete node.answers['estimatesmartfee'];
    node.answers['estimatefee'] = () => 0.00005;
    coins.set(place('02'), { value: 1, script });
    const older = await built(await send({ fromAddress, to: [{ address: to, value: 0.1 }] }));
    expect(older.fee / 226).toBeCloseTo(5, 0);
  });

  test('a transfer adds change that would be dust to the fee', async () => {
    coins.set(place('01'), { value: 0.1002, script });
    const { outputs, fee } = await built(
      await send({ fromAddress, to: [{ address: to, value: 0.1 }], fee: '0.0001950', changeAddress: from }),
    );
    expect([outputs.length, fee]).toEqual([1, 20_000]);
  });

  test('a transfer leaves coins to the pending transaction that spends them, until it is withdrawn', async () => {
    coins.set(place('01'), { value: 0.2, script });
    coins.set(place('02'), { value: 0.3, script });
    const form = { fromAddress, to: [{ address: to, value: 0.1 }] };
    const answers = await Promise.all([send(form), send(form)]);
    const used = await Promise.all(answers.map(async (answer) => (await built(answer)).inputs[0]!.prevTxId));
    expect(used.sort()).toEqual(['01'.repeat(32), '02'.repeat(32)]);
    expect(await send(form)).toMatchObject({ status: 403, body: { errorCode: 'transaction.failed' } });
    const fromUTXO = [{ txHash: '01'.repeat(32), index: 0, signatureId }];
    expect(await send({ ...form, fromAddress: undefined, fromUTXO })).toMatchObject({
      status: 409,
      body: { errorCode: 'STATE_CONFLICT' },
    });
    await ask.call('DELETE', `/v3/kms/${answers[0]!.body.signatureId}`);
    await ask.call('DELETE', `/v3/kms/${answers[1]!.body.signatureId}`);
    expect((await send({ ...form, fromAddress: undefined, fromUTXO })).status).toBe(200);
  });

  test('a transfer that is repeated with its key gets the same id, although its coins are taken', async () => {
    coins.set(place('01'), { value: 0.2, script });
    const form = { fromAddress, to: [{ address: to, value: 0.1 }] };
    const headers = { 'idempotency-key': 'payout 1' };
    const [one, again] = [await send(form, 'bitcoin', headers), await send(form, 'bitcoin', headers)];
    expect(again).toEqual(one);
    expect(one.status).toBe(200);
  });

  test('a transfer does not take coins that the pool spends or rewards that are too young', async () => {
    coins.set(place('01'), { value: 50, script, coinbase: true, confirmations: 100 });
    coins.set(place('02'), { value: 0.2, script, coinbase: true, confirmations: 101 });
    const gettxout = node.answers['gettxout'] as (txId: string, index: number) => unknown;
    coins.set(place('03'), { value: 0.3, script });
    node.answers['gettxout'] = (txId: string, index: number) =>
      txId === '03'.repeat(32) ? null : gettxout(txId, index);
    const { inputs } = await built(await send({ fromAddress, to: [{ address: to, value: 0.1 }] }));
    expect(inputs.map(({ prevTxId }) => prevTxId)).toEqual(['02'.repeat(32)]);
  });

  test('a transfer asks the wallet of a node that cannot scan', async () => {
    delete node.answers['scantxoutset'];
    node.answers['listunspent'] = (_least: number, _most: number, addresses: string[]) => {
      expect(addresses).toEqual([from]);
      return [{ txid: '04'.repeat(32), vout: 2, amount: 0.4, scriptPubKey: script }];
    };
    coins.set(place('04', 2), { value: 0.4, script });
    const { inputs } = await built(await send({ fromAddress, to: [{ address: to, value: 0.1 }] }));
    expect(inputs).toHaveLength(1);
  });

  test.each([
    ['neither form', {}, 'transaction.invalid.body'],
    [
      'both forms',
      { fromAddress, fromUTXO: [{ txHash: '01'.repeat(32), index: 0, signatureId }] },
      'transaction.invalid.body',
    ],
    ['a key in place of a signature ID', { fromAddress: [{ address: from, privateKey: 'x' }] }, 'validation.failed'],
    ['a foreign address', { fromAddress, to: [{ address: 'LTC', value: 1 }] }, 'validation.failed'],
    ['too many decimals', { fromAddress, to: [{ address: to, value: 0.123456789 }] }, 'AMOUNT_INVALID'],
    ['more than there is', { fromAddress, to: [{ address: to, value: 5 }] }, 'transaction.failed'],
    ['dust', { fromAddress, to: [{ address: to, value: 0.000001 }] }, 'AMOUNT_INVALID'],
    ['a fee above the ceiling', { fromAddress, fee: '0.06', changeAddress: from }, 'FEE_INVALID'],
    ['an unknown output', { fromUTXO: [{ txHash: '09'.repeat(32), index: 0, signatureId }] }, 'tx.hash.index.spent'],
    [
      'an output twice',
      { fromUTXO: [1, 2].map(() => ({ txHash: '01'.repeat(32), index: 0, signatureId })) },
      'TRANSACTION_INVALID',
    ],
    [
      'a script that is not signed',
      { fromUTXO: [{ txHash: '08'.repeat(32), index: 0, signatureId }] },
      'TRANSACTION_UNSUPPORTED',
    ],
  ])('a transfer with %s is refused, and nothing is queued', async (_name, change, errorCode) => {
    coins.set(place('01'), { value: 0.2, script });
    coins.set(place('08'), { value: 0.2, script: '51' });
    const answer = await send({ to: [{ address: to, value: 0.01 }], ...change });
    const status = /^(transaction|tx)\./.test(errorCode) ? 403 : 400;
    expect(answer).toMatchObject({ status, body: { errorCode, statusCode: status } });
    expect(await queue.pending({ chain: bitcoin.id, network: 'testnet' })).toEqual([]);
  });

  test('a transfer is not built with a node of another network', async () => {
    node.answers['getblockchaininfo'] = () => ({ chain: 'main' });
    const answer = await send({ fromAddress, to: [{ address: to, value: 0.1 }] });
    expect(answer.body.errorCode).toBe('NETWORK_MISMATCH');
  });

  test.each([
    ['getblockchaininfo', 7],
    ['scantxoutset', { unspents: 'x' }],
    ['scantxoutset', { unspents: [{ txid: 'ab', vout: 0, amount: 1, scriptPubKey: '51' }] }],
    ['scantxoutset', { unspents: [{ txid: 'ab'.repeat(32), vout: 0, amount: -1, scriptPubKey: '51' }] }],
    ['gettxout', 'x'],
    ['gettxout', { value: 'much', scriptPubKey: { hex: '51' } }],
  ])('a transfer fails with a code when %s answers %j', async (method, answer) => {
    coins.set(place('01'), { value: 0.2, script });
    node.answers[method] = () => answer;
    const failed = await send({ fromAddress, to: [{ address: to, value: 0.1 }] });
    expect(failed.body.errorCode).toBe('NODE_ANSWER_INVALID');
    expect(JSON.stringify(failed.body)).not.toContain('p@ss');
  });
});

describe('amounts', () => {
  test('amounts are read exactly, whatever their form', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 21_000_000n * 100_000_000n), (satoshis) => {
        const text = `${satoshis / 100_000_000n}.${String(satoshis % 100_000_000n).padStart(8, '0')}`;
        expect(smallestUnits(text, 'amount')).toBe(satoshis);
        expect(smallestUnits(Number(text), 'amount')).toBe(satoshis);
      }),
    );
  });

  test('amounts that are invalid or not exact are refused', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        fc.pre(typeof value !== 'number' && typeof value !== 'string');
        expect(codeOf(() => smallestUnits(value, 'amount'))).toBe('AMOUNT_INVALID');
      }),
    );
    for (const value of [
      Number.NaN,
      -1,
      1e-9,
      1e15,
      Number.POSITIVE_INFINITY,
      '',
      '.',
      '1e3',
      '-1',
      '0.000000001',
      ' 1',
    ]) {
      expect(codeOf(() => smallestUnits(value, 'amount'))).toBe('AMOUNT_INVALID');
    }
  });
});

describe('node proxies of bitcoind', () => {
  const call = (method: string) => ask.post('/v3/blockchain/node/BTC/x', { jsonrpc: '2.0', id: 1, method, params: [] });

  test('node proxies of bitcoind answer questions about the chain, and do not offer wallet and administration', async () => {
    expect((await call('getblockchaininfo')).body.result).toEqual({ chain: 'regtest' });
    const forbidden = ['stop', 'sendtoaddress', 'dumpprivkey', 'walletpassphrase', 'scantxoutset', 'generatetoaddress'];
    for (const method of [...forbidden, 'importprivkey', 'getnewaddress', 'GETBLOCK', 'getblock x']) {
      expect((await call(method)).status).toBe(501);
    }
  });

  test('node proxies of bitcoind give out transactions, several at a time, by every name of the chain', async () => {
    node.answers = { getrawtransaction: () => 'ab' };
    const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'getrawtransaction', params: ['aa', false] }));
    for (const name of ['BTC', 'bitcoin-testnet', 'litecoin-core-testnet', 'doge-testnet', 'bch-testnet']) {
      const { status, body } = await ask.post(`/v3/blockchain/node/${name}/x`, batch);
      expect(status).toBe(200);
      expect(body).toMatchObject(batch.map(({ id }) => ({ id, result: 'ab' })));
    }
    expect((await ask.post('/v3/blockchain/node/bitcoin-mainnet/x', batch)).status).toBe(501);
  });
});

describe('Solana', () => {
  const wallet = keyOf(solana);
  const friend = keyOf(solana, 0x33).address;
  const payer = keyOf(solana, 0x44).address;
  const form = { from: wallet.address, to: friend, amount: '1.5', signatureId };

  beforeEach(() => {
    node.answers = {
      getGenesisHash: () => 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG',
      getAccountInfo: () => ({ value: null }),
      getMinimumBalanceForRentExemption: () => 890_880,
    };
  });

  test('a Solana payment becomes a pending transaction, with the fee payer as second key', async () => {
    const one = await pendingOf(await send({ ...form, index: 3 }, 'solana'));
    expect(one).toMatchObject({ chain: 'SOL', hashes: [signatureId], index: 3 });
    const two = await pendingOf(await send({ ...form, feePayer: payer, feePayerSignatureId: other }, 'solana'));
    expect(two).toMatchObject({ hashes: [signatureId, other] });
    expect(JSON.parse(two.serializedTransaction)).toEqual({ txData: expect.stringMatching(/^[0-9a-f]+$/) });
  });

  test.each([
    ['no signature of who pays', { feePayer: payer }, 'validation.failed'],
    ['a token on the route of coins', { contractAddress: friend }, 'validation.failed'],
    ['a foreign address', { to }, 'validation.failed'],
    ['no amount', { amount: '0' }, 'AMOUNT_INVALID'],
    ['too many decimals', { amount: '0.0000000001' }, 'AMOUNT_INVALID'],
  ])('a Solana payment with %s is refused', async (_name, change, errorCode) => {
    expect(await send({ ...form, ...change }, 'solana')).toMatchObject({ status: 400, body: { errorCode } });
  });

  const system = '11111111111111111111111111111111';
  const accounts = {
    wallet: { owner: system, executable: false },
    'token account': { owner: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', executable: false },
    'mint of Token-2022': { owner: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', executable: false },
    program: { owner: 'BPFLoaderUpgradeab1e11111111111111111111111', executable: true },
    'code of a program': { owner: 'BPFLoaderUpgradeab1e11111111111111111111111', executable: false },
    'native program': { owner: 'NativeLoader1111111111111111111111111111111', executable: true },
    sysvar: { owner: 'Sysvar1111111111111111111111111111111111111', executable: false },
    'stake account': { owner: 'Stake11111111111111111111111111111111111111', executable: false },
  };

  test.each(Object.entries(accounts))(
    'coins to a %s are accepted only where they can be spent',
    async (name, value) => {
      node.answers['getAccountInfo'] = () => ({ value: { ...value, lamports: 1, data: ['', 'base64'] } });
      const answer = await send({ ...form, amount: '0.000000001' }, 'solana');
      const isTaken = name === 'wallet' || name === 'stake account';
      expect(answer).toMatchObject(isTaken ? { status: 200 } : { status: 400, body: { errorCode: 'ADDRESS_INVALID' } });
    },
  );

  test.each([
    ['0.00089088', 200],
    ['0.000890879', 400],
    ['0.000000001', 400],
  ])('a new account is sent %s coins: %i', async (amount, status) => {
    expect(await send({ ...form, amount }, 'solana')).toMatchObject({ status });
  });

  test('tokens to a mint, a token account or a program are refused', async () => {
    const mint = keyOf(solana, 0x55).address;
    const bytes = Buffer.alloc(82);
    bytes[44] = 6;
    bytes[45] = 1;
    const ofMint = { ...accounts['token account'], data: [bytes.toString('base64'), 'base64'], lamports: 1 };
    const token = { ...form, chain: 'SOL', contractAddress: mint, digits: 6 };
    for (const [name, value] of Object.entries(accounts)) {
      const ofReceiver = { ...value, lamports: 1, data: ['', 'base64'] };
      node.answers['getAccountInfo'] = (asked: unknown) => ({
        value: asked === friend ? ofReceiver : asked === mint ? ofMint : null,
      });
      const answer = await ask.post('/v3/blockchain/token/transaction', token);
      const isTaken = name === 'wallet' || name === 'stake account';
      expect([name, answer.status]).toEqual([name, isTaken ? 200 : 400]);
    }
    node.answers['getAccountInfo'] = () => ({ value: ofMint });
    expect(await ask.post('/v3/blockchain/token/transaction', { ...token, to: mint })).toMatchObject({ status: 400 });
  });

  test('a cluster of another network is refused', async () => {
    node.answers['getGenesisHash'] = () => '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
    expect((await send(form, 'solana')).body.errorCode).toBe('NETWORK_MISMATCH');
  });

  test('tokens are sent by their mint, and a mint must be named', async () => {
    const token = { ...form, chain: 'SOL', digits: 6 };
    node.answers['getAccountInfo'] = () => ({ value: null });
    const unknown = await ask.post('/v3/blockchain/token/transaction', { ...token, contractAddress: friend });
    expect(unknown.body.errorCode).toBe('TRANSACTION_UNSUPPORTED');
    const unnamed = await ask.post('/v3/blockchain/token/transaction', token);
    expect(unnamed.body.errorCode).toBe('validation.failed');
  });

  test('the id of a transaction that the daemon sent closes it, and bytes are sent', async () => {
    const txId = solana.codec.readSigned!('5'.repeat(88), 'testnet').txId;
    const id = (await send(form, 'solana')).body.signatureId;
    const closed = await ask.post('/v3/solana/broadcast', { txData: txId, signatureId: id });
    expect(closed).toEqual({ status: 200, body: { txId } });
    expect((await ask.get(`/v3/kms/${id}`)).body.txId).toBe(txId);
    for (const txData of ['x', 'AA==', '0x00']) {
      expect((await ask.post('/v3/solana/broadcast', { txData })).status).toBe(400);
    }
  });
});

describe('signed bytes', () => {
  test.each([bitcoin, solana])('mutated signed bytes of $id give only a coded error', (chain: Chain) => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(chain.codec.readSigned!(text, 'testnet').txId).toEqual(expect.any(String));
        } catch (error) {
          expect(error).toMatchObject({ code: 'TRANSACTION_INVALID' });
        }
      }),
    );
  });
});
