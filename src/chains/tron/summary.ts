import { hex } from '@scure/base';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { quote } from '../../core/ids.js';
import { shown } from '../../core/text/foreign-text.js';
import { bytesNote, describe as describeCall } from '../evm/calls/call.js';
import { isUnspendable } from '../evm/calls/destination.js';
import { readAddress, showAddress } from './address.js';
import { readDeployment } from './deployment.js';
import { mostFee } from './fee.js';
import type { TronTransaction } from './format.js';
import { notesOf, readable } from './notes.js';

interface Content {
  readonly kind: Summary['kind'];
  readonly to?: string;
  readonly value: bigint;
  readonly tokens?: readonly TokenMove[];
  readonly method?: string;
  readonly opaque?: boolean;
  readonly hazards?: readonly Hazard[];
  readonly notes?: readonly SummaryNote[];
  readonly text: string;
}

/** Milliseconds: a transaction may wait a day at the most (java-tron's MAXIMUM_TIME_UNTIL_EXPIRATION). */
const DAY = 86_400_000n;

/** Says what a transaction does, from the members that are the encoding of the signed bytes. @param signer - whose key signs */
export function summarize(transaction: TronTransaction, signer: string): Summary {
  const { owner, permission } = transaction;
  const content = (readers[transaction.type] ?? plain)(transaction);
  const { kind, to, value, tokens = [], method = transaction.type, opaque = false, hazards = [], notes = [] } = content;
  const memo = transaction.memo === undefined ? undefined : readable(transaction.memo);
  const note = memo === undefined ? '' : ` with the memo ${JSON.stringify(memo)}`;
  const role = permission === 0n ? '' : ` under permission ${permission}`;
  const fee = mostFee(transaction);
  return {
    kind,
    from: owner,
    ...(to !== undefined && { to }),
    value: { asset: 'TRX', amount: value },
    tokens,
    hazards: [...hazards, ...hazardsOf(transaction, signer)],
    fee: { asset: 'TRX', amount: fee },
    method,
    ...(memo !== undefined && { memo }),
    opaque,
    notes: [...notes, ...notesOf(transaction)],
    text: `${owner} ${content.text}${note}${role}; the fee is at most ${coins(fee)}`,
  };
}

function hazardsOf({ owner, permission, expiration, timestamp }: TronTransaction, signer: string): Hazard[] {
  const found: Hazard[] = [];
  if (owner !== signer) found.push({ kind: 'foreign-key', party: owner, text: `an account of ${owner}` });
  // Any permission other than the owner's names its own keys; this key may be one of several, or not among them.
  if (permission !== 0n) found.push({ kind: 'foreign-key', party: owner, text: `Permission_id ${permission}` });
  if (timestamp === 0n || expiration - timestamp > DAY) found.push({ kind: 'long-lived', text: 'expiration' });
  return found;
}

const readers: Readonly<Record<string, (transaction: TronTransaction) => Content>> = {
  TransferContract(transaction) {
    const [to, value] = [address(transaction, 'to_address'), amount(transaction, 'amount')];
    return { kind: 'transfer', to, value, hazards: lostAt(to, 'TRX', value), text: `sends ${coins(value)} to ${to}` };
  },
  TransferAssetContract(transaction) {
    const [to, units] = [address(transaction, 'to_address'), amount(transaction, 'amount')];
    const contract = assetName(transaction);
    const move: TokenMove = {
      standard: 'TRC-10',
      contract,
      from: transaction.owner,
      to,
      amount: units,
      action: 'transfer',
    };
    const text = `transfers ${units} smallest units of token ${contract} to ${to}`;
    return { kind: 'token-transfer', to, value: 0n, tokens: [move], hazards: lostAt(to, contract, units), text };
  },
  TriggerSmartContract(transaction) {
    const contract = address(transaction, 'contract_address');
    const value = amount(transaction, 'call_value');
    const data = hex.decode(String(transaction.value['data'] ?? '').toLowerCase());
    const call = describeCall({ to: readAddress(contract).subarray(1), value, data }, transaction.owner, evmRules);
    const along = tokensAlong(transaction, contract);
    return {
      // A call that also carries coins or other tokens is more than a payment in one token.
      kind: call.kind === 'transfer' || along.moves.length > 0 ? 'contract-call' : call.kind,
      to: contract,
      value,
      tokens: [...call.tokens, ...along.moves],
      opaque: call.opaque,
      hazards: [...call.hazards, ...along.moves.flatMap((move) => lostAt(contract, move.contract, move.amount ?? 0n))],
      notes: call.notes,
      text: `${call.text}${along.text}`,
      ...(call.method !== undefined && { method: call.method }),
    };
  },
  CreateSmartContract(transaction) {
    const { name, code, value } = readDeployment(transaction.value['new_contract']);
    const gift = value > 0n ? ` and gives it ${coins(value)}` : '';
    const along = tokensAlong(transaction);
    const hazards = [
      { kind: 'contract-creation', text: name },
      { kind: 'opaque-data', text: `${code.length} bytes of code` },
    ] as const;
    const text = `creates the contract ${quote(name)} from ${code.length} bytes of code${gift}${along.text}`;
    const notes = [bytesNote('bytecode', code)];
    return { kind: 'contract-creation', value, tokens: along.moves, opaque: true, hazards, notes, text };
  },
  FreezeBalanceV2Contract: (transaction) => staking(transaction, 'frozen_balance', 'stakes'),
  UnfreezeBalanceV2Contract: (transaction) => staking(transaction, 'unfreeze_balance', 'ends the stake of'),
  DelegateResourceContract(transaction) {
    const lent = delegation(transaction, 'lends the resources of');
    // The coins stay with the account, but their resources belong to the receiver until the lock ends or they are taken back.
    const hazard = { kind: 'allowance', party: lent.to, asset: 'TRX', amount: amount(transaction, 'balance') } as const;
    return { ...lent, hazards: [{ ...hazard, text: 'DelegateResourceContract' }] };
  },
  UnDelegateResourceContract: (transaction) => delegation(transaction, 'takes back the resources of'),
  AccountCreateContract(transaction) {
    const to = address(transaction, 'account_address');
    return { kind: 'other', to, value: 0n, text: `creates the account ${to}` };
  },
};

/** Contracts without amounts of their own. */
function plain({ type }: TronTransaction): Content {
  const words: Readonly<Record<string, string>> = {
    VoteWitnessContract: 'votes for witnesses',
    WithdrawBalanceContract: 'withdraws its rewards',
    WithdrawExpireUnfreezeContract: 'withdraws stakes whose time is over',
    CancelAllUnfreezeV2Contract: 'cancels all endings of stakes',
  };
  // Votes decide who earns for the account, and take the place of those that it gave before.
  const hazards: readonly Hazard[] = type === 'VoteWitnessContract' ? [{ kind: 'account-settings', text: type }] : [];
  return { kind: 'other', value: 0n, hazards, text: words[type] ?? `makes a ${type}` };
}

/** TRC-10 tokens that a call brings along. */
function tokensAlong(transaction: TronTransaction, to?: string): { moves: readonly TokenMove[]; text: string } {
  const units = amount(transaction, 'call_token_value');
  // As a number, so that one token has one name however its digits are written.
  const contract = amount(transaction, 'token_id').toString();
  const move = {
    standard: 'TRC-10',
    contract,
    from: transaction.owner,
    ...(to !== undefined && { to }),
    amount: units,
  };
  if (units === 0n) return { moves: [], text: '' };
  return { moves: [{ ...move, action: 'transfer' }], text: ` and ${units} of token ${contract}` };
}

function lostAt(to: string, asset: string, value: bigint): Hazard[] {
  const bytes = readAddress(to).subarray(1);
  if (value === 0n || (!isUnspendable(bytes) && !isBlackHole(bytes))) return [];
  return [{ kind: 'unspendable-destination', party: to, asset, amount: value }];
}

function staking(transaction: TronTransaction, name: string, verb: string): Content {
  const text = `${verb} ${coins(amount(transaction, name))} for ${resource(transaction)}`;
  return { kind: 'other', value: 0n, text };
}

function delegation(transaction: TronTransaction, verb: string): Content & { readonly to: string } {
  const to = address(transaction, 'receiver_address');
  const lock = transaction.value['lock'] === true ? ', locked' : '';
  const text = `${verb} ${coins(amount(transaction, 'balance'))} (${resource(transaction)}), receiver ${to}${lock}`;
  return { kind: 'other', to, value: 0n, text };
}

function resource({ value }: TronTransaction): string {
  const given = value['resource'] ?? 'BANDWIDTH';
  return typeof given === 'number' ? (['BANDWIDTH', 'ENERGY', 'TRON_POWER'][given] ?? String(given)) : String(given);
}

function assetName({ value, visible }: TronTransaction): string {
  const text = String(value['asset_name'] ?? '');
  // Old tokens go by names, which their issuers chose.
  return shown(visible ? text : readable(hex.decode(text.toLowerCase())));
}

function address({ value }: TronTransaction, name: string): string {
  return showAddress(readAddress(String(value[name])));
}

function amount({ value }: TronTransaction, name: string): bigint {
  const given = value[name];
  return typeof given === 'number' || typeof given === 'string' ? BigInt(given) : 0n;
}

/** The account to which the network itself sends what is burned; it has had no key since the first block. */
const BLACK_HOLE = 'TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy';

function isBlackHole(bytes: Uint8Array): boolean {
  return tronOf(bytes) === BLACK_HOLE;
}

const evmRules = { coin: 'TRX', decimals: 6, show: tronOf, standard: trc, isLost: isBlackHole };

/** Tron's own proposals repeat Ethereum's under the same numbers, e.g. TRC-20. */
function trc(number: number): string {
  return `TRC-${number}`;
}

/** @param bytes - 20 */
function tronOf(bytes: Uint8Array): string {
  return showAddress(Uint8Array.of(0x41, ...bytes));
}

function coins(value: bigint): string {
  return `${formatUnits(value, 6)} TRX`;
}
