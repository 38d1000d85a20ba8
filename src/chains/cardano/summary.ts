import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { isNobodys } from './address.js';
import type { Body } from './body.js';
import type { Operations } from './operations.js';

/** A slot is a second: the year 2050, which means forever. */
const FAR_SLOT = 933_000_000n;

/** Says what a body does, from the very bytes that are signed. Outputs to an owner of an input are change. */
export function summarize(
  body: Body,
  { operations, owners }: { operations: Operations; owners: readonly string[] },
): Summary {
  const outputs = body.outputs.map(({ address, amount }) => ({ address, amount, change: owners.includes(address) }));
  const paid = body.outputs.filter(({ address }) => !owners.includes(address));
  const [from = ''] = owners;
  const tokens = paid.flatMap(({ address, tokens: bundle }) =>
    [...bundle].map(([contract, amount]) => {
      return { standard: 'native token', contract, from, to: address, amount, action: 'transfer' as const };
    }),
  );
  const list = paid.map(({ address, amount, tokens: bundle }) => {
    const more = bundle.size === 0 ? '' : ` with ${bundle.size} native tokens`;
    return `${formatUnits(amount, 6)} ADA${more} to ${address}`;
  });
  const words = list.length === 0 ? 'moves coins to itself' : `sends ${list.join(', ')}`;
  const [only] = paid;
  return {
    kind: tokens.length > 0 ? 'token-transfer' : 'transfer',
    from,
    ...(paid.length === 1 && only !== undefined && { to: only.address }),
    value: { asset: 'ADA', amount: paid.reduce((sum, { amount }) => sum + amount, 0n) },
    tokens,
    hazards: hazardsOf(body, paid),
    notes: notesOf(body),
    fee: { asset: 'ADA', amount: body.fee },
    inputs: operations.inputs.map(({ txId, index, address, amount }) => ({
      outpoint: `${txId}:${index}`,
      address,
      amount,
    })),
    outputs,
    opaque: false,
    text: `${from} ${words}; the fee is ${formatUnits(body.fee, 6)} ADA; it ends with slot ${body.ttl}`,
  };
}

function hazardsOf({ ttl }: Body, paid: Body['outputs']): readonly Hazard[] {
  return [
    ...paid
      .filter(({ address }) => isNobodys(address))
      .map(({ address: party, amount }): Hazard => {
        return { kind: 'unspendable-destination', party, asset: 'ADA', amount, text: 'nobody has a key of it' };
      }),
    ...(ttl > FAR_SLOT ? [{ kind: 'long-lived', text: `ttl ${ttl}` } as const] : []),
  ];
}

/** The last slot, and the tokens of all outputs, change included. */
function notesOf({ ttl, outputs }: Body): readonly SummaryNote[] {
  return [
    { name: 'ttl', value: ttl.toString() },
    ...outputs.flatMap(({ tokens }, at) =>
      [...tokens].map(([token, amount]) => ({ name: `output ${at} token ${token}`, value: amount.toString() })),
    ),
  ];
}
