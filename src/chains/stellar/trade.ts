import type { TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import type { Effect } from './effect.js';
import { type Asset, assetOfHazard, name, type Price, readAsset, readMuxed, readPrice, shown } from './parts.js';
import type { XdrReader } from './xdr.js';

/** A payment in the asset that the account holds. */
export function payment(asset: Asset, { to, amount, text }: { to: string; amount: bigint; text: string }): Effect {
  const { value, tokens } = leaving(asset, amount);
  const kind = asset.issuer === undefined ? 'transfer' : 'token-transfer';
  return { kind, to, value, tokens: tokens.map((move) => ({ ...move, to })), text };
}

/** The most that leaves the account, whoever gets it. */
export function leaving(asset: Asset, amount: bigint): { value: bigint; tokens: readonly TokenMove[] } {
  if (asset.issuer === undefined) return { value: amount, tokens: [] };
  return { value: 0n, tokens: [{ standard: 'Stellar asset', contract: name(asset), amount, action: 'transfer' }] };
}

/** A payment that is exchanged on its way. @param fixed - which side is exact */
export function readPathPayment(read: XdrReader, fixed: 'received' | 'sent'): Effect {
  const [asset, amount, to] = [readAsset(read), read.amount(), readMuxed(read)];
  const [wanted, got] = [readAsset(read), read.amount()];
  read.list(5, () => readAsset(read));
  const text =
    fixed === 'received'
      ? `pays at most ${shown(asset, amount)} so that ${to} gets ${shown(wanted, got)}`
      : `pays ${shown(asset, amount)} so that ${to} gets at least ${shown(wanted, got)}`;
  return {
    ...leaving(asset, amount),
    to,
    arriving: leaving(wanted, got).tokens.map((move) => ({ ...move, to })),
    hazards: [{ kind: 'market-order', party: to, ...assetOfHazard(wanted, got), text: 'PathPayment' }],
    text,
  };
}

export function readOffer(read: XdrReader, side: 'sell' | 'buy'): Effect {
  const [selling, buying, amount, price] = [readAsset(read), readAsset(read), read.amount(), readPrice(read)];
  const id = read.int64();
  const what = id === 0n ? 'makes an offer' : `changes the offer ${id}`;
  const text =
    side === 'sell'
      ? `${what} to sell ${shown(selling, amount)} for ${name(buying)} at ${price.text}`
      : `${what} to buy ${shown(buying, amount)} for ${name(selling)} at ${price.text}`;
  return order(selling, { sold: side === 'sell' ? amount : costOf(amount, price), text });
}

export function readPassiveOffer(read: XdrReader): Effect {
  const [selling, buying, amount, price] = [readAsset(read), readAsset(read), read.amount(), readPrice(read)];
  return order(selling, {
    sold: amount,
    text: `offers ${shown(selling, amount)} for ${name(buying)} at ${price.text}, passively`,
  });
}

function order(selling: Asset, { sold, text }: { sold: bigint; text: string }): Effect {
  return {
    ...leaving(selling, sold),
    hazards: [{ kind: 'market-order', ...assetOfHazard(selling, sold), text: 'offer' }],
    text,
  };
}

/** The most that a purchase costs, rounded up. */
function costOf(amount: bigint, { numerator, denominator }: Price): bigint {
  return (amount * numerator + denominator - 1n) / denominator;
}

/** The pool's id does not say which assets go into it. */
export function poolDeposit(
  pool: string,
  [one, other]: readonly [bigint, bigint],
  [low, high]: readonly [Price, Price],
): Effect {
  const amounts = `${formatUnits(one, 7)} and ${formatUnits(other, 7)}`;
  return {
    opaque: true,
    hazards: [{ kind: 'market-order', asset: pool, text: 'LiquidityPoolDeposit' }],
    text: `puts at most ${amounts} into the pool ${pool} at ${low.text} to ${high.text}`,
  };
}
