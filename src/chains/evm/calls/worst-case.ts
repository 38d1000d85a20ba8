import type { Hazard } from '../../../core/chain/hazards.js';
import { hazardsOfMoves, type KnownMethod, type MethodCall, nameOf } from './method.js';

const MOST = 2n ** 256n - 1n;
/** Neither the zero address nor one that burns tokens. */
const stranger = new Uint8Array(20).fill(0x11);

/** Arguments that each give away as much as possible. */
const worst: Omit<MethodCall, 'contract' | 'target' | 'sender'> = {
  address: () => 'a stranger',
  number: () => MOST,
  numbers: () => [],
  bytes: () => stranger,
  length: () => 1,
  standard: () => 'token',
  inner: () => hidden,
};

/** What a call may do that cannot be followed: everything, like any call. */
export const hidden = {
  kind: 'contract-call',
  moves: [],
  text: 'makes calls that cannot be followed',
  opaque: true,
  hazards: [{ kind: 'account-control', text: 'calls inside of calls' }],
} as const;

/**
 * What a call may cost if its arguments do not decode exactly. Contracts read them anyway, each compiler in its own way
 * (masked, padded with zeros, from any offset), so that the hazards are those of the worst arguments, without parties.
 */
export function worstHazards({ signature, effect }: KnownMethod, contract: string): Hazard[] {
  const name = nameOf(signature);
  const { moves, hazards } = effect({ ...worst, contract, target: stranger, sender: 'the sender' });
  const found = hazards ?? hazardsOfMoves(moves, name, { isLost: () => false, isNobody: () => false });
  const kinds = new Set(found.map(({ kind }) => kind));
  return [...kinds].filter((kind) => kind !== 'opaque-data').map((kind) => ({ kind, asset: contract, text: name }));
}
