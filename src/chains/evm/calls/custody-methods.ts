import type { TokenMove } from '../../../core/chain/summary.js';
import { type InnerEffect, type MethodCall, type MethodEffect, method, units } from './method.js';

/** What kinds of assets are called in these methods. */
const [FUNGIBLE, UNIQUE, MULTI, COINS] = [0n, 1n, 2n, 3n];

/** Methods of wallets that are contracts and have one owner, and of the contracts that make them. */
export const custodyMethods = [
  method('0xf2881e21', 'transfer(address,uint256,address,uint256,uint256)', (call) => together(call, [transfer(call)])),
  method('0x966f197c', 'transferBatch(address[],uint256[],address[],uint256[],uint256[])', (call) => {
    const count = call.length(0);
    const parts = Array.from({ length: count }, (_, at) => transfer(call, at));
    const effect = together(call, parts);
    return [1, 2, 3, 4].every((list) => call.length(list) === count) ? effect : { ...effect, opaque: true };
  }),
  method('0xf7e290a4', 'approve(address,uint256,address,uint256,uint256)', approve),
  method('0xae666ab6', 'createBatch(address,uint256[])', (call) => made(call, BigInt(call.length(1)))),
  method('0xf2386e0e', 'cloneNewWallet(address,uint256)', (call) => made(call, call.number(1))),
];

/** A part of a call: moves of tokens, or a message with coins. */
interface Part {
  readonly moves: readonly TokenMove[];
  readonly inner?: readonly InnerEffect[];
  readonly text: string;
  readonly opaque?: true;
}

/** @param at - place in the lists, if the arguments are lists */
function transfer(call: MethodCall, ...at: readonly number[]): Part {
  const [contract, kind, to] = [call.address(0, ...at), call.number(1, ...at), call.address(2, ...at)];
  const [amount, tokenId] = [call.number(3, ...at), call.number(4, ...at)];
  const move = { contract, from: call.contract, to, action: 'transfer' as const };
  if (kind === COINS) {
    const message = { to: call.bytes(2, ...at), data: new Uint8Array(0), value: amount, sender: call.contract };
    return { moves: [], inner: [call.inner(message)], text: `${units(amount)} of its coins to ${to}` };
  }
  if (kind === FUNGIBLE) {
    const text = `${units(amount)} of token ${contract} to ${to}`;
    return { moves: [{ ...move, standard: call.standard(20), amount }], text };
  }
  if (kind === UNIQUE) {
    const text = `token ${tokenId} of contract ${contract} to ${to}`;
    return { moves: [{ ...move, standard: call.standard(721), tokenId }], text };
  }
  const text = `${amount} of token ${tokenId} of contract ${contract} to ${to}`;
  const part = { moves: [{ ...move, standard: call.standard(1155), tokenId, amount }], text };
  return kind === MULTI ? part : { ...part, opaque: true };
}

function together(call: MethodCall, parts: readonly Part[]): MethodEffect {
  const moves = parts.flatMap((part) => part.moves);
  const inner = parts.flatMap((part) => part.inner ?? []);
  const isOpaque = parts.some(({ opaque }) => opaque === true);
  const list = parts.length === 0 ? 'nothing' : parts.map((part) => part.text).join(' and ');
  const text = `lets contract ${call.contract} send ${list}`;
  const kind = inner.length === 0 ? 'token-transfer' : 'contract-call';
  return { kind, moves, text, ...(inner.length > 0 && { inner }), ...(isOpaque && { opaque: true }) };
}

function approve(call: MethodCall): MethodEffect {
  const [contract, kind, to] = [call.address(0), call.number(1), call.address(2)];
  const [amount, tokenId] = [call.number(3), call.number(4)];
  const move = { contract, from: call.contract, to };
  const who = `lets contract ${call.contract} allow ${to} to take`;
  if (kind === FUNGIBLE) {
    const moves = [{ ...move, standard: call.standard(20), amount, action: 'approve' as const }];
    return { kind: 'token-approval', moves, text: `${who} ${units(amount)} of token ${contract}` };
  }
  if (kind === UNIQUE) {
    const moves = [{ ...move, standard: call.standard(721), tokenId, action: 'approve' as const }];
    return { kind: 'token-approval', moves, text: `${who} token ${tokenId} of contract ${contract}` };
  }
  const all = { ...move, standard: call.standard(1155), action: 'approve-all' as const };
  const text = `${who} all tokens of contract ${contract}`;
  if (kind === MULTI) return { kind: 'token-approval', moves: [all], text };
  // What a contract does with another kind is unknown: at worst either.
  const some = { ...move, standard: call.standard(20), amount, action: 'approve' as const };
  return { kind: 'token-approval', moves: [all, some], text, opaque: true };
}

function made(call: MethodCall, count: bigint): MethodEffect {
  const owner = call.address(0);
  return { kind: 'contract-call', moves: [], text: `lets contract ${call.contract} make ${count} wallets of ${owner}` };
}
