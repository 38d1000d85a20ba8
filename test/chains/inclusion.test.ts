import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeSent } from '../../src/chains/flow/sent.js';
import { createRegistry } from '../../src/chains/registry.js';
import type { NodeClient, RecordedTransaction } from '../../src/core/chain/node.js';
import { CustosError } from '../../src/core/errors.js';
import { loadVectors, utxoChainIds } from '../support/vectors.js';
import { completed as cardanoCompleted, key as cardanoKey } from './cardano/completed.js';

const chains = createRegistry();
const txId = 'ab'.repeat(32);
const block = 'cd'.repeat(32);
const FINAL = Number.MAX_SAFE_INTEGER;
const refused = (message = 'not found') => new CustosError('NODE_REFUSED', message);
type Answers = Readonly<Record<string, unknown>>;

/** Answers by method or path; what is not there is refused, and an Error is thrown. */
function nodeOf(answers: Answers): NodeClient {
  const answer = async (name: string): Promise<unknown> => {
    const found = answers[name];
    if (found === undefined) throw refused();
    if (found instanceof Error) throw found;
    return found;
  };
  return {
    rpc: (method) => answer(method),
    http: ({ path }) => answer(path),
    cloud: ({ path }) => answer(path),
  };
}

interface Case {
  readonly chain: string;
  readonly txId?: string;
  readonly raw?: string;
  readonly completed?: string;
  /** A transaction in a block, as the official node tells it. */
  readonly inBlock: Answers;
  readonly expected: { readonly depth: number; readonly block: string };
  /** What tells that it did not do what it was for, beside the answers of `inBlock`. */
  readonly reverted?: Answers;
  readonly waiting?: Answers;
  readonly absent: Answers;
  /** Answers that are those of another transaction, or of none. */
  readonly foreign: readonly Answers[];
}

const xrp = { hash: txId, validated: true, ledger_index: 77, meta: { TransactionResult: 'tesSUCCESS' } };
const solana = (value: unknown) => ({ getSignatureStatuses: { context: { slot: 900 }, value: [value] } });
const final = { slot: 800, confirmations: null, err: null, confirmationStatus: 'finalized' };
const horizon = { hash: txId, ledger: 55, successful: true };
const thor = { meta: { txID: `0x${txId}`, blockID: `0x00000010${block.slice(8)}` }, reverted: false };
const thorBest = { '/blocks/best': { id: `0x00000012${block.slice(8)}` } };
const tronNow = { '/wallet/getnowblock': { block_header: { raw_data: { timestamp: 5, number: 120 } } } };
const tronInfo = { id: txId, blockNumber: 100, receipt: {} };
const egld = { status: 'success', hyperblockNonce: 5, hyperblockHash: block };
const ada = {
  transaction: { transaction_identifier: { hash: txId } },
  block_identifier: { index: 90, hash: block },
};
const adaHead = { '/network/status': { current_block_identifier: { index: 99, hash: block } } };
const utxo = loadVectors('BTC').transactions[0]!.txData;

const flowRaw = writeSent({
  network: 'testnet',
  referenceHeight: 5n,
  payerKey: 0,
  payload: {
    script: 'x',
    arguments: [],
    referenceBlock: block,
    limit: 100,
    proposer: { address: '01'.repeat(8), keyId: 0, sequenceNumber: 1n },
    payer: '01'.repeat(8),
    authorizers: [],
  },
  payloadSignatures: [],
  envelopeSignatures: [],
});
const sealed = { status: 'Sealed', status_code: 0, error_message: '', block_id: block };

const cases: readonly Case[] = [
  {
    chain: 'XRP',
    inBlock: { tx: xrp },
    expected: { depth: FINAL, block: '77' },
    reverted: { tx: { ...xrp, meta: { TransactionResult: 'tecPATH_DRY' } } },
    waiting: { tx: { hash: txId, validated: false } },
    absent: { tx: { error: 'txnNotFound', status: 'error' } },
    foreign: [{ tx: { ...xrp, hash: block } }, { tx: { error: 'tooBusy' } }, { tx: { ...xrp, ledger_index: 'x' } }],
  },
  {
    chain: 'SOL',
    inBlock: solana(final),
    expected: { depth: FINAL, block: '800' },
    reverted: solana({ ...final, err: { InstructionError: [0, { Custom: 1 }] } }),
    waiting: solana({ ...final, confirmations: 0, confirmationStatus: 'processed' }),
    absent: solana(null),
    foreign: [solana({ ...final, slot: 'x' }), solana({ slot: 5 }), { getSignatureStatuses: { value: [] } }],
  },
  {
    chain: 'XLM',
    inBlock: { [`/transactions/${txId}`]: horizon },
    expected: { depth: FINAL, block: '55' },
    reverted: { [`/transactions/${txId}`]: { ...horizon, successful: false } },
    absent: {},
    foreign: [{ [`/transactions/${txId}`]: { ...horizon, ledger: -1 } }],
  },
  {
    chain: 'VET',
    txId: `0x${txId}`,
    inBlock: { ...thorBest, [`/transactions/0x${txId}/receipt`]: thor },
    expected: { depth: 3, block: `0x00000010${block.slice(8)}` },
    reverted: { [`/transactions/0x${txId}/receipt`]: { ...thor, reverted: true } },
    waiting: {
      [`/transactions/0x${txId}/receipt`]: null,
      [`/transactions/0x${txId}?pending=true`]: { id: `0x${txId}`, meta: null },
    },
    absent: { ...thorBest, [`/transactions/0x${txId}/receipt`]: null, [`/transactions/0x${txId}?pending=true`]: null },
    foreign: [
      { ...thorBest, [`/transactions/0x${txId}/receipt`]: { ...thor, meta: { ...thor.meta, txID: `0x${block}` } } },
      { ...thorBest, [`/transactions/0x${txId}/receipt`]: { ...thor, meta: { ...thor.meta, blockID: '0x1' } } },
      { ...thorBest, [`/transactions/0x${txId}/receipt`]: {} },
    ],
  },
  {
    chain: 'TRON',
    inBlock: { ...tronNow, '/wallet/gettransactioninfobyid': tronInfo },
    expected: { depth: 21, block: '100' },
    reverted: { '/wallet/gettransactioninfobyid': { ...tronInfo, result: 'FAILED' } },
    waiting: { '/wallet/gettransactioninfobyid': {}, '/wallet/gettransactionbyid': { txID: txId } },
    absent: { ...tronNow, '/wallet/gettransactioninfobyid': {}, '/wallet/gettransactionbyid': {} },
    foreign: [
      { ...tronNow, '/wallet/gettransactioninfobyid': { ...tronInfo, id: block } },
      { ...tronNow, '/wallet/gettransactioninfobyid': { id: txId } },
    ],
  },
  {
    chain: 'EGLD',
    inBlock: { [`/transaction/${txId}`]: { data: { transaction: egld } } },
    expected: { depth: FINAL, block },
    reverted: { [`/transaction/${txId}`]: { data: { transaction: { ...egld, status: 'fail' } } } },
    waiting: { [`/transaction/${txId}`]: { data: { transaction: { status: 'pending' } } } },
    absent: {},
    foreign: [
      { [`/transaction/${txId}`]: { data: { transaction: { hyperblockHash: block } } } },
      { [`/transaction/${txId}`]: { data: { transaction: { ...egld, hyperblockHash: 'x' } } } },
    ],
  },
  {
    chain: 'ADA',
    raw: loadVectors('ADA').transactions[0]!.txData,
    inBlock: { ...adaHead, '/search/transactions': { transactions: [ada], total_count: 1 } },
    expected: { depth: 10, block },
    absent: { ...adaHead, '/search/transactions': { transactions: [], total_count: 0 } },
    foreign: [
      { ...adaHead, '/search/transactions': { transactions: [{ ...ada, transaction: {} }] } },
      { ...adaHead, '/search/transactions': {} },
      { '/network/status': {}, '/search/transactions': { transactions: [ada] } },
    ],
  },
  {
    chain: 'ALGO',
    completed: '{"firstRound":1000,"lastRound":2000}',
    inBlock: { [`/v2/transactions/pending/${txId}`]: { 'confirmed-round': 1004, 'pool-error': '' } },
    expected: { depth: FINAL, block: '1004' },
    waiting: { [`/v2/transactions/pending/${txId}`]: { 'pool-error': '' } },
    absent: { '/v2/status': { 'last-round': 1500 } },
    foreign: [],
  },
  {
    chain: 'FLOW',
    raw: flowRaw,
    inBlock: { [`/v1/transaction_results/${txId}`]: sealed },
    expected: { depth: FINAL, block },
    reverted: { [`/v1/transaction_results/${txId}`]: { ...sealed, status_code: 1, error_message: 'panic' } },
    waiting: { [`/v1/transaction_results/${txId}`]: { status: 'Executed' } },
    absent: {},
    foreign: [{ [`/v1/transaction_results/${txId}`]: {} }, { [`/v1/transaction_results/${txId}`]: 'x' }],
  },
  ...utxoChainIds.map((chain) => ({
    chain,
    raw: utxo,
    inBlock: { getrawtransaction: { txid: txId, confirmations: 4, blockhash: block } },
    expected: { depth: 4, block },
    waiting: { getrawtransaction: { txid: txId } },
    absent: { getrawtransaction: refused('No such mempool or blockchain transaction (code -5)') },
    foreign: [
      { getrawtransaction: { txid: block, confirmations: 4, blockhash: block } },
      { getrawtransaction: { txid: txId, confirmations: 4 } },
      { getrawtransaction: { txid: txId, confirmations: -1, blockhash: block } },
      { getrawtransaction: null },
    ],
  })),
  {
    chain: 'LTC',
    raw: utxo,
    inBlock: {
      getrawtransaction: refused('No such mempool transaction. Use -txindex (code -5)'),
      gettxout: { bestblock: '11'.repeat(32), confirmations: 3, value: 1 },
      getblockheader: { height: 100 },
      getblockhash: block,
    },
    expected: { depth: 3, block },
    absent: { getrawtransaction: refused('No such transaction') },
    foreign: [{ getrawtransaction: refused('Use -txindex'), gettxout: { confirmations: 0 } }],
  },
];

describe.each(cases)('a node of $chain', (one) => {
  const chain = chains.get(one.chain);
  const recorded: RecordedTransaction = {
    raw: one.raw ?? '',
    txId: one.txId ?? txId,
    completed: one.completed ?? '{}',
    sender: '',
  };
  const inclusion = (answers: Answers) => chain.node.inclusion?.(recorded, nodeOf(answers));
  const known = { ...one.inBlock };

  it('a node gives the block of a transaction and its depth', async () => {
    expect(await inclusion(known)).toEqual({ kind: 'included', ...one.expected });
  });

  // What a chain's nodes have no word for is no test that waits to be written.
  if (one.reverted !== undefined) {
    it('a node shows that a transaction failed at its purpose', async () => {
      const told = await inclusion({ ...known, ...one.reverted });
      expect(told).toEqual({ kind: 'included', ...one.expected, reverted: true });
    });
  }

  if (one.waiting !== undefined) {
    it('a node shows that a transaction waits', async () => {
      expect(await inclusion({ ...known, ...one.waiting })).toEqual({ kind: 'waiting' });
    });
  }

  it('a node shows that a transaction is missing', async () => {
    expect(await inclusion(one.absent)).toEqual({ kind: 'absent' });
  });

  if (one.foreign.length > 0) {
    it('an answer about something else is not accepted', async () => {
      for (const answers of one.foreign) {
        await expect(inclusion(answers), JSON.stringify(answers)).rejects.toMatchObject({
          code: 'NODE_ANSWER_INVALID',
        });
      }
    });
  }

  it('a node gives a coded error or a well-formed answer, whatever it says', async () => {
    const names = fc.constantFrom(...Object.keys(known));
    const values = fc.oneof(fc.jsonValue(), fc.gen());
    await fc.assert(
      fc.asyncProperty(names, values, async (name, value) => {
        const answer = typeof value === 'function' ? changed(known[name], value) : value;
        const outcome = await inclusion({ ...known, [name]: answer })?.catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(CustosError);
          expect((outcome as CustosError).code).toMatch(/^NODE_(ANSWER_INVALID|REFUSED)$/);
          return;
        }
        expect(outcome).toMatchObject({ kind: expect.stringMatching(/^(absent|waiting|included)$/) });
        const { kind, depth, block: name_ } = outcome as { kind: string; depth?: number; block?: string };
        if (kind !== 'included') return;
        expect(Number.isSafeInteger(depth) && Number(depth) > 0).toBe(true);
        expect(name_).toMatch(/^.+$/);
      }),
    );
  });
});

/** One member of an answer, at any depth, replaced by any JSON. */
function changed(answer: unknown, gen: fc.GeneratorValue): unknown {
  if (typeof answer !== 'object' || answer === null || answer instanceof Error) return gen(fc.jsonValue);
  const entries = Object.entries(answer);
  if (entries.length === 0) return gen(fc.jsonValue);
  const [key, member] = gen(fc.constantFrom, ...entries);
  const copy: Record<string, unknown> = { ...answer, [key]: changed(member, gen) };
  return Array.isArray(answer) ? Object.values(copy) : copy;
}

describe('depth', () => {
  it('the depth of a confirmed Solana transaction grows with the blocks that were voted on top', async () => {
    const inclusion = (confirmations: unknown) =>
      chains
        .get('SOL')
        .node.inclusion?.(
          { raw: '', txId, completed: '{}', sender: '' },
          nodeOf(solana({ ...final, confirmations, confirmationStatus: 'confirmed' })),
        );
    expect(await inclusion(0)).toMatchObject({ depth: 1 });
    expect(await inclusion(30)).toMatchObject({ depth: 31 });
    expect(await inclusion(null)).toMatchObject({ depth: 1 });
  });

  it('the depth of a Flow transaction is final, and an unknown status code is a failure', async () => {
    const answers = (code: unknown) => ({ [`/v1/transaction_results/${txId}`]: { ...sealed, status_code: code } });
    const inclusion = (code: unknown) =>
      chains.get('FLOW').node.inclusion?.({ raw: flowRaw, txId, completed: '{}', sender: '' }, nodeOf(answers(code)));
    expect(await inclusion('0')).toEqual({ kind: 'included', depth: FINAL, block });
    for (const code of [{ toString: null }, [], '']) {
      expect(await inclusion(code)).toMatchObject({ kind: 'included', reverted: true });
    }
  });

  it('the depth of an Algorand transaction comes from the blocks where the node has forgotten its id', async () => {
    const chain = chains.get('ALGO');
    const recorded = { raw: '', txId, completed: '{"firstRound":1000,"lastRound":1003}', sender: '' };
    const blocks = Object.fromEntries(
      [1000, 1001, 1002, 1003].map((round) => [
        `/v2/blocks/${round}/txids`,
        { blockTxids: round === 1002 ? [txId] : [] },
      ]),
    );
    const over = { '/v2/status': { 'last-round': 9000 } };
    expect(await chain.node.inclusion?.(recorded, nodeOf({ ...over, ...blocks }))).toEqual({
      kind: 'included',
      depth: FINAL,
      block: '1002',
    });
    await expect(chain.node.inclusion?.(recorded, nodeOf(over))).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });

  it('the depth is known for every chain with a living network', () => {
    const without = chains.ids.filter((id) => chains.get(id).node.inclusion === undefined);
    expect(without).toEqual(['BNB']);
    expect(chains.get('BNB').closedNetwork).toBeDefined();
  });
});

describe('what a transaction spends', () => {
  it('what a Cardano transaction spends is given as its network writes it', () => {
    const context = { network: 'testnet', from: cardanoKey.address, signers: [cardanoKey] } as const;
    const own = { address: cardanoKey.address, amount: 5_000_000 };
    const unsigned = chains.get('ADA').codec.parse(cardanoCompleted({ inputs: [own, own], txId }), context);
    expect(unsigned.spends).toEqual([`${txId}:0`, `${txId}:1`]);
  });
});
