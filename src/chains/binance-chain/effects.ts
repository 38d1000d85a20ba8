import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { type BinanceTransfer, COIN, type Coin, type Party } from './format.js';

/** Of a transfer to one recipient and of each recipient of several, in 1/10^8, as last decided by the validators. */
const FEE = 7_500n;
const FEE_OF_MANY = 6_000n;
const LOWEST_OF_MANY = 2;

/**
 * One effect for each coin of each output, and the fee. The first has the memo and the inputs, which are all the sender's and
 * sum up to the outputs.
 * @param from - sender as shown
 */
export function effectsOf(transfer: BinanceTransfer, from: string): readonly Effect[] {
  const { inputs, outputs, memo, chainId, accountNumber, sequence } = transfer;
  const spent = inputs.map(({ text, coins }, at) => ({ name: `input ${at}`, value: `${coinsText(coins)} of ${text}` }));
  const shared: readonly EffectArgument[] = [...spent, ...(memo === '' ? [] : [{ name: 'memo', value: memo }])];
  const moves = outputs.flatMap((output, at) => movesOf(output, { at, from, shared }));
  const count = BigInt(moves.length);
  return [
    ...moves,
    {
      op: 'fee',
      from,
      asset: COIN,
      amount: count < LOWEST_OF_MANY ? FEE : FEE_OF_MANY * count,
      args: [
        { name: 'chainId', value: chainId },
        { name: 'accountNumber', value: accountNumber.toString() },
        { name: 'sequence', value: sequence.toString() },
      ],
    },
  ];
}

interface MovePlace {
  /** Position of the output. */
  readonly at: number;
  readonly from: string;
  /** What belongs to the whole transfer. */
  readonly shared: readonly EffectArgument[];
}

function movesOf({ address, text, coins }: Party, { at, from, shared }: MovePlace): readonly Effect[] {
  const isNobody = address.every((byte) => byte === 0);
  return coins.map(({ denom, amount }, position) => ({
    op: denom === COIN ? 'transfer' : 'token-transfer',
    // Once for each output, whatever it holds.
    ...(isNobody && position === 0 && { code: 'unspendable-destination' }),
    from,
    to: text,
    asset: denom,
    amount,
    args: [{ name: 'output', value: `${at}` }, ...(at === 0 && position === 0 ? shared : [])],
    ...(text === from && { own: true }),
  }));
}

/** Coins in words, e.g. `1.5 BNB and 2 USDT-DC8`. */
export function coinsText(coins: readonly Coin[]): string {
  return coins.map(coinText).join(' and ');
}

function coinText({ denom, amount }: Coin): string {
  const decimals = (amount % 10n ** 8n).toString().padStart(8, '0').replace(/0+$/, '');
  return `${amount / 10n ** 8n}${decimals === '' ? '' : `.${decimals}`} ${denom}`;
}
