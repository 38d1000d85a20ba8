import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import { shown } from '../../core/text/foreign-text.js';
import { type CallRules, effectsOf } from '../evm/calls/call.js';
import { isUnspendable } from '../evm/calls/destination.js';
import { listOf, objectOf } from '../shared/fields.js';
import { readAddress, showAddress } from './address.js';
import { readDeployment } from './deployment.js';
import { mostFee } from './fee.js';
import type { TronTransaction } from './format.js';
import { feeArguments, membersOf, readable, timeOf } from './notes.js';

/** Milliseconds: a transaction may wait a day at the most (java-tron's MAXIMUM_TIME_UNTIL_EXPIRATION). */
const DAY = 86_400_000n;
/** Members of a new token that are texts. */
const issuedTexts: readonly string[] = ['name', 'abbr', 'description', 'url'];
/** Milliseconds between two blocks. The first block of either network has a time in whole steps of it. */
const BLOCK_TIME = 3_000n;
/** The account to which the network itself sends what is burned; it has had no key since the first block. */
const BLACK_HOLE = 'TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy';

export const rules: CallRules = {
  coin: 'TRX',
  decimals: 6,
  show: tronOf,
  read: (address) => readAddress(address).subarray(1),
  // Tron's own proposals repeat Ethereum's under the same numbers, e.g. TRC-20.
  standard: (number) => `TRC-${number}`,
  isLost: isBlackHole,
};

/**
 * Everything that a transaction does, from the members that are the encoding of the signed bytes. `method` is the contract's type,
 * but in the calls of a smart contract.
 * @param signer - whose key signs
 */
export function effectsOfTransaction(transaction: TronTransaction, signer: string): readonly Effect[] {
  const { owner: from, memo } = transaction;
  const fee: Effect = {
    op: 'fee',
    from,
    asset: 'TRX',
    amount: mostFee(transaction),
    args: feeArguments(transaction),
  };
  const note: Effect[] =
    memo === undefined ? [] : [{ op: 'note', from, args: [{ name: 'data', value: hex.encode(memo) }] }];
  const contract = (readers[transaction.type] ?? stake)(transaction);
  return [...contract, ...note, ...keysOf(transaction, signer), ...lifetimeOf(transaction), fee];
}

function keysOf({ owner: to, permission }: TronTransaction, from: string): Effect[] {
  const foreign = { op: 'account', code: 'foreign-key', from, to } as const;
  const found: Effect[] = to === from ? [] : [foreign];
  // Any permission other than the owner's names its own keys; this key may be one of several, or not among them.
  if (permission === 0n) return found;
  return [...found, { ...foreign, args: [{ name: 'Permission_id', value: permission.toString() }] }];
}

function lifetimeOf({ owner: from, expiration, timestamp }: TronTransaction): Effect[] {
  if (timestamp !== 0n && expiration - timestamp <= DAY) return [];
  return [{ op: 'note', code: 'long-lived', from, args: [{ name: 'expiration', value: timeOf(expiration) }] }];
}

type Reader = (transaction: TronTransaction) => readonly Effect[];

const readers: Readonly<Record<string, Reader>> = {
  TransferContract(transaction) {
    const { owner: from, type: method } = transaction;
    const sent = { from, to: address(transaction, 'to_address'), asset: 'TRX', amount: amount(transaction, 'amount') };
    return [{ op: 'transfer', ...lostAt(sent), ...sent, method }];
  },
  TransferAssetContract(transaction) {
    const { owner: from, type: method } = transaction;
    const to = address(transaction, 'to_address');
    const sent = { from, to, asset: assetName(transaction), amount: amount(transaction, 'amount') };
    return [{ op: 'token-transfer', ...lostAt(sent), ...sent, method, args: membersOf(transaction) }];
  },
  TriggerSmartContract(transaction) {
    const { owner: from, type: method } = transaction;
    const contract = address(transaction, 'contract_address');
    const data = hex.decode(String(transaction.value['data'] ?? '').toLowerCase());
    const message = { to: rules.read(contract), value: amount(transaction, 'call_value'), data };
    const calls = effectsOf(message, from, rules);
    // Without data only the type says that code is called.
    const own = data.length > 0 ? calls : calls.map((effect) => ({ ...effect, contract, method }));
    const args = membersOf(transaction);
    const along = tokensAlong(transaction, contract).map((effect) => ({ ...effect, contract, args }));
    const rest: Effect[] = along.length > 0 || args.length === 0 ? along : [{ op: 'note', from, method, args }];
    return [...own, ...rest];
  },
  CreateSmartContract(transaction) {
    const { owner: from, type: method } = transaction;
    const { name, code, value } = readDeployment(transaction.value['new_contract']);
    const gift: readonly Effect[] = value > 0n ? [{ op: 'transfer', from, asset: 'TRX', amount: value, method }] : [];
    const args = [{ name: 'name', value: name }, ...membersOf(transaction)];
    return [
      ...gift,
      { op: 'deploy', code: 'contract-creation', from, method, args },
      { op: 'deploy', code: 'opaque-data', from, method, data: hex.encode(code) },
      ...tokensAlong(transaction),
    ];
  },
  AssetIssueContract(transaction) {
    const { owner: from, type: method } = transaction;
    const args = membersOf(transaction).map(({ name, value }) => ({
      name,
      value: issuedTexts.includes(name) ? textIn(transaction, value) : value,
    }));
    const issued: Effect = { op: 'issuer', code: 'issuer-settings', from, method, args };
    if (!isOnSale(transaction)) return [issued];
    return [issued, { op: 'trade', code: 'market-order', from, method, amount: amount(transaction, 'total_supply') }];
  },
  // Votes decide who earns for the account, and take the place of those that it gave before.
  VoteWitnessContract: (transaction) => [{ ...staked(transaction), code: 'account-settings' }, ...votesOf(transaction)],
  FreezeBalanceV2Contract: (transaction) => [coinsStaked(transaction, 'frozen_balance')],
  UnfreezeBalanceV2Contract: (transaction) => [coinsStaked(transaction, 'unfreeze_balance')],
  // The coins stay with the account, but their resources belong to the receiver until the lock ends or they are taken back.
  DelegateResourceContract: (transaction) => [{ ...lent(transaction), code: 'allowance' }],
  UnDelegateResourceContract: (transaction) => [lent(transaction)],
  AccountCreateContract(transaction) {
    const { owner: from, type: method } = transaction;
    const to = address(transaction, 'account_address');
    return [{ op: 'account', from, to, method, args: membersOf(transaction) }];
  },
};

function stake(transaction: TronTransaction): readonly Effect[] {
  return [staked(transaction)];
}

function staked(transaction: TronTransaction): Effect {
  const args = membersOf(transaction);
  return { op: 'stake', from: transaction.owner, method: transaction.type, ...(args.length > 0 && { args }) };
}

/**
 * Whether anybody can buy of the new token, at the price that it sets: blocks have times in whole steps of three seconds, and the
 * network compares the time of the block with the beginning and the end.
 */
function isOnSale(transaction: TronTransaction): boolean {
  const [start, end] = [amount(transaction, 'start_time'), amount(transaction, 'end_time')];
  return ((start + BLOCK_TIME - 1n) / BLOCK_TIME) * BLOCK_TIME < end;
}

/** Who gets how many votes. */
function votesOf({ owner: from, type: method, value }: TronTransaction): Effect[] {
  return listOf(value['votes'] ?? [], 'votes').map((vote) => {
    const { vote_address, vote_count } = objectOf(vote, 'a vote');
    const args = [{ name: 'vote_count', value: String(vote_count) }];
    return { op: 'stake', from, to: showAddress(readAddress(String(vote_address))), method, args };
  });
}

function coinsStaked(transaction: TronTransaction, name: string): Effect {
  return { ...staked(transaction), asset: 'TRX', amount: amount(transaction, name) };
}

function lent(transaction: TronTransaction): Effect {
  return { ...coinsStaked(transaction, 'balance'), to: address(transaction, 'receiver_address') };
}

/** TRC-10 tokens that a call brings along. */
function tokensAlong(transaction: TronTransaction, to?: string): Effect[] {
  const { owner: from, type: method } = transaction;
  const units = amount(transaction, 'call_token_value');
  if (units === 0n) return [];
  // As a number, so that one token has one name however its digits are written.
  const asset = amount(transaction, 'token_id').toString();
  const sent = { from, ...(to !== undefined && { to }), asset, amount: units };
  return [{ op: 'token-transfer', ...lostAt(sent), ...sent, method }];
}

function lostAt({ to, amount: sent }: { readonly to?: string; readonly amount: bigint }): Pick<Effect, 'code'> {
  if (to === undefined || sent === 0n) return {};
  const bytes = rules.read(to);
  return isUnspendable(bytes) || isBlackHole(bytes) ? { code: 'unspendable-destination' } : {};
}

function assetName(transaction: TronTransaction): string {
  // Old tokens go by names, which their issuers chose.
  return shown(textIn(transaction, String(transaction.value['asset_name'] ?? '')));
}

/** A member that is a text, which the form without `visible` has in hexadecimal digits. */
function textIn({ visible }: TronTransaction, member: string): string {
  return visible ? member : readable(hex.decode(member.toLowerCase()));
}

function address({ value }: TronTransaction, name: string): string {
  return showAddress(readAddress(String(value[name])));
}

function amount({ value }: TronTransaction, name: string): bigint {
  const given = value[name];
  return typeof given === 'number' || typeof given === 'string' ? BigInt(given) : 0n;
}

function isBlackHole(bytes: Uint8Array): boolean {
  return tronOf(bytes) === BLACK_HOLE;
}

/** @param bytes - 20 */
function tronOf(bytes: Uint8Array): string {
  return showAddress(Uint8Array.of(0x41, ...bytes));
}
