import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { SummaryNote } from '../../core/chain/summary.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { actionOf } from './effects.js';

/** The danger of an effect, if it has one. */
export function hazardOf(effect: Effect): readonly Hazard[] {
  const { code, method = '', amount, from, to } = effect;
  if (code === undefined) return [];
  if (code === 'foreign-key') return [{ kind: code, ...(to !== undefined && { party: to }) }];
  // By a clawback the one loses from whom the units are taken.
  const party = method === 'clawback' ? from : to;
  const asset = effect.asset ?? fieldOf(effect, 'assetIndex');
  return [
    {
      kind: code,
      ...(party !== undefined && { party }),
      ...(asset !== undefined && { asset }),
      ...(amount !== undefined && { amount }),
      text: method,
    },
  ];
}

/** Every signed value that no other member of the summary holds completely. */
export function notesOf(effects: readonly Effect[]): readonly SummaryNote[] {
  const { args = [] } = actionOf(effects).effect;
  const group = effects.flatMap((effect) => (effect.method === 'group' ? (effect.args ?? []) : []));
  const named = (names: readonly string[]) => args.filter(({ name }) => names.includes(name));
  return [
    ...(feeOf(effects).args ?? []),
    ...named(['note', 'lease']),
    ...group,
    ...args.filter(({ name }) => name.startsWith('asset') && name !== 'assetIndex'),
  ];
}
