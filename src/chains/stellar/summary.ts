import { hex } from '@scure/base';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { quote } from '../../core/ids.js';
import { muxedId } from './address.js';
import type { Envelope } from './effect.js';

/** The year 2050 in seconds: an end so far ahead is no end. */
const FAR_TIME = 2_524_608_000n;

/** Says what an envelope does, from the very bytes that are signed. @param foreign - accounts, other than the wallet's, for which it acts */
export function summarize(envelope: Envelope, foreign: readonly string[]): Summary {
  const { source, fee, sequence, memo, operations } = envelope;
  const kinds = new Set(operations.map(({ kind }) => kind));
  const [kind = 'other'] = kinds;
  const single = operations.length === 1 ? operations[0] : undefined;
  const note = memo === undefined ? '' : ` with the memo ${quote(memo.value)}`;
  const moves = operations.flatMap(({ tokens, arriving, source: from = source }) => [
    ...tokens.map((move) => ({ ...move, from })),
    ...arriving,
  ]);
  return {
    kind: kinds.size === 1 ? kind : 'other',
    from: source,
    ...(single?.to !== undefined && { to: single.to }),
    value: { asset: 'XLM', amount: operations.reduce((sum, { value }) => sum + value, 0n) },
    tokens: moves,
    hazards: hazardsOf(envelope, foreign),
    fee: { asset: 'XLM', amount: fee },
    nonce: sequence,
    ...(memo !== undefined && { memo: memo.value }),
    opaque: operations.some(({ opaque }) => opaque === true),
    notes: notesOf(envelope),
    text: `${source} ${operations.map(({ text }) => text).join(', then ')}${note}; the fee is at most ${formatUnits(fee, 7)} XLM`,
  };
}

function hazardsOf({ conditions, operations }: Envelope, foreign: readonly string[]): readonly Hazard[] {
  const { maxTime } = conditions;
  const isLong = maxTime === undefined || maxTime > FAR_TIME;
  return [
    ...operations.flatMap(({ hazards }) => hazards),
    ...foreign.map((party) => ({ kind: 'foreign-key', party }) as const),
    ...(isLong ? [{ kind: 'long-lived', text: `maxTime ${maxTime ?? 'absent'}` } as const] : []),
  ];
}

/** Conditions, the kind of the memo, numbers inside M… addresses, and each operation as it is signed. */
function notesOf({ source, conditions, memo, operations }: Envelope): readonly SummaryNote[] {
  const accounts = new Set([source, ...operations.flatMap(({ source: own, to }) => [own ?? [], to ?? []].flat())]);
  const numbered = [...accounts].flatMap((account) => {
    const id = muxedId(account);
    return id === undefined ? [] : [{ name: `id of ${account}`, value: id.toString() }];
  });
  return [
    ...(memo === undefined ? [] : [{ name: 'memoType', value: memo.type }]),
    ...conditions.notes,
    ...numbered,
    ...operations.map(({ body }, at) => ({ name: `operation ${at + 1}`, value: hex.encode(body) })),
  ];
}
