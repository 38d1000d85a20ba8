import { hex } from '@scure/base';
import type { Summary, SummaryNote } from '../../core/chain/summary.js';
import { COMPUTATION_LIMIT, type FlowFilling } from './format.js';
import type { TypedAction } from './request.js';

/** Inclusion and all computation units at the prices of FLIP 351 (0.0001 and 0.00004 FLOW), in 1/10^8; a request cannot set a limit. */
const HIGHEST_FEE = 10_000n + BigInt(COMPUTATION_LIMIT) * 4_000n;
/** The address that no account has. */
const NOBODY = `0x${'0'.repeat(16)}`;
const unspendable = { kind: 'unspendable-destination', party: NOBODY, text: 'nobody has a key of it' } as const;

/** Says what an action does, who pays the fee, and the most that it can be. */
export function summarize(action: TypedAction, filling: FlowFilling, paysItself: boolean): Summary {
  const { does, account } = action;
  const { proposer, payer } = filling;
  const { words, hazards = [], ...rest } = does;
  const fee = paysItself ? 'pays the network fee itself' : `0x${payer.address} pays the network fee`;
  return {
    ...rest,
    from: `0x${account}`,
    hazards: rest.to === NOBODY ? [...hazards, unspendable] : hazards,
    notes: notesOf(action, filling),
    fee: { asset: 'FLOW', amount: paysItself ? HIGHEST_FEE : 0n },
    ...(paysItself && { nonce: proposer.sequenceNumber }),
    text: `0x${account} ${words}; ${fee}`,
  };
}

/** Every signed value that no other member of the summary holds completely. */
function notesOf(
  action: TypedAction,
  { referenceBlock, proposer, payer, authorizer }: FlowFilling,
): readonly SummaryNote[] {
  const { type, script, arguments: made, does } = action;
  const of = ({ address, keyId }: { readonly address: string; readonly keyId: number }) =>
    `0x${address} by key ${keyId}`;
  const values = {
    type,
    // The other types use our own scripts.
    ...(does.opaque && { script }),
    referenceBlock: `${referenceBlock.id} at ${referenceBlock.height}`,
    computationLimit: COMPUTATION_LIMIT,
    proposer: `${of(proposer)}, number ${proposer.sequenceNumber}`,
    ...(proposer.signature && { proposerSignature: hex.encode(proposer.signature) }),
    payer: of(payer),
    authorizer: `by key ${authorizer.keyId} with ${authorizer.hash}`,
  };
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value: `${value}` })),
    ...made.map((argument, at) => ({ name: `argument ${at + 1}`, value: JSON.stringify(argument) })),
  ];
}
