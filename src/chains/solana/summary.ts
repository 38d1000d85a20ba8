import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { COIN, coins, type Told } from './call.js';
import { byInstruction, formOf, type Surroundings, toldOf } from './effects.js';
import { notesOf, tablesOf } from './notes.js';
import { programs, tokenStandards } from './programs/ids.js';

/** Says what the effects of a message are. */
export function summarize(effects: readonly Effect[], { from, wallets }: Omit<Surroundings, 'loaded'>): Summary {
  const told = [...byInstruction(effects).values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [toldOf([first, ...rest], from)],
  );
  const fee = feeOf(effects);
  const sent = effects.filter(isPayment);
  const tokens = effects.flatMap(tokenOf);
  const memos = effects.flatMap((effect) => fieldOf(effect, 'memo') ?? []);
  const receivers = new Set([...sent.flatMap(({ to }) => to ?? []), ...tokens.flatMap(({ to }) => to ?? [])]);
  const [to] = receivers;
  const spent = sent.filter((effect) => wallets.includes(effect.from));
  return {
    kind: kindOf(told),
    from,
    ...(receivers.size === 1 && to !== undefined && { to }),
    value: { asset: COIN, amount: spent.reduce((sum, { amount = 0n }) => sum + amount, 0n) },
    tokens,
    hazards: effects.flatMap((effect) => hazardOf(effect, from)),
    notes: notesOf(effects, fee),
    fee: { asset: COIN, amount: fee.amount },
    ...(memos.length > 0 && { memo: memos.join('\n') }),
    opaque: effects.some((effect) => effect.code === 'opaque-data' || formOf(effect)?.isOpaque?.(effect) === true),
    text: `${from} ${sentence(told, fee)}; the fee is at most ${coins(fee.amount)}${payer(fee, from)}`,
  };
}

/** The rent of a token account is not counted: the bytes do not say how much it is. */
function isPayment({ op, contract }: Effect): boolean {
  return op === 'transfer' && contract !== programs.associatedToken;
}

/** A token that nothing proves goes by the account that holds it, which each instruction about tokens names first. */
function tokenIn({ contract = '', asset, op, accounts = [] }: Effect): string | undefined {
  const isHeld = tokenStandards.has(contract) && (op === 'token-transfer' || op === 'approve');
  return asset ?? (isHeld ? accounts[0] : undefined);
}

function tokenOf(effect: Effect): readonly TokenMove[] {
  const { op, method, contract = '', from, to, amount } = effect;
  const [standard, asset] = [tokenStandards.get(contract), tokenIn(effect)];
  if (standard === undefined || asset === undefined) return [];
  const move = { standard, contract: asset };
  const receiver = to === undefined ? {} : { to };
  const units = amount === undefined ? {} : { amount };
  if (op === 'token-transfer') return [{ ...move, from, ...receiver, ...units, action: 'transfer' }];
  if (op === 'mint') return [{ ...move, ...receiver, ...units, action: 'mint' }];
  if (op === 'burn') return [{ ...move, from, ...units, action: 'burn' }];
  if (op === 'approve' && to === undefined) return [{ ...move, from, action: 'revoke' }];
  if (op === 'approve') return [{ ...move, from, ...receiver, ...units, action: 'approve' }];
  // The account with all its tokens gets another owner.
  return method === 'SetAuthority' ? [{ ...move, from, ...receiver, action: 'approve-all' }] : [];
}

function hazardOf(effect: Effect, wallet: string): readonly Hazard[] {
  const { code, op, contract, amount } = effect;
  if (code === undefined) return [];
  const asset = tokenIn(effect);
  const party = effect.to ?? (code === 'opaque-data' ? contract : undefined);
  const mint = fieldOf(effect, 'mint');
  const isAmount = (op === 'approve' || op === 'mint') && asset !== undefined && amount !== undefined;
  return [
    {
      kind: code,
      ...(party !== undefined && { party }),
      ...(isAmount && { asset, amount }),
      text: hazardText(effect, wallet),
      ...(contract === programs.associatedToken && mint !== undefined && { asset: mint }),
    },
  ];
}

function hazardText(effect: Effect, wallet: string): string {
  const { code, op, method = '', data = '' } = effect;
  if (code === 'opaque-data') return op === 'note' ? 'lookup table' : `instruction with ${data.length / 2} bytes`;
  if (code === 'unspendable-destination') return 'Transfer';
  const words = formOf(effect)?.hazard ?? method;
  return typeof words === 'string' ? words : words(toldOf([effect], wallet));
}

function kindOf(told: readonly Told[]): Summary['kind'] {
  const kinds = new Set(
    told.flatMap((one) => {
      const form = formOf(one.effect);
      if (form === undefined) return ['contract-call' as const];
      return (typeof form.kind === 'function' ? form.kind(one) : form.kind) ?? [];
    }),
  );
  if (kinds.has('contract-call')) return 'contract-call';
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined ? only : 'other';
}

function sentence(told: readonly Told[], fee: Effect): string {
  const clauses = told.flatMap((one) => {
    const form = formOf(one.effect);
    return form === undefined ? unknownWords(one.effect) : (form.say?.(one) ?? []);
  });
  const words = clauses.length === 0 ? 'does nothing' : clauses.join(', then ');
  const loaded = tablesOf(fee).reduce((sum, { value }) => sum + (value.match(/\d+/g)?.length ?? 0), 0);
  return loaded === 0 ? words : `${words}, with ${loaded} of its accounts named by lookup tables only`;
}

function unknownWords({ contract, data = '' }: Effect): string {
  return `calls the program ${contract} with ${data.length / 2} bytes that are not understood`;
}

function payer(fee: Effect, from: string): string {
  return fee.from === from ? '' : `, paid by ${fee.from}`;
}
