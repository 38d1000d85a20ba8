import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { quote } from '../../core/ids.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { type ActionName, actionOf, COIN, textOf } from './effects.js';
import { hazardOf, notesOf } from './notes.js';

const DECIMALS = 6;

/** What one type of transaction does, apart from what all types have. */
interface Content {
  readonly kind: Summary['kind'];
  readonly to?: string;
  readonly amount?: bigint;
  readonly tokens?: readonly TokenMove[];
  readonly method?: string;
  readonly text: string;
}

/** The action with what is beside it, for the words about it. */
interface Told {
  readonly effect: Effect;
  readonly name: ActionName;
  readonly effects: readonly Effect[];
  /** Gets all that is left, if the account or its holding is closed. */
  readonly heir: string | undefined;
}

/**
 * Says what the effects of a transaction are. One that closes the account or hands it to another key has the kind `other`,
 * because more than its amounts is at stake.
 */
export function summarize(effects: readonly Effect[]): Summary {
  const fee = feeOf(effects);
  const { from } = fee;
  const action = actionOf(effects);
  const content = contentOf({ ...action, effects, heir: named(effects, 'closeRemainderTo')?.to }, from);
  const { to, method, tokens = [], amount = 0n } = content;
  const note = fieldOf(action.effect, 'note');
  const memo = note === undefined ? undefined : memoOf(hex.decode(note));
  const [rekey, signer] = [named(effects, 'rekey'), named(effects, 'sgnr')];
  const handed = rekey && `gives the whole account to the key of ${rekey.to}, which alone signs from then on`;
  const sentences = [content.text, handed, signer && `is signed by the key of ${signer.from}`];
  return {
    kind: rekey === undefined ? content.kind : 'other',
    from,
    ...(to !== undefined && { to }),
    value: { asset: COIN, amount },
    tokens,
    hazards: effects.flatMap(hazardOf),
    notes: notesOf(effects),
    fee: { asset: fee.asset, amount: fee.amount },
    ...(method !== undefined && { method }),
    opaque: false,
    ...(memo !== undefined && { memo }),
    text:
      `${from} ${sentences.filter((sentence) => sentence !== undefined).join(', and ')}` +
      `${memo === undefined ? '' : ` (note: ${quote(memo)})`}; the fee is ${coins(fee.amount)}`,
  };
}

function named(effects: readonly Effect[], method: string): Effect | undefined {
  return effects.find((effect) => effect.method === method);
}

function contentOf(told: Told, from: string): Content {
  const { effect, name } = told;
  const asset = textOf(effect, 'assetIndex');
  switch (name) {
    case 'pay':
      return payment(told);
    case 'axfer':
    case 'clawback':
      return assetMove(told);
    case 'opt-in':
      return { kind: 'other', to: from, method: name, text: `opts in to receiving asset ${asset}` };
    case 'freeze':
    case 'unfreeze': {
      const { to = '' } = effect;
      const verb = name === 'freeze' ? 'freezes' : 'releases';
      return { kind: 'other', to, method: name, text: `${verb} the units of asset ${asset} that ${to} holds` };
    }
    default:
      return { kind: 'other', method: name.slice('asset '.length), text: configuration(told) };
  }
}

function payment({ effect: { to = '', amount = 0n }, heir }: Told): Content {
  const text = `sends ${coins(amount)} to ${to}`;
  if (heir === undefined) return { kind: 'transfer', to, amount, text };
  const rest = `closes the account by sending all the ALGO that is left to ${heir}`;
  return { kind: 'other', to, amount, method: 'close', text: `${text}, and ${rest}` };
}

function assetMove({ effect, name, heir }: Told): Content {
  const { asset = '', to = '', amount = 0n, from } = effect;
  const move = { standard: 'ASA', contract: asset, from, action: 'transfer' as const };
  const text =
    name === 'axfer'
      ? `sends ${amount} smallest units of asset ${asset} to ${to}`
      : `takes ${amount} smallest units of asset ${asset} from ${from} and sends them to ${to} (clawback)`;
  const first = { ...move, to, amount };
  if (heir === undefined) {
    return { kind: 'token-transfer', to, tokens: [first], ...(name === 'clawback' && { method: name }), text };
  }
  return {
    kind: 'other',
    to,
    tokens: [first, { ...move, to: heir }],
    method: 'close',
    text: `${text}, and closes its holding by sending all units of asset ${asset} that are left to ${heir}`,
  };
}

function configuration({ effect, name, effects }: Told): string {
  const asset = textOf(effect, 'assetIndex');
  if (name === 'asset destroy') return `destroys asset ${asset}`;
  const set = ['manager', 'reserve', 'freeze', 'clawback'].flatMap((role) => {
    const inCharge = named(effects, `asset ${role}`);
    return inCharge === undefined ? [] : [`${role} ${inCharge.to}`];
  });
  const accounts = set.length === 0 ? 'nobody in charge' : set.join(', ');
  if (name === 'asset configure') return `puts others in charge of asset ${asset}: ${accounts}`;
  const field = (one: string) => textOf(effect, one);
  const facts = [
    `${field('assetTotal')} smallest units with ${field('assetDecimals')} decimals`,
    accounts,
    ...(field('assetDefaultFrozen') === 'true' ? ['frozen for new holders'] : []),
    ...(field('assetURL') === '' ? [] : [`described at ${quote(field('assetURL'))}`]),
    ...(field('assetMetadataHash') === '' ? [] : [`metadata hash ${field('assetMetadataHash')}`]),
  ];
  const unit = quote(field('assetUnitName'));
  return `creates the asset ${quote(field('assetName'))} (${unit}): ${facts.join('; ')}`;
}

function coins(amount: bigint): string {
  return `${formatUnits(amount, DECIMALS)} ${COIN}`;
}

/** The note as text, or 0x and hexadecimal digits where it holds anything but printable characters. */
function memoOf(note: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(note);
    if (/^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u.test(text)) return text;
  } catch {
    // Not UTF-8.
  }
  return `0x${hex.encode(note)}`;
}
