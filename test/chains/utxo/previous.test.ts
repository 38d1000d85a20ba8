import { hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitcoin } from '../../../src/chains/utxo/chains/bitcoin.js';
import { bitcoinCash } from '../../../src/chains/utxo/chains/bitcoin-cash.js';
import { dogecoin } from '../../../src/chains/utxo/chains/dogecoin.js';
import { litecoin } from '../../../src/chains/utxo/chains/litecoin.js';
import { strip } from '../../../src/chains/utxo/previous.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import type { RpcCall } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { codeOf } from '../codes.js';
import {
  bitcore,
  contextOf,
  foreign,
  type In,
  key,
  type Made,
  madeBy,
  type NodeAnswers,
  nodeOf,
  type Out,
  proven,
  refused,
  scripts,
  withAmounts,
  withWitness,
} from './making.js';

const [pkh, wpkh, , taproot] = scripts as [string, string, string, string];
const names = ['p2pkh', 'p2wpkh', 'p2sh-p2wpkh'];
const paid: readonly Out[] = [{ satoshis: 4_990_000, script: foreign }];

/** Kinds of the hazards of a completed form. */
function hazardsOf(chain: Chain, completed: string): readonly string[] {
  return chain.codec.parse(completed, contextOf(chain)).summary.hazards.map(({ kind }) => kind);
}

describe.each(names.map((name, at) => ({ name, script: scripts[at]! })))(
  'the amount of a $name input',
  ({ script }) => {
    const made = madeBy([
      { satoshis: 1_000, script: foreign },
      { satoshis: 5_000_000, script },
    ]);
    const spend = (change: Partial<In> = {}) =>
      bitcore([{ ...made, index: 1, satoshis: 5_000_000, script, ...change }], paid);

    it('the amount of an input is accepted when the transaction that made it agrees', () => {
      const { summary } = bitcoin.codec.parse(proven(spend(), [made]), contextOf(bitcoin));
      expect(summary).toMatchObject({
        hazards: [],
        opaque: false,
        fee: { amount: 10_000n },
        inputs: [{ amount: 5_000_000n }],
      });
      expect(summary.inputs![0]).not.toHaveProperty('claimed');
    });

    it('the amount of an input is refused when the transaction that made it has another', () => {
      for (const satoshis of [4_999_999, 5_000_001, 4_991_000]) {
        expect(codeOf(() => bitcoin.codec.parse(proven(spend({ satoshis }), [made]), contextOf(bitcoin)))).toBe(
          'AMOUNT_INVALID',
        );
      }
    });

    it('the amount of an input is a hazard without proof', () => {
      const { summary } = bitcoin.codec.parse(spend(), contextOf(bitcoin));
      expect(summary.hazards).toMatchObject([{ kind: 'unproved-amount', asset: 'BTC', amount: 5_000_000n }]);
      expect(summary.inputs).toMatchObject([{ claimed: true }]);
      expect(summary.text).toContain('only claimed');
    });

    it('the amount of an input is refused with another script, a missing output, or the bytes of another transaction', () => {
      const foreignBytes = { ...made, hex: madeBy([{ satoshis: 5_000_000, script }], 9).hex };
      const wrong = scripts.find((one) => one !== script && one !== taproot)!;
      const cases = [
        proven(spend({ script: wrong }), [made]),
        proven(spend({ index: 2 }), [made]),
        proven(spend({ index: 0xffffffff }), [made]),
        proven(spend(), [foreignBytes]),
        proven(spend(), [made, madeBy([{ satoshis: 1, script }], 4)]),
      ];
      for (const text of cases)
        expect(codeOf(() => bitcoin.codec.parse(text, contextOf(bitcoin)))).toBe('TRANSACTION_INVALID');
    });

    it('the amount of an input is not proved by changed bytes or by a part of them', () => {
      fc.assert(
        fc.property(fc.nat(made.hex.length / 2 - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, by, cut) => {
          const bytes = hex.decode(made.hex);
          bytes[at] = (bytes[at] ?? 0) ^ by;
          const changed = { ...made, hex: hex.encode(cut ? bytes.subarray(0, at) : bytes) };
          expect(codeOf(() => bitcoin.codec.parse(proven(spend(), [changed]), contextOf(bitcoin)))).toBe(
            'TRANSACTION_INVALID',
          );
        }),
        { numRuns: 60 },
      );
    });
  },
);

describe('taproot inputs', () => {
  const made = madeBy([
    { satoshis: 3_000_000, script: taproot },
    { satoshis: 2_000_000, script: wpkh },
  ]);
  const first = { ...made, satoshis: 3_000_000, script: taproot, index: 0 };
  const second = { ...made, satoshis: 2_000_000, script: wpkh, index: 1 };

  it('taproot inputs alone need no proof, because their signatures cover all amounts', () => {
    expect(hazardsOf(bitcoin, bitcore([first], [{ satoshis: 2_990_000, script: foreign }]))).toEqual([]);
  });

  it('taproot inputs beside another form need proof: their form is a claim, too', () => {
    expect(hazardsOf(bitcoin, bitcore([first, second], paid))).toEqual(['unproved-amount', 'unproved-amount']);
    expect(hazardsOf(bitcoin, proven(bitcore([first, second], paid), [made]))).toEqual([]);
    const lie = { ...first, satoshis: 3_000_001 };
    const text = proven(bitcore([lie, second], paid), [made]);
    expect(codeOf(() => bitcoin.codec.parse(text, contextOf(bitcoin)))).toBe('AMOUNT_INVALID');
  });
});

describe('two requests with complementary lies', () => {
  // Both describe the same transaction: 6,000,000 go in and 5,000,000 out. Each tells the truth about the one input whose
  // signature it is after, and makes the other so small that a fee of 10,000 is left to be shown.
  const one = madeBy([{ satoshis: 2_000_000, script: wpkh }], 1);
  const two = madeBy([{ satoshis: 4_000_000, script: wpkh }], 2);
  const outputs = [{ satoshis: 5_000_000, script: foreign }];
  const requests = [wpkh, taproot].flatMap((form) => [
    bitcore(
      [
        { ...one, index: 0, satoshis: 2_000_000, script: wpkh },
        { ...two, index: 0, satoshis: 3_010_000, script: form },
      ],
      outputs,
    ),
    bitcore(
      [
        { ...one, index: 0, satoshis: 1_010_000, script: form },
        { ...two, index: 0, satoshis: 4_000_000, script: wpkh },
      ],
      outputs,
    ),
  ]);

  it('two requests with complementary false amounts are each refused once the transactions before them are known', () => {
    for (const request of requests) {
      expect(['AMOUNT_INVALID', 'TRANSACTION_INVALID']).toContain(
        codeOf(() => bitcoin.codec.parse(proven(request, [one, two]), contextOf(bitcoin))),
      );
    }
  });

  it('two requests with complementary false amounts are each stopped as unproved, even if the honest half is proved', () => {
    for (const request of requests) {
      expect(hazardsOf(bitcoin, request)).toEqual(['unproved-amount', 'unproved-amount']);
    }
    expect(hazardsOf(bitcoin, proven(requests[0]!, [one]))).toEqual(['unproved-amount']);
    expect(hazardsOf(bitcoin, proven(requests[2]!, [one]))).toEqual(['unproved-amount']);
  });
});

describe('Bitcoin Cash', () => {
  const made = madeBy([
    { satoshis: 5_000_000, script: pkh },
    { satoshis: 5_000_000, script: foreign },
  ]);
  const spend = (change: Partial<In> = {}) =>
    withAmounts([{ ...made, index: 0, satoshis: 5_000_000, script: pkh, ...change }], paid);

  it('Bitcoin Cash reads amount and script from the transaction before, and does not guess the script from the key', async () => {
    const { summary, sign } = bitcoinCash.codec.parse(proven(spend(), [made]), contextOf(bitcoinCash));
    expect(summary).toMatchObject({ hazards: [], fee: { amount: 10_000n } });
    expect((await sign([key])).raw).not.toBe('');
    expect(
      codeOf(() => bitcoinCash.codec.parse(proven(spend({ satoshis: 4_999_000 }), [made]), contextOf(bitcoinCash))),
    ).toBe('AMOUNT_INVALID');
    expect(codeOf(() => bitcoinCash.codec.parse(proven(spend({ index: 1 }), [made]), contextOf(bitcoinCash)))).toBe(
      'KEY_MISSING',
    );
    expect(hazardsOf(bitcoinCash, spend())).toEqual(['unproved-amount']);
  });

  it('Bitcoin Cash does not spend an output with tokens, which would be lost', () => {
    const token = `ef${'ab'.repeat(32)}1005${pkh}`;
    const holder = madeBy([{ satoshis: 5_000_000, script: token }]);
    const text = proven(spend(holder), [holder]);
    expect(codeOf(() => bitcoinCash.codec.parse(text, contextOf(bitcoinCash)))).toBe('TRANSACTION_UNSUPPORTED');
  });
});

it.each([dogecoin, bitcoinCash])('$id does not sign a segwit input, because its network has none', (chain) => {
  for (const script of scripts.slice(1)) {
    const made = madeBy([{ satoshis: 500_000_000, script }]);
    const input = { ...made, index: 0, satoshis: 500_000_000, script };
    const outputs = [{ satoshis: 400_000_000, script: foreign }];
    const request = chain === dogecoin ? bitcore([input], outputs) : withAmounts([input], outputs);
    expect(codeOf(() => chain.codec.parse(proven(request, [made]), contextOf(chain)))).toBe('TRANSACTION_UNSUPPORTED');
  }
});

describe('what a node hands out', () => {
  const made = madeBy(paid);

  it('the transaction of a node is reduced to the bytes that its id hashes, whatever stands before the lock time', () => {
    for (const raw of [
      made.hex,
      withWitness(made),
      withWitness(made, '09', 'ab'.repeat(50)),
      withWitness(made, '08', '00'),
    ]) {
      expect(hex.encode(strip(hex.decode(raw), made.txId))).toBe(made.hex);
    }
  });

  it('the transaction of a node is refused when it is something else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(codeOf(() => strip(bytes, made.txId))).toBe('TRANSACTION_INVALID');
        const behindMarker = Uint8Array.from([2, 0, 0, 0, 0, 1, ...bytes]);
        expect(codeOf(() => strip(behindMarker, made.txId))).toBe('TRANSACTION_INVALID');
      }),
    );
  });
});

describe('completing', () => {
  const made = Array.from({ length: 45 }, (_, at) => madeBy([{ satoshis: 200_000, script: wpkh }], at));
  const inputs = made.map((one) => ({ ...one, index: 0, satoshis: 200_000, script: wpkh }));
  const request = bitcore(inputs, [{ satoshis: 8_990_000, script: foreign }]);
  const byId = new Map(made.map((one) => [one.txId, one]));
  const raw = (txId: unknown) => withWitness(byId.get(String(txId)) as Made);
  const noIndex = 'No such mempool transaction. Use -txindex or provide a block hash (code -5)';

  function completed(
    serializedTransaction: string,
    {
      answers,
      asked,
      takesBatches,
      allowUnproved,
    }: {
      readonly answers: NodeAnswers;
      readonly asked?: RpcCall[][];
      readonly takesBatches?: boolean;
      readonly allowUnproved?: boolean;
    },
  ): Promise<string> {
    const received = {
      id: '5'.repeat(24),
      chain: 'BTC',
      hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'],
      serializedTransaction,
    };
    return bitcoin.node.complete(parsePending(received, bitcoin.id, 'testnet'), {
      ...contextOf(bitcoin),
      node: nodeOf(answers, asked, takesBatches),
      nextNonce: async (count) => count,
      ...(allowUnproved !== undefined && { allowUnproved }),
    });
  }
  const codeOfCompleting = (...args: Parameters<typeof completed>) =>
    completed(...args).then(
      () => 'nothing',
      (error: unknown) => (error instanceof CustosError ? error.code : String(error)),
    );

  it('completing asks for each transaction once, many in one exchange, and leaves the request unchanged', async () => {
    const asked: RpcCall[][] = [];
    const twice = bitcore([...inputs, { ...inputs[0]!, index: 1 }], [{ satoshis: 8_990_000, script: foreign }]);
    const text = await completed(twice, { answers: { getrawtransaction: raw }, asked });
    expect(asked.map((calls) => calls.length)).toEqual([20, 20, 5]);
    expect(new Set(asked.flat().map(({ method }) => method))).toEqual(new Set(['getrawtransaction']));
    expect(JSON.parse(text).transaction).toBe(twice);
    expect(JSON.parse(text).previous).toEqual(Object.fromEntries(made.map(({ txId, hex: digits }) => [txId, digits])));
  });

  it('completing gives the same text each time, and it is decoded without a hazard', async () => {
    const one = await completed(request, { answers: { getrawtransaction: raw } });
    expect(await completed(request, { answers: { getrawtransaction: raw }, takesBatches: false })).toBe(one);
    expect(hazardsOf(bitcoin, one)).toEqual([]);
    expect(await completed(one, { answers: {} })).toBe(one);
  });

  it('completing asks only for what the request does not contain', async () => {
    const asked: RpcCall[][] = [];
    const partly = proven(
      request,
      made.slice(1).map((one) => ({ ...one, hex: withWitness(one) })),
    );
    const text = await completed(partly, { answers: { getrawtransaction: raw }, asked });
    expect(asked.flat().map(({ params }) => params[0])).toEqual([made[0]!.txId]);
    expect(text).toBe(await completed(request, { answers: { getrawtransaction: raw } }));
    const wrong = proven(request, [{ ...made[0]!, hex: made[1]!.hex }]);
    expect(await codeOfCompleting(wrong, { answers: { getrawtransaction: raw } })).toBe('TRANSACTION_INVALID');
  });

  it('completing asks nothing for taproot inputs alone', async () => {
    const asked: RpcCall[][] = [];
    const text = bitcore([{ satoshis: 5_000_000, script: taproot }], paid);
    expect(await completed(text, { answers: {}, asked })).toBe(text);
    expect(asked).toEqual([]);
  });

  it('completing finds transactions by the block of the output where the node has no index of transactions', async () => {
    const single = bitcore([inputs[0]!], [{ satoshis: 190_000, script: foreign }]);
    const block = 'b1'.repeat(32);
    const answers: NodeAnswers = {
      getrawtransaction: (txId, _verbose, where) => (where === block ? raw(txId) : refused(noIndex)),
      gettxout: (txId, index) =>
        txId === made[0]!.txId && index === 0 ? { confirmations: 3, bestblock: 'be'.repeat(32) } : null,
      getblockheader: () => ({ height: 102 }),
      getblockhash: (height) => (height === 100 ? block : 'c0'.repeat(32)),
    };
    expect(hazardsOf(bitcoin, await completed(single, { answers }))).toEqual([]);
    const wallet = {
      getrawtransaction: () => refused(noIndex),
      gettransaction: (txId: unknown) => ({ hex: raw(txId) }),
    };
    expect(hazardsOf(bitcoin, await completed(single, { answers: wallet }))).toEqual([]);
  });

  it('completing waits, and names the remedy, while a transaction cannot be found', async () => {
    const answers = { getrawtransaction: () => refused('No such mempool or blockchain transaction (code -5)') };
    const failed = completed(request, { answers });
    await expect(failed).rejects.toMatchObject({
      code: 'PREVIOUS_UNKNOWN',
      message: expect.stringContaining('--node BTC=URL'),
    });
    await expect(failed).rejects.toHaveProperty('kind.retry', true);
    expect(await codeOfCompleting(request, { answers: {} })).toBe('PREVIOUS_UNKNOWN');
  });

  it('completing continues without proof where the operator allows it, but only after a definite no', async () => {
    const answers = { getrawtransaction: () => refused('No such mempool or blockchain transaction (code -5)') };
    const text = await completed(request, { answers, allowUnproved: true });
    expect(text).toBe(request);
    expect(hazardsOf(bitcoin, text)).toHaveLength(45);
    expect(await completed(request, { answers: {}, allowUnproved: true })).toBe(request);
    for (const words of [
      'Too many requests (code -32005)',
      'Work queue depth exceeded',
      'Loading block index... (code -28)',
    ]) {
      const passing = { getrawtransaction: () => refused(words) };
      expect(await codeOfCompleting(request, { answers: passing, allowUnproved: true })).toBe('PREVIOUS_UNKNOWN');
    }
    const silent = { getrawtransaction: () => new CustosError('NODE_UNREACHABLE', 'no answer') };
    expect(await codeOfCompleting(request, { answers: silent, allowUnproved: true })).toBe('NODE_UNREACHABLE');
  });

  it('completing uses proof when there is one, even if the operator does not require it', async () => {
    const answers = {
      getrawtransaction: (txId: unknown) =>
        txId === made[0]!.txId ? raw(txId) : refused('No such transaction (code -5)'),
    };
    expect(hazardsOf(bitcoin, await completed(request, { answers, allowUnproved: true }))).toHaveLength(44);
  });

  it('completing takes from a node only the bytes of the requested transaction', async () => {
    const answers: readonly unknown[] = [
      made[1]!.hex,
      '',
      'zz',
      'a',
      7,
      null,
      {},
      [],
      true,
      made[0]!.hex.slice(2),
      `${made[0]!.hex}00`,
    ];
    const single = bitcore([inputs[0]!], [{ satoshis: 190_000, script: foreign }]);
    for (const allowUnproved of [true, false]) {
      for (const answer of answers) {
        const node = { getrawtransaction: () => answer ?? Object.create(null) };
        expect(await codeOfCompleting(single, { answers: node, allowUnproved })).toBe('NODE_ANSWER_INVALID');
      }
    }
  });

  it('completing refuses previous transactions that are too large', async () => {
    const large = Array.from({ length: 5 }, (_, mark) =>
      madeBy(
        [
          { satoshis: 2_000_000, script: wpkh },
          { satoshis: 0, script: `6a${'00'.repeat(900_000)}` },
        ],
        mark,
      ),
    );
    const many = bitcore(
      large.map((one) => ({ ...one, index: 0, satoshis: 2_000_000, script: wpkh })),
      [{ satoshis: 9_990_000, script: foreign }],
    );
    const answers = { getrawtransaction: (txId: unknown) => large.find((one) => one.txId === txId)!.hex };
    expect(await codeOfCompleting(many, { answers })).toBe('TRANSACTION_TOO_LARGE');
    expect(codeOf(() => bitcoin.codec.parse(proven(many, large), contextOf(bitcoin)))).toBe('TRANSACTION_TOO_LARGE');
  });

  it('completing refuses unknown forms', async () => {
    const forms = [
      '{"transaction":7,"previous":{}}',
      '{"transaction":"{}"}',
      '{"transaction":"{}","previous":[]}',
      '{"transaction":"{}","previous":{"ab":"00"}}',
      `{"transaction":"{}","previous":{"__proto__":"00"}}`,
      `{"transaction":"{}","previous":{"${'a'.repeat(64)}":"0"}}`,
      `{"transaction":"{}","previous":{},"more":1}`,
      JSON.stringify({ transaction: proven(request, []), previous: {} }),
    ];
    for (const form of forms) {
      for (const chain of [bitcoin, litecoin, dogecoin, bitcoinCash]) {
        expect(codeOf(() => chain.codec.parse(form, contextOf(chain)))).toBe('TRANSACTION_INVALID');
      }
      expect(await codeOfCompleting(form, { answers: {} })).toBe('TRANSACTION_INVALID');
    }
  });
});
