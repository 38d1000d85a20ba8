import { AddressLookupTableAccount, PublicKey } from '@solana/web3.js';
import { Account, Networks, Operation, TransactionBuilder } from '@stellar/stellar-sdk';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { associatedTokenAddress } from '../../src/chains/solana/address.js';
import { solana } from '../../src/chains/solana/index.js';
import { programs } from '../../src/chains/solana/programs/ids.js';
import type { ParseContext } from '../../src/core/chain/codec.js';
import type { Effect } from '../../src/core/chain/effect.js';
import type { Network } from '../../src/core/ids.js';
import type { Question } from '../../src/core/signing/judge.js';
import type { SpendingLimit } from '../../src/core/signing/spending.js';
import { ownerLimitsJudge } from '../../src/policy/judging/owner-limits.js';
import { answers as flowAnswers, flowPayments } from '../support/payment-nodes/flow.js';
import { buildCase, nodeOf } from '../support/payment-nodes/node.js';
import { testKey } from '../support/test-key.js';
import { alice, encode } from './calls.js';
import { contextOf, keyOf, legacyJson } from './signing.js';
import { by, completedFrom, key, me, mint, other, ours, type Parts, thief, token, u64 } from './solana/parts.js';

const registry = createRegistry();
/** A token that the owner has no limit for, and a lookup table. */
const [another, tableKey] = [0x66, 0x77].map((fill) => keyOf(solana, fill).address) as [string, string];
const BILLION = 10n ** 9n;
const GOLD = '0x471EcE3750Da237f93B8E339c536989b8978a438';

/** A request that gives away a billion units under another name than a plain payment has. */
interface Disguise {
  readonly what: string;
  readonly chain: string;
  readonly network?: Network;
  /** What the owner may spend, unless it is the coin. */
  readonly token?: string;
  readonly completed: () => string | Promise<string>;
}

const celo = (to: string, name: string, chainId: number): string =>
  legacyJson({ chainId, to, value: 0, gas: 200_000, data: encode(name, [alice, BILLION]) });

const xrp = registry.get('XRP');
const xrpKey = testKey(xrp, xrp.keys.decodePrivateKey('sEdVew8GnH7k5N6cRFrM6oL2C1Uc8BJ', 'testnet'));
const issuer = 'rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B';
function pathPayment(fields: object): string {
  const receiver = 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh';
  const sent = { TransactionType: 'Payment', Account: xrpKey.address, Destination: receiver };
  const Amount = { currency: 'USD', issuer: receiver, value: '100' };
  return JSON.stringify({ ...sent, Amount, ...fields, Fee: '10', Sequence: 1, LastLedgerSequence: 1 });
}

function deposit(): string {
  const { address } = keyOf(registry.get('XLM'));
  const builder = new TransactionBuilder(new Account(address, '41'), {
    fee: '100',
    networkPassphrase: Networks.PUBLIC,
  });
  const pool = { liquidityPoolId: 'ab'.repeat(32), maxAmountA: '100', maxAmountB: '1', minPrice: '1', maxPrice: '2' };
  return builder.addOperation(Operation.liquidityPoolDeposit(pool)).setTimeout(300).build().toXDR();
}

async function flowText(): Promise<string> {
  const [coins] = flowPayments;
  const request = { ...coins!.request, amount: '10', token: 'A.1654653399040a61.FlowToken' };
  return (await buildCase({ ...coins!, request }, nodeOf(flowAnswers))).completed;
}

const disguises: readonly Disguise[] = [
  {
    what: 'tokens of an account that no mint is named for',
    chain: 'SOL',
    token: mint,
    completed: () => unnamed(3, other),
  },
  { what: 'a right over such tokens', chain: 'SOL', token: mint, completed: () => unnamed(4, thief) },
  { what: 'tokens of a mint that a node names', chain: 'SOL', token: mint, completed: () => loadedMint(other) },
  { what: 'tokens of an account that a node names', chain: 'SOL', token: mint, completed: loadedSource },
  { what: 'a share of a pool', chain: 'XLM', completed: deposit },
  { what: 'coins by their contract', chain: 'CELO', completed: () => celo(GOLD, 'transfer', 42220) },
  { what: 'a right over coins by their contract', chain: 'CELO', completed: () => celo(GOLD, 'approve', 42220) },
  ...['0xF194afDf50B03e69Bd7D057c1Aa9e10c9954E4C9', '0xdDc9bE57f553fe75752D61606B94CBD7e0264eF8', GOLD].map(
    (to, at): Disguise => ({
      ...{ what: `coins by the contract of test network ${at}`, chain: 'CELO', network: 'testnet' },
      completed: () => celo(to, 'transfer', [44787, 62320, 11142220][at]!),
    }),
  ),
  ...[{ SendMax: { currency: 'USD', issuer: xrpKey.address, value: '100' } }, { Paths: [[{ account: issuer }]] }].map(
    (fields, at): Disguise => ({
      ...{ what: `the currency of any issuer (${at})`, chain: 'XRP', token: `USD.${issuer}` },
      completed: () => pathPayment(fields),
    }),
  ),
  { what: 'coins by the text for tokens', chain: 'FLOW', completed: flowText },
];

function unnamed(instruction: number, to: string): string {
  return completedFrom([token([ours, to, me], instruction, ...u64(BILLION))]);
}

/** A checked transfer whose mint a lookup table holds, as a node says. */
function loadedMint(source: string): string {
  return withTable([token([source, another, thief, me], 12, ...u64(BILLION), 6)], [another]);
}

/** The message makes the wallet's account of one token, and moves what a node calls that account. */
function loadedSource(): string {
  const account = associatedTokenAddress(key.address, another, programs.token);
  const opening = by(programs.associatedToken)([me, account, key.address, another, programs.system, programs.token], 1);
  return withTable([opening, token([account, thief, me], 3, ...u64(BILLION))], [account, another]);
}

function withTable(instructions: readonly Parts[], addresses: readonly string[]): string {
  const state = { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 0, lastExtendedSlotStartIndex: 0 };
  const table = { ...state, addresses: addresses.map((address) => new PublicKey(address)) };
  const tables = [new AddressLookupTableAccount({ key: new PublicKey(tableKey), state: table })];
  const completed = JSON.parse(completedFrom(instructions, { tables }));
  return JSON.stringify({ ...completed, tables: [{ table: tableKey, writable: addresses, readonly: [] }] });
}

async function verdictOn(effects: readonly Effect[], chain: string, limit: Partial<SpendingLimit>) {
  const { id, coin } = registry.get(chain);
  const judge = ownerLimitsJudge({
    clock: { now: () => 1_900_000_000_000 },
    journal: { budgetsUsed: async (wanted) => wanted.map(() => 0n) },
    coinOf: () => coin,
    spendingOf: async () => [{ budget: 'a'.repeat(32), limits: [{ chain: id, decimals: 0, ...limit }] }],
  });
  const asked = { pending: { id: 'a' }, chain: id, network: 'mainnet', wallets: [{ signatureId: 'w' }], attempt: '0' };
  return judge.decide({ ...asked, signedBy: [], effects } as unknown as Question, 'unused');
}

/** Keys that are not 32 bytes of one value. */
const keys: Readonly<Record<string, { readonly address: string }>> = {
  FLOW: flowPayments[0]!.request.from,
  XRP: xrpKey,
};

describe('what an owner may spend', () => {
  it.each(disguises)(
    'holds for $what on $chain',
    async ({ chain: id, network = 'mainnet', token: held, completed }) => {
      const chain = registry.get(id);
      const text = await completed();
      const { address: from } = keys[id] ?? keyOf(chain);
      const context: ParseContext = { network, from, signers: [{ address: from }] };
      const effects = chain.codec.parse(text, context).effects ?? [];
      const withoutFee = effects.filter(({ op }) => op !== 'fee');
      const limited = held === undefined ? {} : { token: held };
      expect(await verdictOn(withoutFee, id, { ...limited, aDay: BILLION - 1n })).toMatchObject({
        code: 'OWNER_SPENT',
      });
    },
  );

  it("believes a mint of a lookup table where the wallet's own account proves it", () => {
    const own = associatedTokenAddress(key.address, another, programs.token);
    const { effects = [] } = solana.codec.parse(loadedMint(own), contextOf(key));
    expect(effects[0]).toMatchObject({ op: 'token-transfer', asset: another, from: key.address });
  });

  it('holds for coins of Celo alone where another chain has a token at the same address', async () => {
    const { codec } = registry.get('ETH');
    const { effects = [] } = codec.parse(celo(GOLD, 'transfer', 1), contextOf(keyOf(registry.get('ETH'))));
    expect(effects[0]).toMatchObject({ op: 'token-transfer', asset: GOLD.toLowerCase() });
  });
});
