import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { quote } from '../../core/ids.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { COIN } from './effects.js';

/** The effects of one transaction, by what they are. */
interface Parts {
  readonly fee: ReturnType<typeof feeOf>;
  /** Coins of the transaction itself. */
  readonly coins?: Effect;
  readonly message?: string;
  /** What an ESDT transfer moves. */
  readonly moves: readonly Effect[];
  /** Data that is not understood. */
  readonly call?: Effect;
  /** The account that the transaction is sent to. */
  readonly receiver: string;
}

/** Says what a transaction does. @param effects - as `effectsOf` makes them */
export function summarize(effects: readonly Effect[]): Summary {
  const parts = partsOf(effects);
  const { fee, message, moves, call, receiver } = parts;
  const { from, asset, amount } = fee;
  const method = moves[0]?.method ?? (call && (call.method ?? 'unreadable'));
  const transfers = effects.filter(({ op }) => op === 'transfer');
  return {
    kind: moves.length > 0 ? 'token-transfer' : call === undefined ? 'transfer' : 'contract-call',
    from,
    to: moves[0]?.to ?? receiver,
    value: { asset: COIN, amount: transfers.reduce((sum, { amount: value = 0n }) => sum + value, 0n) },
    tokens: moves.filter(({ op }) => op === 'token-transfer').map(tokenOf),
    hazards: effects.flatMap((effect) => hazardOf(effect, receiver)),
    notes: notesOf(parts),
    fee: { asset, amount },
    nonce: BigInt(fieldOf(fee, 'nonce') ?? 0),
    ...(method !== undefined && { method }),
    ...(message !== undefined && { memo: message }),
    opaque: call !== undefined,
    text: `${from} ${wordsOf(parts)}; the fee is at most ${formatUnits(amount, 18)} EGLD`,
  };
}

function partsOf(effects: readonly Effect[]): Parts {
  const moves = effects.filter(({ op, method }) => /^(token-)?transfer$/.test(op) && method !== undefined);
  const coins = effects.find(({ op, method }) => op === 'transfer' && method === undefined);
  const call = effects.find(({ op }) => op === 'call');
  const message = coins && fieldOf(coins, 'message');
  const receiver = (moves[0] && fieldOf(moves[0], 'receiver')) ?? call?.to ?? coins?.to ?? '';
  return {
    ...{ fee: feeOf(effects), moves, receiver },
    ...(coins && { coins }),
    ...(message !== undefined && { message }),
    ...(call && { call }),
  };
}

function wordsOf({ coins, message, moves, call, receiver }: Parts): string {
  const value = `${formatUnits(coins?.amount ?? 0n, 18)} EGLD`;
  if (moves.length > 0) {
    const list = moves.map(moveText).join(', ');
    return `transfers ${list} to ${moves[0]?.to}${call === undefined ? '' : ' and calls a contract with them'}`;
  }
  if (call !== undefined) {
    const length = (call.data ?? '').length / 2;
    return `calls ${quote(call.method ?? 'unreadable')} of ${receiver} with ${length} bytes of data and ${value}`;
  }
  return `sends ${value} to ${receiver}${message === undefined ? '' : ` with the message ${quote(message)}`}`;
}

function moveText(move: Effect): string {
  const { asset, amount, tokenId } = move;
  const nonce = tokenId === undefined ? '' : ` (nonce ${tokenId})`;
  return `${amount} smallest units of ${fieldOf(move, 'token') ?? asset}${nonce}`;
}

function tokenOf({ from, to = '', asset = '', amount = 0n, tokenId }: Effect): Summary['tokens'][number] {
  const move = { standard: 'ESDT', contract: asset, from, to, amount };
  return { ...move, ...(tokenId !== undefined && { tokenId }), action: 'transfer' };
}

function hazardOf({ code, to, method, data }: Effect, receiver: string): readonly Hazard[] {
  if (code === undefined) return [];
  const party = code === 'opaque-data' ? receiver : to;
  return [{ kind: code, ...(party !== undefined && { party }), text: hazardText({ code, method, data }) }];
}

function hazardText({ code, method = '', data = '' }: { [Key in 'code' | 'method' | 'data']: string | undefined }) {
  if (code === 'unspendable-destination') return 'nobody has a key of it';
  if (code !== 'opaque-data') return method;
  // The beginning also of data that is no text.
  const [name = ''] = new TextDecoder().decode(hex.decode(data)).split('@');
  return name.slice(0, 60);
}

/** Every signed value that no other member of the summary holds completely. */
function notesOf({ fee, receiver, message, moves, call }: Parts): readonly SummaryNote[] {
  const written = message === undefined ? undefined : Buffer.from(message).toString('hex');
  const data = call?.data ?? (moves[0] && fieldOf(moves[0], 'data')) ?? written;
  return [
    { name: 'receiver', value: receiver },
    ...(fee.args ?? []).filter(({ name }) => name !== 'nonce'),
    ...(data === undefined ? [] : [{ name: 'data', value: data }]),
  ];
}
