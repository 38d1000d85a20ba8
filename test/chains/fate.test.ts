import { readFileSync } from 'node:fs';
import { Keypair, Operation } from '@stellar/stellar-sdk';
import { RLP } from 'micro-eth-signer/core/rlp.js';
import { describe, expect, it } from 'vitest';
import { readSignedBody } from '../../src/chains/cardano/signed.js';
import { createRegistry } from '../../src/chains/registry.js';
import { readEnvelope } from '../../src/chains/stellar/envelope.js';
import type { NodeClient, RecordedTransaction } from '../../src/core/chain/node.js';
import { CustosError } from '../../src/core/errors.js';
import { loadVectors } from '../support/vectors.js';
import { envelopesOf } from './stellar/envelopes.js';

const chains = createRegistry();
const txId = 'ab'.repeat(32);
type Answers = Readonly<Record<string, unknown>>;

/** Answers by path or method, in `asked` what was asked for; what is not there is refused. */
function nodeOf(answers: Answers, asked: string[] = []): NodeClient {
  const answer = async (name: string): Promise<unknown> => {
    asked.push(name);
    if (!(name in answers)) throw new CustosError('NODE_REFUSED', 'not found');
    return answers[name];
  };
  return { rpc: (method) => answer(method), http: ({ path }) => answer(path) };
}

interface Case {
  readonly chain: string;
  readonly recorded: Partial<RecordedTransaction>;
  /** Proof that the bytes can never take effect. */
  readonly dead: Answers;
  /** What, in place of the same in the proof, proves nothing. */
  readonly open: Readonly<Record<string, Answers>>;
  readonly known: readonly Answers[];
  /** In order: whoever looks for it afterwards knows at least as much as whoever said what time it is. */
  readonly asked: readonly string[];
  readonly strange: readonly Answers[];
}

const thor = (number: number) => `0x${number.toString(16).padStart(8, '0')}${'cd'.repeat(28)}`;
const thorId = `0x${txId}`;
/** Refers to block 1,000 and lives for 720 blocks. */
const thorBytes = `0x${Buffer.from(
  RLP.encode([
    '0x27',
    `0x000003e8${'11'.repeat(4)}`,
    '0x02d0',
    [],
    '0x',
    '0x5208',
    '0x',
    '0x01',
    [],
    `0x${'22'.repeat(65)}`,
  ]),
).toString('hex')}`;
const END = 1_764_000_000;
const ledger = (seconds: number) => ({
  _embedded: { records: [{ closed_at: new Date(seconds * 1000).toISOString() }] },
});
const newest = '/ledgers?order=desc&limit=1';
const xlmAccount = Keypair.fromRawEd25519Seed(Buffer.alloc(32, 1)).publicKey();
const xlmBytes = envelopesOf(xlmAccount)([Operation.inflation({})], { maxTime: END });
const { sequence: xlmSequence } = readEnvelope(xlmBytes);
const cardanoBytes = loadVectors('ADA').transactions[0]!.txData;
const { ttl, network } = readSignedBody(cardanoBytes);
const [slot, at] = network === 'mainnet' ? [4_492_800n, 1_596_059_091n] : [86_400n, 1_655_769_600n];
const slotTime = (number: bigint) => ({ current_block_timestamp: Number((number - slot + at) * 1000n) });
const foundOf = (hash: string) => ({
  transactions: [{ transaction: { transaction_identifier: { hash } } }],
  total_count: 1,
});
const xrpAccount = (next: number, index: number) => ({
  account_data: { Account: 'rSender', Sequence: next },
  ledger_index: index,
  validated: true,
});

const cases: readonly Case[] = [
  {
    chain: 'VET',
    recorded: { raw: thorBytes, txId: thorId },
    dead: {
      '/blocks/finalized': { id: thor(1721) },
      [`/transactions/${thorId}?pending=true`]: null,
      [`/transactions/${thorId}?head=${thor(1721)}`]: null,
    },
    open: {
      'the last block that may hold it is final, and none after it': { '/blocks/finalized': { id: thor(1720) } },
    },
    known: [
      { [`/transactions/${thorId}?pending=true`]: { id: thorId } },
      { [`/transactions/${thorId}?head=${thor(1721)}`]: { id: thorId } },
    ],
    asked: ['/blocks/finalized', `/transactions/${thorId}?pending=true`, `/transactions/${thorId}?head=${thor(1721)}`],
    strange: [{ '/blocks/finalized': {} }, { [`/transactions/${thorId}?head=${thor(1721)}`]: { id: thor(1) } }],
  },
  {
    chain: 'XLM',
    recorded: {
      completed: xlmBytes,
    },
    dead: { [newest]: ledger(END + 301), [`/accounts/${xlmAccount}`]: { sequence: `${xlmSequence - 1n}` } },
    open: {
      'its time is over, but a node may be behind': { [newest]: ledger(END + 300) },
      'the account has used its number, in a ledger that the node may have forgotten': {
        [`/accounts/${xlmAccount}`]: { sequence: `${xlmSequence}` },
      },
      'the node does not say what time it is': { [newest]: {} },
    },
    known: [{ [`/transactions/${txId}`]: { hash: txId } }],
    asked: [newest, `/transactions/${txId}`, `/accounts/${xlmAccount}`],
    strange: [{ [`/accounts/${xlmAccount}`]: {} }],
  },
  {
    chain: 'ADA',
    recorded: { raw: cardanoBytes },
    dead: { '/network/status': slotTime(ttl + 43_201n), '/search/transactions': { transactions: [], total_count: 0 } },
    open: {
      'its end may be undone': { '/network/status': slotTime(ttl + 43_200n) },
      'the node says no time': { '/network/status': {} },
      'the node does not say how many it found': { '/search/transactions': { transactions: [] } },
    },
    known: [{ '/search/transactions': foundOf(txId) }],
    asked: ['/network/status', '/search/transactions'],
    strange: [
      { '/network/status': 7 },
      { '/search/transactions': [] },
      // A node that does not know this way to search answers with whatever it has.
      { '/search/transactions': foundOf('cd'.repeat(32)) },
    ],
  },
  {
    chain: 'XRP',
    recorded: { completed: JSON.stringify({ Account: 'rSender', Sequence: 7, LastLedgerSequence: 5000 }) },
    dead: { tx: { error: 'txnNotFound' }, ledger: { ledger_index: 5001 }, account_info: xrpAccount(7, 5001) },
    open: {
      'its last ledger is the newest one': { ledger: { ledger_index: 5000 } },
      'another node, which lags, says that the number is unused': { account_info: xrpAccount(7, 5000) },
      'the number is unused in a ledger that is not validated': {
        account_info: { ...xrpAccount(7, 5001), validated: false },
      },
      'the account has used the number': { account_info: xrpAccount(8, 5001) },
      'the account is gone': { account_info: { error: 'actNotFound' } },
    },
    known: [{ tx: { hash: txId } }],
    asked: ['tx', 'ledger', 'account_info'],
    strange: [{ ledger: {} }, { tx: null }],
  },
];

describe.each(cases)('the fate of signed bytes of $chain', ({ chain, recorded: given, ...one }) => {
  const recorded = { raw: '', txId, completed: '{}', sender: '', ...given };
  const fate = (answers: Answers, asked?: string[]) =>
    chains.get(chain).node.fate?.(recorded, nodeOf({ ...one.dead, ...answers }, asked));

  it('is death where the chain is past their end and does not have them, which is asked in this order', async () => {
    const asked: string[] = [];
    expect(await fate({}, asked)).toBe('dead');
    expect(asked).toEqual(one.asked);
  });

  it.each(Object.entries(one.open))('is open where %s', async (_why, answers) => {
    expect(await fate(answers)).toBe('open');
  });

  it('is known where the chain has them', async () => {
    for (const answers of one.known) expect(await fate(answers), JSON.stringify(answers)).toBe('known');
  });

  it('is never death where an answer is missing or strange', async () => {
    for (const name of Object.keys(one.dead)) {
      const rest = Object.fromEntries(Object.entries(one.dead).filter(([other]) => other !== name));
      const told = await chains
        .get(chain)
        .node.fate?.(recorded, nodeOf(rest))
        .catch(({ code }: CustosError) => code);
      expect(told, name).toMatch(/^(open|NODE_REFUSED)$/);
    }
    for (const answers of one.strange) {
      await expect(fate(answers), JSON.stringify(answers)).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
    }
  });
});

it('every chain whose bytes expire has tests of their death', () => {
  const mortal = chains.ids.filter((id) => chains.get(id).codec.expiry !== undefined);
  const elsewhere = { SOL: 'solana', TRON: 'tron', ALGO: 'algorand', FLOW: 'flow' };
  for (const folder of Object.values(elsewhere)) {
    expect(readFileSync(new URL(`./${folder}/node.test.ts`, import.meta.url), 'utf8')).toContain("toBe('dead')");
  }
  expect(mortal.sort()).toEqual([...cases.map(({ chain }) => chain), ...Object.keys(elsewhere)].sort());
});

describe('the fate of XRP bytes whose number is used', () => {
  const notFound = { error: 'txnNotFound', searched_all: true };
  const ticketIn = (index: number) => ({
    node: { LedgerEntryType: 'Ticket', Account: 'rSender', TicketSequence: 7 },
    ledger_index: index,
    validated: true,
  });
  /** Answers of a node with all ledgers from `since`; the account has used the number in ledger `used`. */
  function fate({ used, since, ticket = false }: { used: number; since: number; ticket?: boolean }) {
    const state = (params: unknown, at: (index: number) => unknown) => {
      const { ledger_index: asked } = params as { readonly ledger_index: number | 'validated' };
      const index = asked === 'validated' ? 9000 : asked;
      return index < since ? { error: 'lgrNotFound' } : at(index);
    };
    const missing = { error: 'entryNotFound' };
    const answers: Readonly<Record<string, (params: unknown) => unknown>> = {
      tx: () => ({ ...notFound, searched_all: since <= 4001 }),
      ledger: () => ({ ledger_index: 9000 }),
      account_info: (params) => state(params, (index) => xrpAccount(ticket ? 100 : index < used ? 7 : 8, index)),
      ledger_entry: (params) => state(params, (index) => (index < used ? ticketIn(index) : missing)),
    };
    const number = ticket ? { Sequence: 0, TicketSequence: 7 } : { Sequence: 7 };
    const completed = JSON.stringify({ Account: 'rSender', ...number, LastLedgerSequence: 5000 });
    const node = {
      ...nodeOf({}),
      rpc: async (method: string, [params]: readonly unknown[]) => answers[method]?.(params),
    };
    return chains.get('XRP').node.fate?.({ raw: '', txId, completed, sender: 'rSender' }, node);
  }

  it.each([false, true])(
    'is death where it was unused before ledgers that were all searched (ticket: %s)',
    async (ticket) => {
      expect(await fate({ used: 4500, since: 4000, ticket })).toBe('dead');
      expect(await fate({ used: 9001, since: 4500, ticket })).toBe('dead');
    },
  );

  it.each([false, true])('is open where a ledger that is gone may have held them (ticket: %s)', async (ticket) => {
    // The last thousand ledgers are searched, and the bytes may have been taken two thousand ledgers before.
    expect(await fate({ used: 2000, since: 4000, ticket })).toBe('open');
    expect(await fate({ used: 4500, since: 4001, ticket })).toBe('open');
    expect(await fate({ used: 4500, since: 4100, ticket })).toBe('open');
  });
});

it('VET bytes that a node calls expired wait until they are proved dead', async () => {
  const { refusal } = chains.get('VET').node;
  const recorded = { raw: thorBytes, txId: thorId, completed: '{}', sender: '' };
  expect(await refusal?.(recorded, 'tx rejected: expired (HTTP 403)', nodeOf({}))).toBe('later');
  expect(await refusal?.(recorded, 'tx rejected: insufficient energy', nodeOf({}))).toBe('final');
});
