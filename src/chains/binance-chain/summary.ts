import type { Summary } from '../../core/chain/summary.js';
import { quote } from '../../core/ids.js';
import { type BinanceTransfer, type Coin, sums } from './format.js';

/** Of a transfer to one recipient and of each recipient of several, in 1/10^8, as last decided by the validators. */
const FEE = 7_500n;
const FEE_OF_MANY = 6_000n;
const LOWEST_OF_MANY = 2;

/** Says what a transfer does. @param from - sender as shown */
export function summarize(transfer: BinanceTransfer, from: string): Summary {
  const { inputs, outputs, memo, sequence, accountNumber, chainId } = transfer;
  const bnb = sums(outputs).get('BNB') ?? 0n;
  const tokens = outputs.flatMap(({ text, coins }) =>
    coins
      .filter(({ denom }) => denom !== 'BNB')
      .map(({ denom, amount }) => ({
        standard: 'BEP-2',
        contract: denom,
        from,
        to: text,
        amount,
        action: 'transfer' as const,
      })),
  );
  const count = outputs.reduce((all, { coins }) => all + coins.length, 0);
  const only = outputs.length === 1 ? outputs[0] : undefined;
  const paid = outputs.map(({ text, coins }) => `${coins.map(coinText).join(' and ')} to ${text}`);
  return {
    kind: tokens.length > 0 ? 'token-transfer' : 'transfer',
    from,
    ...(only && { to: only.text }),
    value: { asset: 'BNB', amount: bnb },
    tokens,
    hazards: outputs
      .filter(({ address }) => address.every((byte) => byte === 0))
      .map(({ text }) => ({ kind: 'unspendable-destination', party: text, text: 'nobody has a key of it' }) as const),
    notes: [
      { name: 'chainId', value: chainId },
      { name: 'accountNumber', value: accountNumber.toString() },
      ...inputs.map(({ text, coins }, at) => ({
        name: `input ${at}`,
        value: `${coins.map(coinText).join(' and ')} of ${text}`,
      })),
      ...outputs.map(({ text, coins }, at) => ({
        name: `output ${at}`,
        value: `${coins.map(coinText).join(' and ')} to ${text}`,
      })),
    ],
    fee: { asset: 'BNB', amount: count < LOWEST_OF_MANY ? FEE : FEE_OF_MANY * BigInt(count) },
    nonce: sequence,
    opaque: false,
    outputs: outputs.map(({ text, coins }) => ({
      address: text,
      amount: coins.reduce((sum, { denom, amount }) => (denom === 'BNB' ? sum + amount : sum), 0n),
      change: text === from,
    })),
    ...(memo !== '' && { memo }),
    text: `${from} sends ${paid.join(', ')}${memo === '' ? '' : ` with the memo ${quote(memo)}`}`,
  };
}

function coinText({ denom, amount }: Coin): string {
  const decimals = (amount % 10n ** 8n).toString().padStart(8, '0').replace(/0+$/, '');
  return `${amount / 10n ** 8n}${decimals === '' ? '' : `.${decimals}`} ${denom}`;
}
