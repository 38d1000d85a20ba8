import { hex } from '@scure/base';
import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { sha256 } from '../../crypto/hash.js';
import { COMPUTATION_LIMIT, type FlowFilling } from './format.js';
import type { TypedAction } from './request.js';

/** Inclusion and all computation units at the prices of FLIP 351 (0.0001 and 0.00004 FLOW), in 1/10^8; a request cannot set a limit. */
const HIGHEST_FEE = 10_000n + BigInt(COMPUTATION_LIMIT) * 4_000n;

/**
 * What an action does, and the fee. One effect has the type of the request, the SHA-256 of the script (in UTF-8) and its
 * arguments: the call of foreign Cadence, otherwise the first. The account that authorizes is `from`.
 * @param paysItself - otherwise others pay, and the account pays nothing
 */
export function effectsOf(action: TypedAction, filling: FlowFilling, paysItself: boolean): readonly Effect[] {
  const { does } = action;
  const fields = fieldsOf(action);
  const place = Math.max(
    0,
    does.findIndex(({ op }) => op === 'call'),
  );
  return [
    ...does.map((effect, at) => (at === place ? { ...effect, args: [...(effect.args ?? []), ...fields] } : effect)),
    {
      op: 'fee',
      from: `0x${filling.payer.address}`,
      asset: 'FLOW',
      amount: paysItself ? HIGHEST_FEE : 0n,
      args: fillingOf(filling),
    },
  ];
}

function fieldsOf({ type, script, arguments: made }: TypedAction): readonly EffectArgument[] {
  return [
    { name: 'type', value: `${type}` },
    { name: 'scriptHash', value: hex.encode(sha256(new TextEncoder().encode(script))) },
    ...made.map((argument, at) => ({ name: `argument ${at + 1}`, value: JSON.stringify(argument) })),
  ];
}

function fillingOf({ referenceBlock, proposer, payer, authorizer }: FlowFilling): readonly EffectArgument[] {
  const of = ({ address, keyId }: { readonly address: string; readonly keyId: number }) =>
    `0x${address} by key ${keyId}`;
  const values = {
    referenceBlock: `${referenceBlock.id} at ${referenceBlock.height}`,
    computationLimit: COMPUTATION_LIMIT,
    proposer: of(proposer),
    sequenceNumber: proposer.sequenceNumber,
    ...(proposer.signature && { proposerSignature: hex.encode(proposer.signature) }),
    payer: of(payer),
    authorizer: `by key ${authorizer.keyId} with ${authorizer.hash}`,
  };
  return Object.entries(values).map(([name, value]) => ({ name, value: `${value}` }));
}
