import { hex } from '@scure/base';
import { quote } from '../../core/ids.js';
import type { Summary, TokenMove } from '../../core/summary.js';
import { formatUnits } from '../../core/units.js';
import { describe as describeCall } from './evm-summary.js';
import { readAddress, showAddress } from './tron-address.js';
import { readDeployment } from './tron-deployment.js';
import type { TronTransaction } from './tron-transaction.js';

interface Content {
  readonly kind: Summary['kind'];
  readonly to?: string;
  readonly value: bigint;
  readonly tokens: readonly TokenMove[];
  readonly method?: string;
  readonly opaque: boolean;
  readonly text: string;
}

/** Says what a transaction does, from the members that are the encoding of the signed bytes. */
export function summarize(transaction: TronTransaction): Summary {
  const { owner, feeLimit, memo, permission } = transaction;
  const content = (readers[transaction.type] ?? plain)(transaction);
  const { kind, to, value, tokens, method = transaction.type, opaque } = content;
  const note = memo === undefined ? '' : ` with the memo ${JSON.stringify(memo)}`;
  const role = permission === 0n ? '' : ` under permission ${permission}`;
  const fee =
    feeLimit === 0n ? 'the fee is what bandwidth costs' : `the fee is at most ${coins(feeLimit)} and bandwidth`;
  return {
    kind,
    from: owner,
    ...(to !== undefined && { to }),
    value: { asset: 'TRX', amount: value },
    tokens,
    hazards: [],
    fee: { asset: 'TRX', amount: feeLimit },
    method,
    ...(memo !== undefined && { memo }),
    opaque,
    text: `${owner} ${content.text}${note}${role}; ${fee}`,
  };
}

const readers: Readonly<Record<string, (transaction: TronTransaction) => Content>> = {
  TransferContract(transaction) {
    const [to, value] = [address(transaction, 'to_address'), amount(transaction, 'amount')];
    return { kind: 'transfer', to, value, tokens: [], opaque: false, text: `sends ${coins(value)} to ${to}` };
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
    return { kind: 'token-transfer', to, value: 0n, tokens: [move], opaque: false, text };
  },
  TriggerSmartContract(transaction) {
    const contract = address(transaction, 'contract_address');
    const value = amount(transaction, 'call_value');
    const data = hex.decode(String(transaction.value['data'] ?? '').toLowerCase());
    const call = describeCall({ to: readAddress(contract).subarray(1), value: 0n, data }, transaction.owner, evmRules);
    const tokens = call.tokens.map((move) => ({
      ...move,
      standard: move.standard.replace('ERC-', 'TRC-'),
      contract: tron(move.contract),
      ...(move.from !== undefined && { from: tron(move.from) }),
      ...(move.to !== undefined && { to: tron(move.to) }),
    }));
    const gift = value > 0n ? ` and sends ${coins(value)} along` : '';
    const tokenGift = tokensAlong(transaction);
    const text = `${call.text.replaceAll(/0x[0-9a-f]{40}\b/g, tron)}${gift}${tokenGift}`;
    const kind = call.kind === 'transfer' ? 'contract-call' : call.kind;
    const method = call.method?.replaceAll(/0x[0-9a-f]{40}\b/g, tron);
    return { kind, to: contract, value, tokens, opaque: call.opaque, text, ...(method !== undefined && { method }) };
  },
  CreateSmartContract(transaction) {
    const { name, code, value } = readDeployment(transaction.value['new_contract']);
    const gift = value > 0n ? ` and gives it ${coins(value)}` : '';
    const text = `creates the contract ${quote(name)} from ${code.length} bytes of code${gift}${tokensAlong(transaction)}`;
    return { kind: 'contract-creation', value, tokens: [], opaque: true, text };
  },
  FreezeBalanceV2Contract: (transaction) => staking(transaction, 'frozen_balance', 'stakes'),
  UnfreezeBalanceV2Contract: (transaction) => staking(transaction, 'unfreeze_balance', 'ends the stake of'),
  DelegateResourceContract: (transaction) => delegation(transaction, 'lends the resources of'),
  UnDelegateResourceContract: (transaction) => delegation(transaction, 'takes back the resources of'),
  AccountCreateContract(transaction) {
    const to = address(transaction, 'account_address');
    return { kind: 'other', to, value: 0n, tokens: [], opaque: false, text: `creates the account ${to}` };
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
  return { kind: 'other', value: 0n, tokens: [], opaque: false, text: words[type] ?? `makes a ${type}` };
}

function tokensAlong(transaction: TronTransaction): string {
  const units = amount(transaction, 'call_token_value');
  return units > 0n ? ` and ${units} of token ${String(transaction.value['token_id'])}` : '';
}

function staking(transaction: TronTransaction, name: string, verb: string): Content {
  const text = `${verb} ${coins(amount(transaction, name))} for ${resource(transaction)}`;
  return { kind: 'other', value: 0n, tokens: [], opaque: false, text };
}

function delegation(transaction: TronTransaction, verb: string): Content {
  const to = address(transaction, 'receiver_address');
  const lock = transaction.value['lock'] === true ? ', locked' : '';
  const text = `${verb} ${coins(amount(transaction, 'balance'))} (${resource(transaction)}), receiver ${to}${lock}`;
  return { kind: 'other', to, value: 0n, tokens: [], opaque: false, text };
}

function resource({ value }: TronTransaction): string {
  const given = value['resource'] ?? 'BANDWIDTH';
  return typeof given === 'number' ? (['BANDWIDTH', 'ENERGY', 'TRON_POWER'][given] ?? String(given)) : String(given);
}

function assetName({ value, visible }: TronTransaction): string {
  const text = String(value['asset_name'] ?? '');
  return visible ? text : Buffer.from(text, 'hex').toString('utf8');
}

function address({ value }: TronTransaction, name: string): string {
  return showAddress(readAddress(String(value[name])));
}

function amount({ value }: TronTransaction, name: string): bigint {
  const given = value[name];
  return typeof given === 'number' || typeof given === 'string' ? BigInt(given) : 0n;
}

const evmRules = { coin: 'TRX', decimals: 6, addressStyle: {} };

function tron(evm: string): string {
  return /^0x[0-9a-f]{40}$/.test(evm) ? showAddress(readAddress(evm)) : evm;
}

function coins(value: bigint): string {
  return `${formatUnits(value, 6)} TRX`;
}
