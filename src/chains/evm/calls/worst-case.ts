import type { Effect } from '../../../core/chain/effect.js';
import { type CallEffect, effectsOfMoves, type KnownMethod, type MethodCall, type MethodEffect } from './method.js';

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
  inner: () => ({ ...hidden('a stranger'), effects: [unfollowed('a stranger')] }),
};

/** A call that makes further calls. No rule about plain calls covers it, and so none covers what is inside of it. */
export function bundleOf(contract: string): CallEffect {
  return { op: 'call', code: 'nested-call', to: contract };
}

/** What a call may do that cannot be followed: everything, like any call. */
export function hidden(contract: string): MethodEffect {
  return {
    kind: 'contract-call',
    moves: [],
    text: 'makes calls that cannot be followed',
    opaque: true,
    effects: [bundleOf(contract), unfollowed(contract)],
  };
}

export function unfollowed(contract: string): Effect {
  return { op: 'account', code: 'account-control', from: contract, contract, method: 'calls inside of calls' };
}

/**
 * What a call may cost if its arguments do not decode exactly. Contracts read them anyway, each compiler in its own way
 * (masked, padded with zeros, from any offset), so that these are the effects of the worst arguments, without parties and amounts.
 */
export function worstEffects({ signature: method, effect }: KnownMethod, contract: string, sender: string): Effect[] {
  const { moves, effects } = effect({ ...worst, contract, target: stranger, sender });
  const called = { contract, method };
  const found = effects ?? effectsOfMoves(moves, called, { isLost: () => false, isNobody: () => false });
  const dangers = found.filter(({ code }) => code !== undefined && code !== 'opaque-data' && code !== 'nested-call');
  const first = dangers.filter(({ code }, at) => dangers.findIndex((other) => other.code === code) === at);
  return first.map(({ op, code }) => ({ op, ...(code && { code }), from: sender, asset: contract, ...called }));
}
