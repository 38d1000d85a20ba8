import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { isNobodys } from './address.js';
import type { Body } from './body.js';
import type { CardanoOutput, Operations } from './operations.js';

/** A slot is a second: the year 2050, which means forever. */
const FAR_SLOT = 933_000_000n;

/**
 * Lists what a body does: the coins of each output and behind them its tokens, in the order of the bytes, and the fee with all
 * that is spent. Outputs to an owner of an input are change.
 */
export function effectsOf(
  body: Body,
  { operations, owners }: { readonly operations: Operations; readonly owners: readonly string[] },
): readonly Effect[] {
  const [from = ''] = owners;
  const spent = operations.inputs.flatMap(({ txId, index, address, amount }) => [
    argument('outpoint', `${txId}:${index}`),
    argument('address', address),
    argument('amount', amount),
  ]);
  return [
    ...body.outputs.flatMap((output, at) => outputEffects(output, { from, owners, at })),
    ...(body.ttl > FAR_SLOT ? [{ op: 'note', code: 'long-lived', from } as const] : []),
    { op: 'fee', from, asset: 'ADA', amount: body.fee, args: [...spent, argument('ttl', body.ttl)] },
  ];
}

interface OutputPlace {
  readonly from: string;
  readonly owners: readonly string[];
  readonly at: number;
}

function outputEffects(
  { address: to, amount, tokens }: CardanoOutput,
  { from, owners, at }: OutputPlace,
): readonly Effect[] {
  const args = [argument('output', BigInt(at))];
  const own = owners.includes(to) ? ({ own: true } as const) : {};
  const isLost = !('own' in own) && isNobodys(to);
  return [
    {
      op: 'transfer',
      ...(isLost && ({ code: 'unspendable-destination' } as const)),
      from,
      to,
      asset: 'ADA',
      amount,
      args,
      ...own,
    },
    ...[...tokens].map(([asset, units]): Effect => {
      return { op: 'token-transfer', from, to, asset, amount: units, args, ...own };
    }),
  ];
}

function argument(name: string, value: string | bigint): EffectArgument {
  return { name, value: value.toString() };
}
