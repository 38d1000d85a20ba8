import { createPublicKey, verify } from 'node:crypto';
import { hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binanceChain as chain } from '../../../src/chains/binance-chain/index.js';
import { CustosError } from '../../../src/core/errors.js';
import { networkOf } from '../../../src/core/ids.js';
import type { LentKey } from '../../../src/core/signing/wallet.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { uncompress } from '../../../src/crypto/secp256k1.js';
import { buildCase } from '../../support/payment-nodes/node.js';
import { testKey } from '../../support/test-key.js';
import { loadVectors } from '../../support/vectors.js';
import { completeVector, contextOfVector, keysOfVector, replayingNode, signVector } from '../replay.js';

const file = loadVectors('BNB');
const first = file.transactions[0]!;

describe('a recorded wallet', () => {
  it.each(file.wallets)(
    'the recorded wallet $address belongs to its private key',
    ({ address, privateKey, testnet }) => {
      const network = networkOf(testnet);
      const key = chain.keys.decodePrivateKey(privateKey!, network);
      expect(chain.keys.address(chain.keys.publicKey(key), network)).toBe(address);
      expect(chain.keys.encodePrivateKey(key, network)).toBe(privateKey);
      expect(chain.keys.normalizeAddress(address!.toUpperCase(), network)).toBe(address);
    },
  );
});

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    expect((await signVector(chain, vector)).raw).toBe(vector.broadcast.body['txData']);
  });
});

/** Reads amino fields one by one, without any of the code under test. */
function fieldsOf(bytes: Uint8Array): { field: number; value: Uint8Array | bigint }[] {
  const fields: { field: number; value: Uint8Array | bigint }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const key = bytes[at]!;
    const [number, next] = varint(bytes, at + 1);
    const isBytes = (key & 7) === 2;
    const end = isBytes ? next + Number(number) : next;
    if (end > bytes.length) throw new Error('cut off');
    fields.push({ field: key >> 3, value: isBytes ? bytes.subarray(next, end) : number });
    at = end;
  }
  return fields;
}

function varint(bytes: Uint8Array, start: number): [bigint, number] {
  let [value, at, shift] = [0n, start, 0n];
  for (; ; at += 1, shift += 7n) {
    value |= BigInt(bytes[at]! & 127) << shift;
    if (bytes[at]! < 128) return [value, at + 1];
  }
}

const one = (bytes: Uint8Array, field: number) => fieldsOf(bytes).find((entry) => entry.field === field)?.value;
const many = (bytes: Uint8Array, field: number) =>
  fieldsOf(bytes).flatMap((entry) => (entry.field === field ? [entry.value as Uint8Array] : []));

function partiesOf(message: Uint8Array, field: number) {
  return many(message, field).map((party) => ({
    address: hex.encode(one(party, 1) as Uint8Array),
    coins: many(party, 2).map((coin) => ({
      denom: Buffer.from(one(coin, 1) as Uint8Array).toString(),
      amount: one(coin, 2) as bigint,
    })),
  }));
}

/** What a node reads out of signed bytes. */
function decode(raw: string) {
  const bytes = Buffer.from(raw, 'hex');
  const [length, start] = varint(bytes, 0);
  expect(Number(length)).toBe(bytes.length - start);
  expect(hex.encode(bytes.subarray(start, start + 4))).toBe('f0625dee');
  const body = bytes.subarray(start + 4);
  const message = one(body, 1) as Uint8Array;
  expect(hex.encode(message.subarray(0, 4))).toBe('2a2c87fa');
  const signed = one(body, 2) as Uint8Array;
  return {
    inputs: partiesOf(message.subarray(4), 1),
    outputs: partiesOf(message.subarray(4), 2),
    publicKey: (one(signed, 1) as Uint8Array).subarray(5),
    signature: one(signed, 2) as Uint8Array,
    accountNumber: (one(signed, 3) ?? 0n) as bigint,
    sequence: (one(signed, 4) ?? 0n) as bigint,
    memo: Buffer.from((one(body, 3) ?? new Uint8Array(0)) as Uint8Array).toString(),
  };
}

/** The document that a node makes of the decoded bytes: Go's sorted JSON. */
function documentOf({ inputs, outputs, ...rest }: ReturnType<typeof decode>, chainId: string): string {
  const shown = (parties: typeof inputs) =>
    parties.map(({ address, coins }) => ({
      address: chain.keys.normalizeAddress(bech32Of(address), 'testnet'),
      coins: coins.map(({ denom, amount }) => ({ amount: Number(amount), denom })),
    }));
  return JSON.stringify({
    account_number: String(rest.accountNumber),
    chain_id: chainId,
    data: null,
    memo: rest.memo,
    msgs: [{ inputs: shown(inputs), outputs: shown(outputs) }],
    sequence: String(rest.sequence),
    source: '0',
  });
}

const names = new Map<string, string>();
function bech32Of(addressHex: string): string {
  const text = names.get(addressHex);
  if (text === undefined) throw new Error(`unknown address ${addressHex}`);
  return text;
}

function keyOf(secret: string): LentKey & { readonly bytes: Uint8Array } {
  const privateKey = chain.keys.decodePrivateKey(secret, 'testnet');
  const key = testKey(chain, privateKey);
  const bytes = addressBytes(key.address);
  names.set(hex.encode(bytes), key.address);
  return { ...key, bytes };
}

function addressBytes(text: string): Uint8Array {
  const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
  const bits = [...text.slice(text.indexOf('1') + 1, -6)].map((letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Uint8Array.from(bits.join('').match(/.{8}/g)!, (byte) => Number.parseInt(byte, 2));
}

const sender = keyOf('92265155a14dd199d66a0221404e80f707703f67ea9286d0e67cb6653df79ce9');
const recipient = keyOf('12ca8d193cf2821ab11ca67be0480230680579fd151932ccc56ef9ea0705a607');
const stranger = keyOf('1e03673d4c870c78f5f23b84f781bcb2cad36c133a39bc0a341404efaf04f509');

interface Side {
  readonly of: typeof sender;
  readonly coins: readonly { readonly denom: string; readonly amount: number }[];
}

function completedOf(inputs: readonly Side[], outputs: readonly Side[], memo = '', sequence = 7) {
  const sent = (sides: readonly Side[]) =>
    sides.map(({ of, coins }) => ({ address: { type: 'Buffer', data: [...of.bytes] }, coins }));
  const signed = (sides: readonly Side[]) => sides.map(({ of, coins }) => ({ address: of.address, coins }));
  return {
    msg: { inputs: sent(inputs), outputs: sent(outputs), aminoPrefix: '2A2C87FA' },
    signMsg: { inputs: signed(inputs), outputs: signed(outputs) },
    memo,
    filled: { chainId: 'Binance-Chain-Ganges', accountNumber: '12', sequence: String(sequence) },
  };
}

const context = { network: 'testnet' as const, from: sender.address, signers: [{ address: sender.address }] };
const parse = (completed: unknown) => chain.codec.parse(JSON.stringify(completed), context);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof CustosError) return error.code;
    throw error;
  }
  return 'none';
}

describe('any transfer', () => {
  const coins = fc.uniqueArray(
    fc.record({ denom: fc.constantFrom('BNB', 'USDT-DC8', 'BTCB-1DE'), amount: fc.integer({ min: 1, max: 2 ** 50 }) }),
    { minLength: 1, selector: ({ denom }) => denom },
  );

  it('any transfer is decoded from the signed bytes as requested, with a signature that OpenSSL verifies', async () => {
    await fc.assert(
      fc.asyncProperty(coins, fc.string({ maxLength: 30 }), fc.nat(), async (list, memo, sequence) => {
        const side = [{ of: sender, coins: list }];
        const unsigned = parse(completedOf(side, [{ of: recipient, coins: list }], memo, sequence));
        const seen = decode((await unsigned.sign([sender])).raw);
        expect(seen.memo).toBe(unsigned.summary.memo ?? '');
        expect(seen.sequence).toBe(unsigned.nonce);
        const [paid] = seen.outputs;
        expect(bech32Of(paid!.address)).toBe(unsigned.summary.to);
        const bnb = paid!.coins.find(({ denom }) => denom === 'BNB')?.amount ?? 0n;
        expect(unsigned.summary.value).toEqual({ asset: 'BNB', amount: bnb });
        const tokens = paid!.coins.filter(({ denom }) => denom !== 'BNB');
        expect(unsigned.summary.tokens.map(({ contract, amount }) => ({ denom: contract, amount }))).toEqual(tokens);
        const point = uncompress(seen.publicKey);
        const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) =>
          Buffer.from(half).toString('base64url'),
        );
        const key = createPublicKey({ key: { kty: 'EC', crv: 'secp256k1', x: x!, y: y! }, format: 'jwk' });
        const document = Buffer.from(documentOf(seen, 'Binance-Chain-Ganges'));
        expect(verify('sha256', document, { key, dsaEncoding: 'ieee-p1363' }, seen.signature)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('changed bytes give only a CustosError or the same sender', () => {
    const coin = [{ denom: 'BNB', amount: 5 }];
    const text = JSON.stringify(completedOf([{ of: sender, coins: coin }], [{ of: recipient, coins: coin }], 'memo'));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        try {
          expect(chain.codec.parse(changed, context).summary).toMatchObject({
            from: sender.address,
            to: recipient.address,
          });
        } catch (error) {
          if (!(error instanceof CustosError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a transfer is refused', () => {
  const coin = (amount: unknown, denom = 'BNB') => [{ denom, amount: amount as number }];
  const good = () => completedOf([{ of: sender, coins: coin(5) }], [{ of: recipient, coins: coin(5) }]);

  const refused: readonly (readonly [string, unknown, string])[] = [
    [
      'from another sender',
      completedOf([{ of: stranger, coins: coin(5) }], [{ of: recipient, coins: coin(5) }]),
      'SENDER_MISMATCH',
    ],
    [
      'from a second sender',
      completedOf(
        [
          { of: sender, coins: coin(5) },
          { of: stranger, coins: coin(5) },
        ],
        [{ of: recipient, coins: coin(10) }],
      ),
      'SENDER_MISMATCH',
    ],
    [
      'that pays out more',
      completedOf([{ of: sender, coins: coin(5) }], [{ of: recipient, coins: coin(6) }]),
      'AMOUNT_INVALID',
    ],
    [
      'that pays out another coin',
      completedOf([{ of: sender, coins: coin(5) }], [{ of: recipient, coins: coin(5, 'BTCB-1DE') }]),
      'AMOUNT_INVALID',
    ],
    ...[0, -1, 1.5, 2 ** 53, '5', null].map(
      (amount) =>
        [
          `of the amount ${amount}`,
          completedOf([{ of: sender, coins: coin(amount) }], [{ of: recipient, coins: coin(amount) }]),
          'AMOUNT_INVALID',
        ] as const,
    ),
    ['without inputs', completedOf([], []), 'TRANSACTION_INVALID'],
    ['without coins', completedOf([{ of: sender, coins: [] }], [{ of: recipient, coins: [] }]), 'TRANSACTION_INVALID'],
    [
      'with a strange denomination',
      completedOf([{ of: sender, coins: coin(5, 'B"B') }], [{ of: recipient, coins: coin(5, 'B"B') }]),
      'TRANSACTION_INVALID',
    ],
    ['with a memo that is too long', { ...good(), memo: 'x'.repeat(129) }, 'TRANSACTION_INVALID'],
    ['with an unknown member', { ...good(), data: 'AA==' }, 'TRANSACTION_INVALID'],
    [
      'of another message type',
      { ...good(), msg: { ...good().msg, aminoPrefix: 'CE6DC043' } },
      'TRANSACTION_UNSUPPORTED',
    ],
    [
      'whose signed recipient is another one',
      { ...good(), signMsg: { ...good().signMsg, outputs: [{ address: stranger.address, coins: coin(5) }] } },
      'TRANSACTION_INVALID',
    ],
    [
      'whose signed amount is another one',
      { ...good(), signMsg: { ...good().signMsg, outputs: [{ address: recipient.address, coins: coin(6) }] } },
      'TRANSACTION_INVALID',
    ],
    [
      'on the other network',
      { ...good(), filled: { ...good().filled, chainId: 'Binance-Chain-Tigris' } },
      'CHAIN_ID_MISMATCH',
    ],
    ['with a bad sequence', { ...good(), filled: { ...good().filled, sequence: '-1' } }, 'TRANSACTION_INVALID'],
    ['without its filling', { ...good(), filled: undefined }, 'TRANSACTION_INVALID'],
  ];

  it.each(refused)('%s', (_what, completed, code) => {
    expect(codeOf(() => parse(completed))).toBe(code);
  });

  it('a transfer is refused with another key, or with none', async () => {
    await expect(parse(good()).sign([stranger])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(parse(good()).sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
    expect((await parse(good()).sign([stranger, sender])).raw).toBe((await parse(good()).sign([sender])).raw);
  });
});

describe('the network', () => {
  it('the network is asked directly where there is no cloud', async () => {
    const keys = await keysOfVector(chain, first);
    const {
      publicService: _public,
      cloud: _cloud,
      ...direct
    } = replayingNode([
      first.rpc[0]!,
      { request: { method: 'GET', url: `/api/v1/account/${keys[0]!.address}` }, response: first.rpc[1]!.response },
    ]);
    const pending = { serialized: first.pending.serializedTransaction } as never;
    const asking = { ...contextOfVector(chain, first, keys), node: direct, nextNonce: async (count: bigint) => count };
    expect(await chain.node.complete(pending, asking)).toBe(await completeVector(chain, first));
  });

  it('a node of the wrong network is refused', async () => {
    const wrong = {
      ...first.rpc[0]!,
      response: { status: 200, body: { node_info: { network: 'Binance-Chain-Tigris' } } },
    };
    const rpc = [wrong, ...first.rpc.slice(1)];
    await expect(completeVector(chain, { ...first, rpc })).rejects.toMatchObject({ code: 'CHAIN_ID_MISMATCH' });
    const silent = [{ ...first.rpc[0]!, response: { status: 200, body: {} } }];
    await expect(completeVector(chain, { ...first, rpc: silent })).rejects.toMatchObject({
      code: 'NODE_ANSWER_INVALID',
    });
  });

  it('the network is known to have ended', () => {
    expect(chain.closedNetwork).toMatch(/December 2024/);
  });

  it('the node would have received the bytes in base64, and its refusal would have counted', async () => {
    const signed = await signVector(chain, first);
    const answering = (answer: object) => ({
      rpc: async (method: string, params: readonly unknown[]) => {
        expect(method).toBe('broadcast_tx_sync');
        expect(Buffer.from(String(params[0]), 'base64').toString('hex')).toBe(signed.raw);
        return answer;
      },
      http: async () => undefined,
    });
    expect(await chain.node.broadcast!(signed, answering({ code: 0, hash: signed.txId }))).toBe(signed.txId);
    const refused = chain.node.broadcast!(signed, answering({ code: 65546, log: 'insufficient fund' }));
    await expect(refused).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
    const strange = chain.node.broadcast!(signed, answering({ code: 0, hash: '00' }));
    await expect(strange).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });
});

describe('keys and addresses', () => {
  it('keys and addresses also come from a mnemonic', async () => {
    const phrase = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
    const { node, xpub } = chain.keys.hd!.account(await mnemonicToSeed(phrase), 'mainnet');
    const publicKey = chain.keys.publicKey(chain.keys.hd!.privateKey(node, 3));
    expect(chain.keys.hd!.publicKey!(xpub!, 3)).toEqual(publicKey);
    expect(chain.keys.hd!.path('mainnet')).toBe("m/44'/714'/0'/0");
  });

  it('addresses of the other network, or with a wrong checksum, are refused', () => {
    const address = sender.address;
    for (const text of [`${address.slice(0, -1)}q`, address.replace('tbnb', 'bnb'), '', 'bnb1']) {
      expect(codeOf(() => chain.keys.normalizeAddress(text, 'testnet'))).toBe('ADDRESS_INVALID');
    }
    expect(codeOf(() => chain.keys.normalizeAddress(address, 'mainnet'))).toBe('ADDRESS_INVALID');
    expect(codeOf(() => chain.keys.address(new Uint8Array(33), 'mainnet'))).toBe('ADDRESS_INVALID');
  });

  it.each(['', 'zz', 'ab'.repeat(31), '00'.repeat(32), 'ff'.repeat(32)])('%s is not a private key', (text) => {
    expect(codeOf(() => chain.keys.decodePrivateKey(text, 'testnet'))).toBe('PRIVATE_KEY_INVALID');
  });
});

describe('a payment', () => {
  it('a payment of BNB is refused because its network was shut down, and no node is asked', async () => {
    const request = { from: { address: 'bnb1' }, to: 'bnb1', amount: '1' };
    const node = {
      rpc: async () => Promise.reject(new Error('asked')),
      http: async () => Promise.reject(new Error('asked')),
    };
    const building = buildCase({ name: 'coins', chain: 'BNB', network: 'mainnet', request }, node);
    await expect(building).rejects.toMatchObject({ code: 'NETWORK_CLOSED' });
  });
});
