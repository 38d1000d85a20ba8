import { hex } from '@scure/base';
import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { quote } from '../../core/ids.js';
import { contentOf } from '../evm/calls/call.js';
import { hazardsOf } from '../evm/calls/hazards.js';
import { bytesNote } from '../evm/calls/texts.js';
import { contracts } from './contracts.js';
import { rules } from './effects.js';
import { readable } from './notes.js';

interface Content {
  readonly kind: Summary['kind'];
  readonly to?: string;
  readonly tokens?: readonly TokenMove[];
  readonly method?: string;
  readonly notes?: readonly SummaryNote[];
  readonly text: string;
}

/** The effects of a transaction, by what they belong to. */
interface Parts {
  /** What the contract does. */
  readonly contract: readonly Effect[];
  readonly memo?: Uint8Array;
  readonly permission?: EffectArgument;
  readonly fee: Effect;
}

/** Says what the effects of a transaction are. @param effects - as `effectsOfTransaction` made them */
export function summarize(effects: readonly Effect[]): Summary {
  const { contract, memo: bytes, permission, fee } = partsOf(effects);
  const type = typeOf(contract);
  const { kind, to, tokens = [], method = type, notes = [], text } = (readers[type] ?? plain)(contract);
  const memo = bytes === undefined ? undefined : readable(bytes);
  const note = memo === undefined ? '' : ` with the memo ${JSON.stringify(memo)}`;
  const role = permission === undefined ? '' : ` under permission ${permission.value}`;
  const { from, amount: most = 0n, args = [] } = fee;
  return {
    kind,
    from,
    ...(to !== undefined && { to }),
    value: { asset: 'TRX', amount: coinsOf(contract) },
    tokens,
    hazards: effects.flatMap(hazardOf),
    fee: { asset: 'TRX', amount: most },
    method,
    ...(memo !== undefined && { memo }),
    opaque: effects.some(({ code }) => code === 'opaque-data'),
    notes: [
      ...notes,
      ...membersOf(contract),
      ...(permission === undefined ? [] : [permission]),
      ...(bytes === undefined || memo !== hex.encode(bytes) ? [] : [{ name: 'data', value: `${memo} (bytes)` }]),
      ...args,
    ],
    text: `${from} ${text}${note}${role}; the fee is at most ${coins(most)}`,
  };
}

function partsOf(effects: readonly Effect[]): Parts {
  const isOfContract = ({ op, code, method }: Effect) =>
    op !== 'fee' && code !== 'foreign-key' && (op !== 'note' || method !== undefined);
  const memo = argumentOf(effects.find(({ op, code, method }) => op === 'note' && !code && !method)?.args, 'data');
  const roles = effects.filter(({ code }) => code === 'foreign-key').flatMap(({ args = [] }) => args);
  const [permission] = roles;
  return {
    contract: effects.filter(isOfContract),
    ...(memo !== undefined && { memo: hex.decode(memo) }),
    ...(permission !== undefined && { permission }),
    fee: effects.find(({ op }) => op === 'fee') ?? { op: 'fee', from: '' },
  };
}

/** The first effect has the contract's type as its method, but where the call of a smart contract has its own. */
function typeOf([first]: readonly Effect[]): string {
  return isType(first?.method) ? first.method : 'TriggerSmartContract';
}

function isType(method: string | undefined): method is string {
  return method !== undefined && Object.hasOwn(contracts, method);
}

function coinsOf([first]: readonly Effect[]): bigint {
  return first?.op === 'transfer' ? (first.amount ?? 0n) : 0n;
}

/** The members of the contract, which an effect with its type has. */
function membersOf(contract: readonly Effect[]): readonly SummaryNote[] {
  const { op, args = [] } = contract.find(({ method, args: given }) => isType(method) && given !== undefined) ?? {};
  return op === 'deploy' ? args.slice(1) : args;
}

function hazardOf(effect: Effect): readonly Hazard[] {
  const { op, code: kind, to: party = '', asset = '', amount = 0n, method, args } = effect;
  if (kind === undefined) return [];
  if (kind === 'foreign-key') {
    const [role] = args ?? [];
    return [{ kind, party, text: role === undefined ? `an account of ${party}` : `${role.name} ${role.value}` }];
  }
  if (op === 'note') return [{ kind, text: args?.[0]?.name ?? '' }];
  if (kind === 'contract-creation') return [{ kind, text: argumentOf(args, 'name') ?? '' }];
  if (kind === 'unspendable-destination' && isType(method)) return [{ kind, party, asset, amount }];
  return hazardsOf([effect]);
}

const readers: Readonly<Record<string, (contract: readonly Effect[]) => Content>> = {
  TransferContract([first]) {
    const { to = '', amount = 0n } = first ?? {};
    return { kind: 'transfer', to, text: `sends ${coins(amount)} to ${to}` };
  },
  TransferAssetContract(contract) {
    const [{ to = '', asset = '', amount = 0n } = {}] = contract;
    const text = `transfers ${amount} smallest units of token ${asset} to ${to}`;
    return { kind: 'token-transfer', to, tokens: tokensOf(contract), text };
  },
  TriggerSmartContract(contract) {
    const call = contentOf(contract, rules);
    const along = tokensOf(contract);
    return {
      ...call,
      // A call that also carries coins or other tokens is more than a payment in one token.
      kind: call.kind === 'transfer' || along.length > 0 ? 'contract-call' : call.kind,
      tokens: [...call.tokens, ...along],
      text: `${call.text}${wordsOf(along)}`,
    };
  },
  CreateSmartContract(contract) {
    const value = coinsOf(contract);
    const gift = value > 0n ? ` and gives it ${coins(value)}` : '';
    const name = argumentOf(contract.find(({ code }) => code === 'contract-creation')?.args, 'name') ?? '';
    const code = hex.decode(contract.find(({ data }) => data !== undefined)?.data ?? '');
    const tokens = tokensOf(contract);
    const text = `creates the contract ${quote(name)} from ${code.length} bytes of code${gift}${wordsOf(tokens)}`;
    return { kind: 'contract-creation', tokens, notes: [bytesNote('bytecode', code)], text };
  },
  AssetIssueContract(contract) {
    const [name, abbreviation, units] = ['name', 'abbr', 'total_supply'].map((one) =>
      argumentOf(contract[0]?.args, one),
    );
    const sale = contract.length > 1 ? ' and sells them at a price of its own' : '';
    const text = `issues ${units} smallest units of a new token ${quote(name)} (${quote(abbreviation)})${sale}`;
    return { kind: 'other', text };
  },
  FreezeBalanceV2Contract: (contract) => staking(contract, 'stakes'),
  UnfreezeBalanceV2Contract: (contract) => staking(contract, 'ends the stake of'),
  DelegateResourceContract: (contract) => delegation(contract, 'lends the resources of'),
  UnDelegateResourceContract: (contract) => delegation(contract, 'takes back the resources of'),
  AccountCreateContract([first]) {
    const { to = '' } = first ?? {};
    return { kind: 'other', to, text: `creates the account ${to}` };
  },
};

/** Contracts without amounts of their own. */
function plain(contract: readonly Effect[]): Content {
  const words: Readonly<Record<string, string>> = {
    VoteWitnessContract: 'votes for witnesses',
    WithdrawBalanceContract: 'withdraws its rewards',
    WithdrawExpireUnfreezeContract: 'withdraws stakes whose time is over',
    CancelAllUnfreezeV2Contract: 'cancels all endings of stakes',
  };
  const type = typeOf(contract);
  return { kind: 'other', text: words[type] ?? `makes a ${type}` };
}

/** TRC-10 tokens: those of calls have the method of the call, not the type of the contract. */
function tokensOf(contract: readonly Effect[]): readonly TokenMove[] {
  return contract.flatMap(({ op, method, asset = '', from, to, amount = 0n }) => {
    if (op !== 'token-transfer' || !isType(method)) return [];
    const move = { standard: 'TRC-10', contract: asset, from, ...(to !== undefined && { to }), amount };
    return [{ ...move, action: 'transfer' as const }];
  });
}

function wordsOf(tokens: readonly TokenMove[]): string {
  return tokens.map(({ contract, amount = 0n }) => ` and ${amount} of token ${contract}`).join('');
}

function staking([first]: readonly Effect[], verb: string): Content {
  return { kind: 'other', text: `${verb} ${coins(first?.amount ?? 0n)} for ${resource(first)}` };
}

function delegation([first]: readonly Effect[], verb: string): Content {
  const { to = '', amount = 0n, args } = first ?? {};
  const lock = argumentOf(args, 'lock') === 'true' ? ', locked' : '';
  return { kind: 'other', to, text: `${verb} ${coins(amount)} (${resource(first)}), receiver ${to}${lock}` };
}

function resource(effect: Effect | undefined): string {
  const given = argumentOf(effect?.args, 'resource') ?? 'BANDWIDTH';
  return /^[012]$/.test(given) ? (['BANDWIDTH', 'ENERGY', 'TRON_POWER'][Number(given)] ?? given) : given;
}

function argumentOf(args: Effect['args'], name: string): string | undefined {
  return args?.find((one) => one.name === name)?.value;
}

function coins(value: bigint): string {
  return `${formatUnits(value, 6)} TRX`;
}
