import type { Effect } from '../../../core/chain/effect.js';
import type { Summary, SummaryNote, TokenMove } from '../../../core/chain/summary.js';
import { formatUnits } from '../../../core/chain/units.js';
import { bytesToHex, hexToBytes } from '../../shared/hexadecimal.js';
import { CallReader, type CallRules, payment } from './reader.js';
import { bytesNote } from './texts.js';

export type { CallRules };

/** What the effects of one message come to in words and in the terms of a summary, apart from its fee. */
export interface Content {
  readonly kind: Summary['kind'];
  /** Who gets the message, unless it makes a contract. */
  readonly to?: string;
  /** Coins that it carries. */
  readonly value: bigint;
  readonly tokens: readonly TokenMove[];
  readonly method?: string;
  readonly notes: readonly SummaryNote[];
  readonly text: string;
}

/**
 * Everything that one message does: carry coins and data to an address, or make a contract. The first effect with `data` is the
 * call itself and holds all of its bytes.
 * @param from - sender as shown
 */
export function effectsOf(
  { to, data, value }: { to?: Uint8Array; data: Uint8Array; value: bigint },
  from: string,
  rules: CallRules,
): readonly Effect[] {
  if (to !== undefined) return new CallReader(rules).read({ to, data, value, sender: from }).effects;
  const gift: readonly Effect[] = value > 0n ? [{ op: 'transfer', from, asset: rules.coin, amount: value }] : [];
  return [
    ...gift,
    { op: 'deploy', code: 'contract-creation', from },
    { op: 'deploy', code: 'opaque-data', from, data: bytesToHex(data).slice(2) },
  ];
}

/** Says what the effects of one message are. @param effects - as `effectsOf` made them */
export function contentOf(effects: readonly Effect[], rules: CallRules): Content {
  const coins = effects[0]?.op === 'transfer' ? effects[0] : undefined;
  const value = coins?.amount ?? 0n;
  const call = effects.find(({ data }) => data !== undefined);
  const to = call?.contract ?? coins?.to ?? '';
  // A payment says no more than its effect.
  if (call === undefined)
    return { kind: 'transfer', to, value, tokens: [], notes: [], text: payment(to, value, rules) };
  const data = hexToBytes(`0x${call.data ?? ''}`) ?? new Uint8Array(0);
  if (call.op === 'deploy') return contentOfCreation(data, value, rules);
  const sender = call.from;
  const { kind, moves, method, notes, text } = new CallReader(rules).read({ to: rules.read(to), data, value, sender });
  return {
    // Coins that go along are more than a payment in tokens, so that no reader of the kind alone takes it for one.
    kind: value > 0n && data.length > 0 ? 'contract-call' : kind,
    to,
    value,
    tokens: moves,
    ...(method !== undefined && { method }),
    notes,
    text,
  };
}

function contentOfCreation(data: Uint8Array, value: bigint, { coin, decimals }: CallRules): Content {
  const gift = value > 0n ? ` and gives it ${formatUnits(value, decimals)} ${coin}` : '';
  const text = `creates a contract from ${data.length} bytes of code${gift}`;
  return { kind: 'contract-creation', value, tokens: [], notes: [bytesNote('code', data)], text };
}
