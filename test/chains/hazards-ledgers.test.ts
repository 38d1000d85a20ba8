import { bech32 } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { binanceChain } from '../../src/chains/binance-chain/index.js';
import { cardano } from '../../src/chains/cardano/index.js';
import { expectEveryChangeTold, jsonVariants } from '../support/every-field.js';
import { loadVectors } from '../support/vectors.js';
import { completed, key, other, second } from './cardano/completed.js';
import { codeOf } from './codes.js';
import { completeVector, contextOfVector, keysOfVector } from './replay.js';

const context = { network: 'testnet' as const, from: key.address, signers: [key] };

describe('a Cardano transaction', () => {
  it('a Cardano transaction of coins has no hazard', () => {
    expect(cardano.codec.parse(completed(), context).summary.hazards).toEqual([]);
  });

  it('a Cardano transaction to an address without a key names it', () => {
    const address = bech32.encodeFromBytes('addr_test', Uint8Array.from([0x60, ...new Array(28).fill(0)]));
    const text = completed({ outputs: [{ address, amount: 9_800_000 }] });
    expect(cardano.codec.parse(text, context).summary.hazards).toMatchObject([
      { kind: 'unspendable-destination', party: address, asset: 'ADA', amount: 9_800_000n },
    ]);
  });

  it('a Cardano transaction that never ends is long-lived', () => {
    const text = completed({ made: { 3: 4_000_000_000 } });
    expect(cardano.codec.parse(text, context).summary.hazards).toEqual([
      { kind: 'long-lived', text: 'ttl 4000000000' },
    ]);
  });

  it.each([
    ['certificates', 4, []],
    ['withdrawals', 5, new Map()],
    ['an update', 6, []],
    ['metadata', 7, new Uint8Array(32)],
    ['a start of its life', 8, 5],
    ['minted tokens', 9, new Map()],
    ['a script data hash', 11, new Uint8Array(32)],
    ['collateral', 13, []],
    ['required signers', 14, []],
    ['a network id', 15, 0],
    ['votes', 19, new Map()],
    ['a donation', 22, 5],
  ])('a Cardano transaction with %s is refused', (_what, member, value) => {
    expect(codeOf(() => cardano.codec.parse(completed({ made: { [member]: value } }), context))).toBe(
      'TRANSACTION_UNSUPPORTED',
    );
  });

  it('every change of a Cardano transaction shows in the summary', async () => {
    const inputs = [{ address: key.address, amount: 10_000_000 }];
    const outputs = [
      { address: other.address, amount: 5_000_000 },
      { address: key.address, amount: 4_800_000 },
    ];
    const text = completed({ inputs, outputs });
    const place = { chain: cardano, completed: text, context: { ...context, signers: [key] }, keys: [key] };
    // The body is held against the operations, so both are changed alike.
    const variants = [
      completed({ inputs, outputs: outputs.toReversed() }),
      completed({ inputs, outputs: [{ ...outputs[0]!, amount: 5_000_001 }, outputs[1]!] }),
      completed({ inputs, outputs: [{ ...outputs[0]!, address: second.address }, outputs[1]!] }),
      completed({ inputs, outputs: [outputs[0]!, { ...outputs[1]!, address: second.address }] }),
      completed({ inputs, outputs: outputs.slice(1) }),
      completed({ inputs, outputs, made: { 3: 41_000_001 } }),
      completed({ inputs, outputs, txId: 'ab'.repeat(32) }),
      ...jsonVariants(text, [other.address]),
    ];
    expect(await expectEveryChangeTold(place, variants)).toBeGreaterThan(6);
  });

  it.each(loadVectors('ADA').transactions)(
    'every change of the recorded Cardano transaction "$name" shows in the summary',
    async (vector) => {
      const keys = await keysOfVector(cardano, vector);
      const text = await completeVector(cardano, vector);
      const place = { chain: cardano, completed: text, context: contextOfVector(cardano, vector, keys), keys };
      await expectEveryChangeTold(place, jsonVariants(text, [other.address]));
    },
  );
});

describe('a transaction of BNB Beacon Chain', () => {
  it('BNB Beacon Chain coins in several pieces are added up', async () => {
    const [vector] = loadVectors('BNB').transactions;
    const keys = await keysOfVector(binanceChain, vector!);
    const { msg, signMsg, ...rest } = JSON.parse(await completeVector(binanceChain, vector!));
    const coins = [5, 6].map((amount) => ({ denom: 'BNB', amount }));
    for (const side of [msg.inputs, msg.outputs, signMsg.inputs, signMsg.outputs]) side[0].coins = coins;
    const text = JSON.stringify({ msg, signMsg, ...rest });
    const { value, outputs } = binanceChain.codec.parse(text, contextOfVector(binanceChain, vector!, keys)).summary;
    expect(value.amount).toBe(11n);
    expect(outputs).toMatchObject([{ amount: 11n }]);
  });

  it('a BNB Beacon Chain transaction to the address without a key names it', async () => {
    const [vector] = loadVectors('BNB').transactions;
    const keys = await keysOfVector(binanceChain, vector!);
    const place = contextOfVector(binanceChain, vector!, keys);
    const { msg, signMsg, ...rest } = JSON.parse(await completeVector(binanceChain, vector!));
    const party = bech32.encodeFromBytes(place.network === 'mainnet' ? 'bnb' : 'tbnb', new Uint8Array(20));
    const [sent] = msg.outputs;
    const [signed] = signMsg.outputs;
    sent.address.data = new Array(20).fill(0);
    signed.address = party;
    const text = JSON.stringify({ msg, signMsg, ...rest });
    expect(binanceChain.codec.parse(text, place).summary.hazards).toEqual([
      { kind: 'unspendable-destination', party, text: 'nobody has a key of it' },
    ]);
  });

  it.each(loadVectors('BNB').transactions)(
    'the recorded BNB Beacon Chain transaction "$name" has no hazard and shows every change',
    async (vector) => {
      const keys = await keysOfVector(binanceChain, vector);
      const text = await completeVector(binanceChain, vector);
      const place = {
        chain: binanceChain,
        completed: text,
        context: contextOfVector(binanceChain, vector, keys),
        keys,
      };
      expect(binanceChain.codec.parse(text, place.context).summary.hazards).toEqual([]);
      expect(await expectEveryChangeTold(place, jsonVariants(text))).toBeGreaterThan(1);
    },
  );
});
