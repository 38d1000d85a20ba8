import { createVirtualMachineBCH, decodeTransaction, hexToBin } from '@bitauth/libauth';
import { hex } from '@scure/base';
import { RawTx } from '@scure/btc-signer/script.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitcoin } from '../../../src/chains/utxo/chains/bitcoin.js';
import { bitcoinCash } from '../../../src/chains/utxo/chains/bitcoin-cash.js';
import { dogecoin } from '../../../src/chains/utxo/chains/dogecoin.js';
import { litecoin } from '../../../src/chains/utxo/chains/litecoin.js';
import { encodeSigned, readHexWithAmounts } from '../../../src/chains/utxo/format.js';
import { scriptsOf } from '../../../src/chains/utxo/script.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { keyOf } from '../signing.js';

const chains = [bitcoin, litecoin, dogecoin, bitcoinCash];
const key = keyOf(bitcoin);
const other = keyOf(bitcoin, 0x22);
const scripts = scriptsOf(key.publicKey).map((script) => hex.encode(script));
const foreign = hex.encode(scriptsOf(other.publicKey)[0]!);

function contextOf(chain: Chain): ParseContext {
  const address = chain.keys.address(key.publicKey, 'testnet');
  return { network: 'testnet', from: address, signers: [{ address, publicKey: key.publicKey }] };
}

interface Shape {
  readonly inputs?: readonly { readonly satoshis: number; readonly script: string; readonly index?: number }[];
  readonly outputs?: readonly { readonly satoshis: number; readonly script: string }[];
  readonly more?: Record<string, unknown>;
}

/** A transaction in the JSON form of bitcore. */
function bitcore({
  inputs = [{ satoshis: 5_000_000, script: scripts[0]! }],
  outputs = [{ satoshis: 4_900_000, script: foreign }],
  more = {},
}: Shape = {}) {
  return JSON.stringify({
    hash: '',
    version: 2,
    inputs: inputs.map(({ satoshis, script, index }, at) => ({
      prevTxId: 'ab'.repeat(32),
      outputIndex: index ?? at,
      sequenceNumber: 0xffffffff,
      script: '',
      scriptString: '',
      output: { satoshis, script },
    })),
    outputs,
    nLockTime: 0,
    ...more,
  });
}

describe.each(chains)('a key of $id', (chain) => {
  it('a key is written and read back, and so is its address', () => {
    for (const network of ['mainnet', 'testnet'] as const) {
      const text = chain.keys.encodePrivateKey(key.privateKey, network);
      expect(chain.keys.decodePrivateKey(text, network)).toEqual(key.privateKey);
      expect(chain.keys.decodePrivateKey(hex.encode(key.privateKey), network)).toEqual(key.privateKey);
      const address = chain.keys.address(key.publicKey, network);
      expect(chain.keys.normalizeAddress(address, network)).toBe(address);
    }
  });

  it('a key of another network, with a wrong checksum, or for uncompressed addresses is refused', () => {
    const text = chain.keys.encodePrivateKey(key.privateKey, 'mainnet');
    const changed = `${text.slice(0, -1)}${text.endsWith('x') ? 'y' : 'x'}`;
    const uncompressed = '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ';
    expect(codeOf(() => chain.keys.decodePrivateKey(text, 'testnet'))).toBe('PRIVATE_KEY_INVALID');
    for (const wrong of [changed, uncompressed, '', '00'.repeat(32), 'ff'.repeat(32)]) {
      expect(codeOf(() => chain.keys.decodePrivateKey(wrong, 'mainnet'))).toBe('PRIVATE_KEY_INVALID');
    }
    expectOnlyCodesOfTexts(chain);
  });
});

describe('addresses by name', () => {
  // Source: BIP-84 and BIP-86, test vectors.
  const words = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
  it.each([
    ['bip84', 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu'],
    ['bip86', 'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr'],
  ])('Bitcoin addresses by %s match the standard', async (name, address) => {
    const scheme = bitcoin.keys.derivations![name]!;
    const { xpub } = scheme.account(await mnemonicToSeed(words), 'mainnet');
    expect(scheme.address!(scheme.publicKey!(xpub!, 0), 'mainnet')).toBe(address);
  });

  it('Bitcoin Cash addresses match the CashAddr specification, with prefix and without', () => {
    const address = 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a';
    const legacy = '1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu';
    for (const text of [address, address.toUpperCase(), address.slice(12), legacy]) {
      expect(bitcoinCash.keys.normalizeAddress(text, 'mainnet')).toBe(address);
    }
    expect(codeOf(() => bitcoinCash.keys.normalizeAddress(`${address.slice(0, -1)}q`, 'mainnet'))).toBe(
      'ADDRESS_INVALID',
    );
    expect(codeOf(() => bitcoinCash.keys.normalizeAddress(address, 'testnet'))).toBe('ADDRESS_INVALID');
  });
});

describe('a transaction', () => {
  it('a transaction says what goes where, what comes back, and the fee', () => {
    const outputs = [
      { satoshis: 3_000_000, script: foreign },
      { satoshis: 1_990_000, script: scripts[1]! },
    ];
    const { summary } = bitcoin.codec.parse(bitcore({ outputs }), contextOf(bitcoin));
    expect(summary).toMatchObject({
      to: bitcoin.keys.address(other.publicKey, 'testnet'),
      value: { amount: 3_000_000n },
      fee: { amount: 10_000n },
      outputs: [{ change: false }, { change: true }],
      inputs: [{ outpoint: `${'ab'.repeat(32)}:0`, amount: 5_000_000n }],
    });
    expect(summary.feeRate).toBeGreaterThan(40);
  });

  it('a transaction of random inputs and outputs decodes to what the summary said', async () => {
    const amount = fc.integer({ min: 10_000, max: 100_000_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(amount, { minLength: 1, maxLength: 5 }),
        fc.array(fc.constantFrom(...scripts), { minLength: 1, maxLength: 5 }),
        async (paid, kinds) => {
          const total = paid.reduce((sum, one) => sum + one, 0) + 20_000;
          const share = Math.floor(total / kinds.length);
          const inputs = kinds.map((script, at) => ({
            script,
            satoshis: at === 0 ? total - share * (kinds.length - 1) : share,
          }));
          const outputs = paid.map((satoshis) => ({ satoshis, script: foreign }));
          const unsigned = bitcoin.codec.parse(bitcore({ inputs, outputs }), contextOf(bitcoin));
          const read = RawTx.decode(hex.decode((await unsigned.sign([key])).raw));
          expect(read.outputs.map((output) => output.amount)).toEqual(
            unsigned.summary.outputs?.map((output) => output.amount),
          );
          expect(read.inputs).toHaveLength(kinds.length);
          expect(unsigned.summary.fee.amount).toBe(20_000n);
        },
      ),
      { numRuns: 25 },
    );
  });

  const cases: readonly [string, Shape, string][] = [
    ['with an input of nobody’s key', { inputs: [{ satoshis: 5_000_000, script: foreign }] }, 'KEY_MISSING'],
    [
      'with one input of two without a key',
      {
        inputs: [
          { satoshis: 5_000_000, script: scripts[0]! },
          { satoshis: 1, script: foreign },
        ],
      },
      'KEY_MISSING',
    ],
    [
      'with a script that is not signed',
      { inputs: [{ satoshis: 5_000_000, script: '51' }] },
      'TRANSACTION_UNSUPPORTED',
    ],
    ['that pays out more than it has', { outputs: [{ satoshis: 5_000_001, script: foreign }] }, 'AMOUNT_INVALID'],
    [
      'with dust',
      {
        outputs: [
          { satoshis: 545, script: foreign },
          { satoshis: 4_990_000, script: foreign },
        ],
      },
      'AMOUNT_INVALID',
    ],
    [
      'that spends an output twice',
      { inputs: [0, 0].map((index) => ({ satoshis: 2_500_000, script: scripts[0]!, index })) },
      'TRANSACTION_INVALID',
    ],
    ['whose fee is said to be another', { more: { fee: 1 } }, 'TRANSACTION_INVALID'],
    ['with an amount that is not a number', { outputs: [{ satoshis: 1.5, script: foreign }] }, 'TRANSACTION_INVALID'],
    ['without outputs', { outputs: [] }, 'TRANSACTION_INVALID'],
    ['without inputs', { inputs: [] }, 'TRANSACTION_INVALID'],
  ];
  it.each(cases)('a transaction %s is refused', (_what, shape, expected) => {
    expect(codeOf(() => bitcoin.codec.parse(bitcore(shape), contextOf(bitcoin)))).toBe(expected);
  });

  it('a transaction is never signed in part, whatever keys are lent', async () => {
    const unsigned = bitcoin.codec.parse(bitcore(), contextOf(bitcoin));
    await expect(unsigned.sign([other])).rejects.toMatchObject({ code: 'KEY_MISSING' });
    await expect(unsigned.sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('a Dogecoin transaction below the current relay fee or dust limit is refused', () => {
    const text = (outputs: Shape['outputs']) => bitcore({ outputs: outputs! });
    const small = text([{ satoshis: 4_999_000, script: foreign }]);
    const dust = text([
      { satoshis: 999_999, script: foreign },
      { satoshis: 3_000_000, script: foreign },
    ]);
    expect(codeOf(() => dogecoin.codec.parse(small, contextOf(dogecoin)))).toBe('FEE_INVALID');
    expect(codeOf(() => dogecoin.codec.parse(dust, contextOf(dogecoin)))).toBe('AMOUNT_INVALID');
  });

  it('any text gives a transaction or a coded error', () => {
    expectOnlyCodes(bitcoin, bitcore(), contextOf(bitcoin));
    expectOnlyCodes(bitcoinCash, cash([60_000], [50_000]), contextOf(bitcoinCash));
  });
});

/** The form of Bitcoin Cash: the unsigned bytes with the amounts behind. */
function cash(amounts: readonly number[], paid: readonly number[]): string {
  const inputs = amounts.map((amount, index) => ({
    txId: 'cd'.repeat(32),
    index,
    sequence: 0xffffffff,
    amount: BigInt(amount),
  }));
  const outputs = paid.map((amount) => ({ amount: BigInt(amount), script: hex.decode(foreign) }));
  const { raw } = encodeSigned({ version: 2, lockTime: 0, inputs, outputs }, []);
  return `${hex.encode(raw)}:${JSON.stringify(amounts)}`;
}

describe('a transaction of Bitcoin Cash', () => {
  const vm = createVirtualMachineBCH();
  const judge = (text: string, raw: string) => {
    const transaction = decodeTransaction(hexToBin(raw));
    if (typeof transaction === 'string') return transaction;
    const sourceOutputs = readHexWithAmounts(text).inputs.map(({ amount }) => ({
      lockingBytecode: hexToBin(scripts[0]!),
      valueSatoshis: amount,
    }));
    return vm.verify({ sourceOutputs, transaction });
  };

  it('a Bitcoin Cash transaction is accepted by the virtual machine of the network, and refused when a byte is changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 20_000, max: 10_000_000 }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        async (amounts, place) => {
          const text = cash(amounts, [amounts.reduce((sum, one) => sum + one, 0) - 10_000]);
          const address = bitcoinCash.keys.address(key.publicKey, 'testnet');
          const signers = amounts.map(() => ({ address, publicKey: key.publicKey }));
          const unsigned = bitcoinCash.codec.parse(text, { network: 'testnet', from: address, signers });
          const { raw } = await unsigned.sign(amounts.map(() => key));
          expect(judge(text, raw)).toBe(true);
          // Somewhere in the amount of the output, which every signature covers.
          const bytes = hex.decode(raw);
          const at = bytes.length - 4 - 34 + (place % 8);
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          expect(judge(text, hex.encode(bytes))).not.toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('a Bitcoin Cash transaction needs exactly one key for each input', () => {
    const text = cash([60_000, 60_000], [100_000]);
    const address = bitcoinCash.keys.address(key.publicKey, 'testnet');
    const context = (count: number) => ({
      network: 'testnet' as const,
      from: address,
      signers: Array.from({ length: count }, () => ({ address })),
    });
    expect(codeOf(() => bitcoinCash.codec.parse(text, context(1)))).toBe('KEY_MISSING');
    expect(codeOf(() => bitcoinCash.codec.parse(text, context(2)))).toBe('nothing');
    expect(codeOf(() => bitcoinCash.codec.parse(text, context(3)))).toBe('TRANSACTION_INVALID');
  });
});
