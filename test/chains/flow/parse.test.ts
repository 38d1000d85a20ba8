import { encodeTransactionPayload } from '@onflow/encode';
import * as types from '@onflow/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flow, flowChain } from '../../../src/chains/flow/index.js';
import { CustosError } from '../../../src/core/errors.js';
import { loadVectors } from '../../support/vectors.js';
import { pendingOf as pendingOfVector, replayingNode, signVector } from '../replay.js';
import { codeOf, contextOf, keyOf, prepare } from './asking.js';
import { FlowNetwork, voucherOf } from './network.js';

const key = keyOf(flow, 'a33794bd2afd4f43d52189750275dc894e8aee9c1bfd505ce2201a32c0f8c20');
const other = keyOf(flow, '1844d6106d0a41b517ba341aa041f116a1599e56256af6196d07979e0db4b48b');
const account = '0x3d2a13dd671bd559';
const to = '0xa55d3234a0815ea4';
const { transactions } = loadVectors('FLOW');

function named(part: string) {
  return transactions.find(({ name }) => name.includes(part))!;
}

function ask(request: unknown, chain = flow) {
  const network = new FlowNetwork();
  network.accounts.set(account.slice(2), [{ publicKey: key.address, sequence: 0 }]);
  return prepare(request, { chain, network, kind: 'cloud', key });
}

/** What stands in the bytes that are signed. */
async function sentOf(request: unknown, chain = flow) {
  const { unsigned } = await ask(request, chain);
  const { transaction } = JSON.parse((await unsigned.sign([key])).raw);
  const { script, arguments: made } = voucherOf(transaction);
  return { script, made, summary: unsigned.summary, transaction };
}

describe('a recorded transaction with the texts of today', () => {
  it('a recorded transaction of the custom type is the same to the byte', async () => {
    const vector = named('custom');
    const signed = await signVector(flow, vector);
    expect(await flow.node.broadcast!(signed, replayingNode(vector.rpc))).toBe(vector.txData);
  });

  it('a recorded transfer has the recorded arguments and a script in Cadence 1.0', async () => {
    for (const name of ['private-key wallet', 'mainnet']) {
      const vector = named(name);
      const { body } = vector.rpc.find(({ request }) => request.url.endsWith('/v1/transactions'))!.request;
      const recorded = voucherOf(body as never);
      const { script, made } = await sentOf(vector.pending.serializedTransaction);
      expect(made).toEqual(recorded.arguments);
      expect(recorded.script).toContain('AuthAccount');
      expect(script).toContain('prepare(signer: auth(BorrowValue) &Account)');
    }
  });

  it('a transaction of FUSD is refused, because the token has ended', async () => {
    const { serializedTransaction } = named('FUSD').pending;
    expect(await codeOf(() => ask(serializedTransaction))).toBe('TRANSACTION_UNSUPPORTED');
    expect(pendingOfVector(flow, named('FUSD')).serialized).toBe(serializedTransaction);
  });

  it('a transaction with an added key names the same key with the same weight of 0', async () => {
    const { serializedTransaction } = named('add public key').pending;
    const { made, summary } = await sentOf(serializedTransaction);
    const { publicKey } = JSON.parse(serializedTransaction).body;
    expect(made).toEqual([
      { type: 'String', value: publicKey },
      { type: 'UFix64', value: '0.00000000' },
    ]);
    expect(summary.text).toContain('which cannot sign for it');
  });
});

describe('what a request does', () => {
  const contractAddress = '17a50dad-bcb1-4f3d-ae2c-ea2bfb04419f';
  const nft = { standard: 'NonFungibleToken', contract: 'A.87fe4ebd0cddde06.TatumMultiNFT' };

  it.each([
    [0, { publicKey: key.address }, 'creates an account', []],
    [1, { publicKey: `04${key.address}`, weight: 1000 }, 'of weight 1000 of 1000', []],
    [4, { to, url: 'ipfs://a', contractAddress }, 'mints a token', [{ ...nft, to, action: 'mint', amount: 1n }]],
    [
      5,
      { to: [to, to], url: ['a', 'b'], contractAddress },
      'mints 2 tokens',
      [
        { ...nft, to, action: 'mint', amount: 1n },
        { ...nft, to, action: 'mint', amount: 1n },
      ],
    ],
    [
      6,
      { tokenId: '18446744073709551615', contractAddress },
      'destroys the token 18446744073709551615',
      [{ ...nft, from: account, tokenId: 2n ** 64n - 1n, action: 'burn' }],
    ],
    [
      7,
      { to, tokenId: 42 },
      `sends the token 42 to ${to}`,
      [{ ...nft, from: account, to, tokenId: 42n, action: 'transfer' }],
    ],
  ])('the summary says what type %s does', async (type, body, words, tokens) => {
    const { summary, script } = await sentOf({ type, body: { account, ...body } });
    expect(summary.text).toContain(words);
    expect(summary.tokens).toEqual(tokens);
    expect(summary.opaque).toBe(false);
    expect(script).not.toMatch(/AuthAccount|getCapability|pub /);
  });

  it('foreign Cadence is opaque', async () => {
    const { summary } = await sentOf({ type: 8, body: { account, transaction: 'transaction {}' } });
    expect(summary).toMatchObject({ kind: 'contract-call', opaque: true, from: account });
  });

  it('large amounts stay exact', async () => {
    const amount = '123456789012.12345678';
    const { made, summary } = await sentOf({ type: 2, body: { account, to, amount, currency: 'FLOW' } });
    expect(made[0]).toEqual({ type: 'UFix64', value: amount });
    expect(summary.value.amount).toBe(12_345_678_901_212_345_678n);
  });
});

describe('a request is refused', () => {
  const body = { account, to, amount: '1', currency: 'FLOW' };

  it.each(['0', '0.000000001', '-1', '1e3', '', '.', '184467440737.09551616', 'NaN', '0x10', null, true, 1e21])(
    'a request with the amount %s is refused',
    async (amount) => {
      expect(await codeOf(() => ask({ type: 2, body: { ...body, amount } }))).toBe('AMOUNT_INVALID');
    },
  );

  it.each([
    ['an unknown type', { type: 9, body }, 'TRANSACTION_UNSUPPORTED'],
    ['type 3, which never worked', { type: 3, body }, 'TRANSACTION_UNSUPPORTED'],
    ['a type as text', { type: '2', body }, 'TRANSACTION_UNSUPPORTED'],
    ['an unknown currency', { type: 2, body: { ...body, currency: 'USDC' } }, 'TRANSACTION_UNSUPPORTED'],
    ['a short recipient', { type: 2, body: { ...body, to: '0xa55d' } }, 'TRANSACTION_INVALID'],
    ['no account', { type: 2, body: { ...body, account: undefined } }, 'TRANSACTION_INVALID'],
    ['an unknown member', { type: 2, body: { ...body, memo: 'x' } }, 'TRANSACTION_INVALID'],
    ['a private key in it', { type: 2, body: { ...body, privateKey: '00' } }, 'TRANSACTION_INVALID'],
    ['a filling of its own', { type: 2, body, filled: {} }, 'TRANSACTION_INVALID'],
    ['no body', { type: 2 }, 'TRANSACTION_INVALID'],
    ['no JSON', '{', 'TRANSACTION_INVALID'],
    ['a key on no curve', { type: 1, body: { account, publicKey: '00'.repeat(64) } }, 'TRANSACTION_INVALID'],
    ['too much weight', { type: 1, body: { account, publicKey: key.address, weight: 1001 } }, 'TRANSACTION_INVALID'],
    ['uneven lists', { type: 5, body: { account, to: [to], url: [], contractAddress: 'a' } }, 'TRANSACTION_INVALID'],
    ['half a character', { type: 8, body: { account, transaction: '\ud800' } }, 'TRANSACTION_INVALID'],
    [
      'an argument that is a structure',
      { type: 8, body: { account, transaction: 'x', args: [{ type: 'Struct', value: {} }] } },
      'TRANSACTION_UNSUPPORTED',
    ],
    [
      'a number that does not fit',
      { type: 8, body: { account, transaction: 'x', args: [{ type: 'UInt8', value: '256' }] } },
      'TRANSACTION_INVALID',
    ],
    [
      'a number that is none',
      { type: 8, body: { account, transaction: 'x', args: [{ type: 'UInt64', value: '42abc' }] } },
      'TRANSACTION_INVALID',
    ],
  ])('a request with %s is refused', async (_what, request, code) => {
    expect(await codeOf(() => ask(request))).toBe(code);
  });

  it('a request with old texts is refused where they were never recorded', async () => {
    const request = { type: 7, body: { account, to, tokenId: 1 } };
    expect(await codeOf(() => ask(request, flowChain({ templates: 'legacy' })))).toBe('TRANSACTION_UNSUPPORTED');
  });
});

describe('a completed transaction', () => {
  const request = { type: 2, body: { account, to, amount: '1', currency: 'FLOW' } };

  it('a completed transaction is signed only with the key of the wallet', async () => {
    const { unsigned } = await ask(request);
    await expect(unsigned.sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
    await expect(unsigned.sign([other])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
  });

  it.each([
    ['payer', { address: account.slice(2), keyId: 0 }],
    ['proposer', { address: account.slice(2), keyId: 0, sequenceNumber: '0' }],
    ['proposer', { address: '10711015c370a95c', keyId: 0, sequenceNumber: '0' }],
    ['authorizer', { keyId: 0, hash: 'KECCAK' }],
    ['authorizer', { keyId: -1, hash: 'SHA3_256' }],
    ['referenceBlock', { id: 'cc', height: '1' }],
    ['script', 'transaction {}'],
  ])('a completed transaction with an impossible %s is refused: %j', async (name, value) => {
    const { completed } = await ask(request);
    const fields = JSON.parse(completed);
    const changed = JSON.stringify({ ...fields, filled: { ...fields.filled, [name]: value } });
    expect(await codeOf(() => flow.codec.parse(changed, contextOf(key)))).toBe('TRANSACTION_INVALID');
  });

  it('changed bytes give only a CustosError or a transaction of the same account', async () => {
    const { completed } = await ask(request);
    fc.assert(
      fc.property(fc.nat(completed.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const changed = completed.slice(0, at) + String.fromCharCode(code) + completed.slice(at + 1);
        try {
          const { summary } = flow.codec.parse(changed, contextOf(key));
          const { body } = JSON.parse(changed);
          expect(summary.from).toBe(body.account.toLowerCase());
          expect(summary.to).toBe(body.to.toLowerCase());
        } catch (error) {
          if (!(error instanceof CustosError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('any transaction', () => {
  const amounts = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
  const addresses = fc.stringMatching(/^[0-9a-f]{16}$/);

  it('any transaction is signed in the bytes that the official encoder makes of the summary', async () => {
    const seen = await sentOf({ type: 2, body: { account, to, amount: '1', currency: 'FLOW' } });
    await fc.assert(
      fc.asyncProperty(amounts, addresses, async (amount, digits) => {
        const text = `${amount / 10n ** 8n}.${(amount % 10n ** 8n).toString().padStart(8, '0')}`;
        const request = { type: 2, body: { account, to: `0x${digits}`, amount: text, currency: 'FLOW' } };
        const { summary, transaction } = await sentOf(request);
        expect(summary.value.amount).toBe(amount);
        expect(summary.to).toBe(`0x${digits}`);
        const made = [types.UFix64.asArgument(text), types.Address.asArgument(`0x${digits}`)];
        const expected = { ...voucherOf(seen.transaction), arguments: made };
        expect(encodeTransactionPayload(voucherOf(transaction))).toBe(encodeTransactionPayload(expected));
      }),
      { numRuns: 30 },
    );
  });
});
