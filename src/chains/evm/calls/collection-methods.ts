import type { TokenMove } from '../../../core/chain/summary.js';
import { type MethodCall, type MethodEffect, method } from './method.js';

/** Methods of collections beyond the standards, as contracts of the field have them: transfers without a sender, mints of many. */
export const collectionMethods = [
  method('0x423f6cef', 'safeTransfer(address,uint256)', (call) =>
    moved(call, 721, [{ to: call.address(0), tokenId: call.number(1) }]),
  ),
  method('0xae28b68c', 'safeTransfer(address,uint256,uint256,bytes)', (call) =>
    withBytes(call, moved(call, 1155, [{ to: call.address(0), tokenId: call.number(1), amount: call.number(2) }])),
  ),
  method('0x368b2842', 'safeBatchTransfer(address,uint256[],uint256[],bytes)', (call) => {
    const [ids, amounts] = [call.numbers(1), call.numbers(2)];
    const items = ids.map((tokenId, at) => ({ to: call.address(0), tokenId, ...countOf(amounts, at) }));
    return withBytes(call, even(moved(call, 1155, items), ids, amounts));
  }),
  method('0x5a9c9eb8', 'mintMultiple(address[],uint256[],string[])', (call) => {
    const ids = call.numbers(1);
    const items = ids.slice(0, call.length(0)).map((tokenId, at) => ({ to: call.address(0, at), tokenId }));
    return even(minted(call, 721, items), ids, { length: call.length(0) }, { length: call.length(2) });
  }),
  method('0xd74b8c42', 'mintBatch(address[],uint256[][],uint256[][],bytes)', (call) => {
    const receivers = Array.from({ length: call.length(0) }, (_, at) => at);
    const items = receivers.flatMap((at) =>
      call
        .numbers(1, at)
        .map((tokenId, item) => ({ to: call.address(0, at), tokenId, ...countOf(call.numbers(2, at), item) })),
    );
    const isEven = receivers.every((at) => call.length(1, at) === call.length(2, at));
    const lists = even(minted(call, 1155, items), receivers, { length: call.length(1) }, { length: call.length(2) });
    return withBytes(call, isEven ? lists : { ...lists, opaque: true });
  }),
];

interface Item {
  readonly to: string;
  readonly tokenId: bigint;
  readonly amount?: bigint;
}

function moved(call: MethodCall, standard: 721 | 1155, items: readonly Item[]): MethodEffect {
  return effectOf(call, standard, items, { action: 'transfer', from: call.sender, verb: 'moves' });
}

function minted(call: MethodCall, standard: 721 | 1155, items: readonly Item[]): MethodEffect {
  return effectOf(call, standard, items, { action: 'mint', verb: 'mints' });
}

interface Deed extends Pick<TokenMove, 'action'> {
  readonly from?: string;
  readonly verb: string;
}

/** Items that a sentence names one by one. */
const NAMED = 5;

function effectOf(
  call: MethodCall,
  standard: 721 | 1155,
  items: readonly Item[],
  { verb, ...deed }: Deed,
): MethodEffect {
  const place = { standard: call.standard(standard), contract: call.contract };
  const named = items.slice(0, NAMED).map(({ to, tokenId, amount }) => {
    const what = amount === undefined ? `token ${tokenId}` : `${amount} of token ${tokenId}`;
    return `${what} to ${to}`;
  });
  const more = items.length > NAMED ? [`${items.length - NAMED} more`] : [];
  const text = items.length === 0 ? 'nothing' : [...named, ...more].join(', ');
  return {
    kind: 'token-transfer',
    moves: items.map((item) => ({ ...place, ...deed, ...item })),
    text: `${verb} of contract ${call.contract} ${text}`,
  };
}

function countOf(amounts: readonly bigint[], at: number): { amount?: bigint } {
  const amount = amounts[at];
  return amount === undefined ? {} : { amount };
}

/** A contract takes as many of each; what it does with others is unknown. */
function even(effect: MethodEffect, ...lists: readonly { readonly length: number }[]): MethodEffect {
  return lists.every(({ length }) => length === lists[0]?.length) ? effect : { ...effect, opaque: true };
}

/** What the receiver does with the bytes, the last argument, cannot be seen; one zero byte stands for none. */
function withBytes(call: MethodCall, effect: MethodEffect): MethodEffect {
  const bytes = call.bytes(3);
  return bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0) ? effect : { ...effect, opaque: true };
}
