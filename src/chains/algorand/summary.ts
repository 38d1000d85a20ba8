import { hex } from '@scure/base';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { quote } from '../../core/ids.js';
import { showAddress } from './address.js';
import type { Action, AlgorandTransaction, AssetParams } from './format.js';
import { hazardsOf, isOptIn, notesOf, rolesOf } from './hazards.js';

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

/**
 * Says what a transaction does, from the very values that are signed. One that closes the account or hands it to another
 * key has the kind `other`, because more than its amounts is at stake.
 * @param from - the sender's address   @param signer - address that belongs to the signing key, where that is not the sender
 */
export function summarize(transaction: AlgorandTransaction, from: string, signer?: string): Summary {
  const { fee, note, rekeyTo } = transaction;
  const content = contentOf(transaction, from);
  const { to, method, tokens = [], amount = 0n } = content;
  const memo = note.length === 0 ? undefined : memoOf(note);
  const rekey =
    rekeyTo && `gives the whole account to the key of ${showAddress(rekeyTo)}, which alone signs from then on`;
  const sentences = [content.text, rekey, signer && `is signed by the key of ${signer}`];
  return {
    kind: rekeyTo === undefined ? content.kind : 'other',
    from,
    ...(to !== undefined && { to }),
    value: { asset: 'ALGO', amount },
    tokens,
    hazards: hazardsOf(transaction, from, signer),
    notes: notesOf(transaction),
    fee: { asset: 'ALGO', amount: fee },
    ...(method !== undefined && { method }),
    opaque: false,
    ...(memo !== undefined && { memo }),
    text:
      `${from} ${sentences.filter((sentence) => sentence !== undefined).join(', and ')}` +
      `${memo === undefined ? '' : ` (note: ${quote(memo)})`}; the fee is ${coins(fee)}`,
  };
}

function contentOf(action: Action, from: string): Content {
  if (action.type === 'pay') return payment(action);
  if (action.type === 'axfer') return assetMove(action, from);
  if (action.type === 'acfg') return { kind: 'other', ...configuration(action.asset, action.params) };
  const [verb, method] = action.isFrozen ? ['freezes', 'freeze'] : ['releases', 'unfreeze'];
  const holder = showAddress(action.account);
  return { kind: 'other', to: holder, method, text: `${verb} the units of asset ${action.asset} that ${holder} holds` };
}

function payment({ to, amount, closeTo }: Extract<Action, { type: 'pay' }>): Content {
  const receiver = showAddress(to);
  const text = `sends ${coins(amount)} to ${receiver}`;
  if (closeTo === undefined) return { kind: 'transfer', to: receiver, amount, text };
  const rest = `closes the account by sending all the ALGO that is left to ${showAddress(closeTo)}`;
  return { kind: 'other', to: receiver, amount, method: 'close', text: `${text}, and ${rest}` };
}

function assetMove(action: Extract<Action, { type: 'axfer' }>, from: string): Content {
  const { asset, amount, closeTo, takenFrom } = action;
  const [to, owner] = [showAddress(action.to), takenFrom ? showAddress(takenFrom) : from];
  const move = { standard: 'ASA', contract: asset.toString(), from: owner, action: 'transfer' as const };
  if (isOptIn(action, from)) {
    return { kind: 'other', to, method: 'opt-in', text: `opts in to receiving asset ${asset}` };
  }
  const text =
    takenFrom === undefined
      ? `sends ${amount} smallest units of asset ${asset} to ${to}`
      : `takes ${amount} smallest units of asset ${asset} from ${owner} and sends them to ${to} (clawback)`;
  const first = { ...move, to, amount };
  const method = takenFrom && { method: 'clawback' };
  if (closeTo === undefined) return { kind: 'token-transfer', to, tokens: [first], ...method, text };
  const heir = showAddress(closeTo);
  return {
    kind: 'other',
    to,
    tokens: [first, { ...move, to: heir }],
    method: 'close',
    text: `${text}, and closes its holding by sending all units of asset ${asset} that are left to ${heir}`,
  };
}

function configuration(asset: bigint, params: AssetParams): Pick<Content, 'method' | 'text'> {
  const set = rolesOf(params).map(([role, key]) => `${role} ${showAddress(key)}`);
  const accounts = set.length === 0 ? 'nobody in charge' : set.join(', ');
  if (asset > 0n && set.length === 0) return { method: 'destroy', text: `destroys asset ${asset}` };
  if (asset > 0n) return { method: 'configure', text: `puts others in charge of asset ${asset}: ${accounts}` };
  const { total, decimals, name, unitName, url, isFrozen, metadataHash } = params;
  const facts = [
    `${total} smallest units with ${decimals} decimals`,
    accounts,
    ...(isFrozen ? ['frozen for new holders'] : []),
    ...(url === '' ? [] : [`described at ${quote(url)}`]),
    ...(metadataHash === undefined ? [] : [`metadata hash ${hex.encode(metadataHash)}`]),
  ];
  return { method: 'create', text: `creates the asset ${quote(name)} (${quote(unitName)}): ${facts.join('; ')}` };
}

function coins(amount: bigint): string {
  return `${formatUnits(amount, DECIMALS)} ALGO`;
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
