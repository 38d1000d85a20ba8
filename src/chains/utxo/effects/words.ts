import { hex } from '@scure/base';
import type { Effect } from '../../../core/chain/effect.js';
import type { Hazard } from '../../../core/chain/hazards.js';
import type { SummaryNote } from '../../../core/chain/summary.js';
import { shown } from '../../../core/text/foreign-text.js';
import { sha256 } from '../../../crypto/hash.js';
import { fieldOf } from '../../shared/signed-fields.js';
import { isData, readData } from '../unspendable.js';
import { lockSentence } from './locks.js';

/** A script in hexadecimal digits; of a long one the beginning and its hash. */
export function shownScript(digits: string): string {
  if (digits.length <= 256) return digits;
  const script = hex.decode(digits);
  return `${digits.slice(0, 128)}... (${script.length} bytes, SHA-256 ${hex.encode(sha256(script))})`;
}

/** What the words about an effect need of the fee: the version decides what a lock means. */
interface Whole {
  readonly version: number;
  /** Symbol of the coin. */
  readonly asset: string;
}

/** The hazard that an effect with a code is. */
export function hazardOf(effect: Effect, { version, asset: coin }: Whole): readonly Hazard[] {
  const { code: kind, to } = effect;
  if (kind === undefined) return [];
  const claimed = fieldOf(effect, 'claimed');
  const { asset, amount } = claimed === undefined ? effect : { asset: coin, amount: BigInt(claimed) };
  return [
    {
      kind,
      ...(to !== undefined && { party: to }),
      ...(asset !== undefined && { asset }),
      ...(amount !== undefined && { amount }),
      text: sentenceOf(effect, version),
    },
  ];
}

function sentenceOf(effect: Effect, version: number): string {
  const { code, to, data = '', method } = effect;
  const name = outputName(effect);
  switch (code) {
    case 'unproved-amount': {
      const place = Number(fieldOf(effect, 'vin')) + 1;
      return `input ${place} (${fieldOf(effect, 'outpoint')}): the amount is only claimed`;
    }
    case 'long-lived':
      return lockSentence((argument) => fieldOf(effect, argument), version);
    case 'opaque-data':
      return `${name}: data ${dataWords(effect)}`;
    case 'unspendable-destination':
      if (isData(hex.decode(data))) return `${name}: coins beside data are lost`;
      return `${name}: nobody can spend what is sent to ${to ?? `the script ${shownScript(data)}`}`;
    default:
      return `${name}: ${method === undefined ? '' : `${method}, `}script ${shownScript(data)}`;
  }
}

/** The note that an output with data is. */
export function dataNote(effect: Effect): readonly SummaryNote[] {
  if (effect.code !== 'opaque-data') return [];
  return [{ name: `data of ${outputName(effect)}`, value: dataWords(effect) }];
}

function outputName(effect: Effect): string {
  return `output ${Number(fieldOf(effect, 'vout')) + 1}`;
}

function dataWords({ method, data = '' }: Effect): string {
  const { text } = readData(hex.decode(data));
  const words = [method, text === undefined ? undefined : shown(JSON.stringify(text)), shownScript(data)];
  return words.filter((word) => word !== undefined).join(', ');
}
