import { hex } from '@scure/base';
import type { Form, Part, Told } from './form.js';
import { shownAmount, shownUnits } from './form.js';
import { name, type Price, readAsset, readMuxed, readPrice } from './parts.js';
import type { XdrReader } from './xdr.js';

/** Payments that are exchanged on their way. */
export const pathPaymentStrictReceive: Form = {
  ...pathPayment('PathPaymentStrictReceive'),
  say: ({ effect, field }) =>
    `pays at most ${sold(effect)} so that ${effect.to} gets ${shownAmount(field('destAmount'), field('destAsset'))}`,
};

export const pathPaymentStrictSend: Form = {
  ...pathPayment('PathPaymentStrictSend'),
  say: ({ effect, field }) =>
    `pays ${sold(effect)} so that ${effect.to} gets at least ${shownAmount(field('destAmount'), field('destAsset'))}`,
};

export const manageSellOffer: Form = {
  ...offer('ManageSellOffer'),
  read: (read) => readOffer(read, 'selling'),
  say: (told) =>
    `${offerWords(told)} to sell ${sold(told.effect)} for ${told.field('buying')} at ${told.field('price')}`,
};

export const manageBuyOffer: Form = {
  ...offer('ManageBuyOffer'),
  read: (read) => readOffer(read, 'buying'),
  say(told) {
    const { effect, field } = told;
    const bought = shownAmount(field('buyAmount'), field('buying'));
    return `${offerWords(told)} to buy ${bought} for ${effect.asset} at ${field('price')}`;
  },
};

export const createPassiveSellOffer: Form = {
  ...offer('CreatePassiveSellOffer'),
  read(read) {
    const [selling, buying, amount, price] = [readAsset(read), readAsset(read), read.amount(), readPrice(read)];
    return [{ ...trade(name(selling), amount), args: { buying: name(buying), price: price.text } }];
  },
  say: ({ effect, field }) => `offers ${sold(effect)} for ${field('buying')} at ${field('price')}, passively`,
};

/** The pool's id does not say which assets go into it, so that what is given has no name: it may be any asset. */
export const liquidityPoolDeposit: Form = {
  method: 'LiquidityPoolDeposit',
  isOpaque: true,
  hazard: ({ asset }) => ({ ...(asset !== undefined && { asset }), text: 'LiquidityPoolDeposit' }),
  read(read) {
    const [pool, maxAmountA, maxAmountB] = [hex.encode(read.fixed(32)), read.amount(), read.amount()];
    const [low, high] = [readPrice(read), readPrice(read)];
    const args = { maxAmountA, maxAmountB, minPrice: low.text, maxPrice: high.text };
    const order = { op: 'trade', code: 'market-order' } as const;
    return [{ ...order, asset: pool, args }, order];
  },
  say({ effect, field }) {
    const amounts = `${shownUnits(field('maxAmountA'))} and ${shownUnits(field('maxAmountB'))}`;
    return `puts at most ${amounts} into the pool ${effect.asset} at ${field('minPrice')} to ${field('maxPrice')}`;
  },
};

export const liquidityPoolWithdraw: Form = {
  method: 'LiquidityPoolWithdraw',
  hazard: ({ asset = '', amount = 0n }) => ({ asset, amount, text: 'LiquidityPoolWithdraw' }),
  read(read) {
    const [pool, amount, minAmountA, minAmountB] = [
      hex.encode(read.fixed(32)),
      read.amount(),
      read.amount(),
      read.amount(),
    ];
    return [{ ...trade(pool, amount), args: { minAmountA, minAmountB } }];
  },
  say({ effect, field }) {
    const amounts = `${shownUnits(field('minAmountA'))} and ${shownUnits(field('minAmountB'))}`;
    return `takes ${shownUnits(effect.amount ?? 0n)} shares out of the pool ${effect.asset} for at least ${amounts}`;
  },
};

/** What arrives stands in the arguments, because it does not leave the account. */
function pathPayment(method: string): Omit<Form, 'say'> {
  return {
    method,
    isPayment: true,
    read(read) {
      const [asset, amount, to] = [readAsset(read), read.amount(), readMuxed(read)];
      const [destAsset, destAmount] = [name(readAsset(read)), read.amount()];
      const path = read.list(5, () => name(readAsset(read)));
      return [{ ...trade(name(asset), amount), to, args: { destAsset, destAmount, path: path.join(' ') } }];
    },
    hazard: (_effect, { field }) => ({
      ...{ asset: field('destAsset'), amount: BigInt(field('destAmount')) },
      text: 'PathPayment',
    }),
  };
}

function offer(method: string): Omit<Form, 'read' | 'say'> {
  return {
    method,
    hazard: ({ asset = '', amount = 0n }) => ({ asset, amount, text: 'offer' }),
  };
}

/** @param fixed - the asset whose amount the offer states */
function readOffer(read: XdrReader, fixed: 'selling' | 'buying'): readonly [Part] {
  const [selling, buying, amount, price] = [readAsset(read), readAsset(read), read.amount(), readPrice(read)];
  const offerId = read.int64();
  const most = fixed === 'selling' ? amount : costOf(amount, price);
  const bought = fixed === 'selling' ? {} : { buyAmount: amount };
  return [{ ...trade(name(selling), most), args: { buying: name(buying), ...bought, price: price.text, offerId } }];
}

function offerWords({ field }: Told): string {
  return field('offerId') === '0' ? 'makes an offer' : `changes the offer ${field('offerId')}`;
}

/** The most that leaves the account. */
function trade(asset: string, amount: bigint): Part {
  return { op: 'trade', code: 'market-order', asset, amount };
}

function sold({ amount, asset }: Told['effect']): string {
  return shownAmount(amount, asset);
}

/** The most that a purchase costs, rounded up. */
function costOf(amount: bigint, { numerator, denominator }: Price): bigint {
  return (amount * numerator + denominator - 1n) / denominator;
}
