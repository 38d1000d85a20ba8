import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import { argumentsOf, fieldOf } from '../shared/signed-fields.js';
import { plainAccount } from './address.js';
import type { Envelope, EnvelopeOperation } from './envelope.js';
import { COIN, type Told } from './form.js';

/** The year 2050 in seconds: an end so far ahead is no end. */
const FAR_TIME = 2_524_608_000n;
/** Name of the argument that says to which operation an effect belongs, counted from 1. */
const PLACE = 'operation';
/** Names of the last arguments: the whole address where it has a number inside (M…, CAP-27). */
const NUMBERED = { from: 'muxedFrom', to: 'muxedTo' } as const;

/** The keys on whose account the envelope acts. */
export interface Holders {
  /** The wallet that signs. */
  readonly wallet: string;
  /** Accounts, other than the wallet's, for which it acts. */
  readonly foreign: readonly string[];
}

/**
 * Everything that an envelope does. Each effect of an operation holds the whole operation as it is signed. A memo determines
 * who is credited, so it stands with each payment; without one it is an effect of its own. Accounts are plain, so that a rule
 * about one means all of its numbers.
 */
export function effectsOf(envelope: Envelope, { wallet, foreign }: Holders): readonly Effect[] {
  const { source, conditions, memo, operations } = envelope;
  const memoFields = memo === undefined ? {} : { memoType: memo.type, memo: memo.value };
  const isPaid = operations.some(({ form }) => form.isPayment === true);
  const { maxTime } = conditions;
  const isLong = maxTime === undefined || maxTime > FAR_TIME;
  const effects: readonly Effect[] = [
    ...operations.flatMap((operation, at) => operationEffects(operation, { at, envelope, wallet })),
    ...(memo === undefined || isPaid
      ? []
      : [{ op: 'note', from: source, method: 'memo', args: argumentsOf(memoFields) } as const]),
    ...foreign.map((to): Effect => ({ op: 'note', code: 'foreign-key', from: wallet, to, method: 'foreign key' })),
    ...(isLong ? [longLived(source, maxTime)] : []),
    feeEffect(envelope),
  ];
  return effects.map(withPlainAccounts);
}

/** The effects with accounts as the envelope has them. */
export function withNumbers(effects: readonly Effect[]): readonly Effect[] {
  return effects.map((effect) => {
    const [from, to] = [fieldOf(effect, NUMBERED.from), fieldOf(effect, NUMBERED.to)];
    if (from === undefined && to === undefined) return effect;
    const { args = [], ...rest } = effect;
    const others = args.filter(({ name }) => name !== NUMBERED.from && name !== NUMBERED.to);
    return {
      ...rest,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(others.length > 0 && { args: others }),
    };
  });
}

function withPlainAccounts(effect: Effect): Effect {
  const from = plainAccount(effect.from);
  const to = effect.to === undefined ? undefined : plainAccount(effect.to);
  if (from === effect.from && to === effect.to) return effect;
  const numbered = {
    ...(from !== effect.from && { [NUMBERED.from]: effect.from }),
    ...(to !== effect.to && { [NUMBERED.to]: effect.to }),
  };
  const args = [...(effect.args ?? []), ...argumentsOf(numbered)];
  return { ...effect, from, ...(to !== undefined && { to }), args };
}

/** The effects of each operation, in order. */
export function byOperation(effects: readonly Effect[]): readonly Told[] {
  const found = new Map<string, [Effect, ...Effect[]]>();
  for (const effect of effects) {
    const place = fieldOf(effect, PLACE);
    if (place === undefined) continue;
    const known = found.get(place);
    if (known === undefined) found.set(place, [effect]);
    else known.push(effect);
  }
  return [...found.values()].map((group) => {
    const [effect] = group;
    return { effect, effects: group, field: (name) => fieldOf(effect, name) ?? '' };
  });
}

function operationEffects(
  { source, form, parts, body }: EnvelopeOperation,
  { at, envelope, wallet }: { readonly at: number; readonly envelope: Envelope; readonly wallet: string },
): readonly Effect[] {
  const { memo } = envelope;
  return parts.map(({ args, ...part }, place) => {
    const isMove = (part.op === 'transfer' || part.op === 'token-transfer') && form.isHeld !== true;
    const isOwn = isMove && plainAccount(part.to ?? '') === wallet;
    const memoFields =
      place > 0 || memo === undefined || form.isPayment !== true ? {} : { memoType: memo.type, memo: memo.value };
    return {
      ...part,
      from: source ?? envelope.source,
      ...(isOwn && { own: true as const }),
      method: form.method,
      args: argumentsOf({ [PLACE]: at + 1, ...args, ...memoFields }),
      data: hex.encode(body),
    };
  });
}

function longLived(from: string, maxTime: bigint | undefined): Effect {
  return {
    op: 'note',
    code: 'long-lived',
    from,
    method: 'maxTime',
    args: argumentsOf({ maxTime: maxTime ?? 'absent' }),
  };
}

/** The source pays. When it may take effect and who else must have signed only narrows what the operations do. */
function feeEffect({ source, fee, sequence, conditions }: Envelope): Effect {
  const args = [...argumentsOf({ sequence }), ...conditions.notes];
  return { op: 'fee', from: source, asset: COIN, amount: fee, args };
}
