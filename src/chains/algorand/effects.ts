import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import { CustosError } from '../../core/errors.js';
import { argumentsOf, fieldOf, type SignedFields } from '../shared/signed-fields.js';
import { showAddress } from './address.js';
import type { Action, AlgorandTransaction, AssetParams } from './format.js';

export const COIN = 'ALGO';

/** At a round in less than three seconds that is beyond the year 2055: no payment of today needs rounds so far ahead. */
const FAR_ROUND = 400_000_000n;

/** What the action of a transaction is called; each transaction has one. */
const actionNames = [
  'pay',
  'axfer',
  'opt-in',
  'clawback',
  'asset create',
  'asset configure',
  'asset destroy',
  'freeze',
  'unfreeze',
] as const;

export type ActionName = (typeof actionNames)[number];

/** Who stands behind a transaction. */
export interface Signer {
  /** The sender's address. */
  readonly from: string;
  /** Address of the signing key. */
  readonly key: string;
}

type Part = Pick<Effect, 'op' | 'code' | 'to' | 'asset' | 'amount' | 'own'> & {
  readonly from?: string;
  readonly method: string;
  readonly fields?: SignedFields;
};

/** Everything that a transaction does. Its note and lease stand with its action, which has one of the names above. */
export function effectsOf(transaction: AlgorandTransaction, { from, key }: Signer): readonly Effect[] {
  const { rekeyTo, group, lastRound, note, lease } = transaction;
  const [action, ...others] = actionParts(transaction, { from, key });
  const beside = {
    ...(note.length > 0 && { note: hex.encode(note) }),
    ...(lease !== undefined && { lease: hex.encode(lease) }),
  };
  const parts: readonly Part[] = [
    ...(rekeyTo === undefined
      ? []
      : [{ op: 'account', code: 'account-control', to: showAddress(rekeyTo), method: 'rekey' } as const]),
    { ...action, fields: { ...action.fields, ...beside } },
    ...others,
    // What the other transactions of the group do is not known here.
    ...(group === undefined
      ? []
      : [{ op: 'note', code: 'opaque-data', method: 'group', fields: { group: hex.encode(group) } } as const]),
    ...(lastRound > FAR_ROUND ? [{ op: 'note', code: 'long-lived', method: 'lastRound far ahead' } as const] : []),
    ...(from === key ? [] : [{ op: 'note', code: 'foreign-key', from: key, to: from, method: 'sgnr' } as const]),
  ];
  return [...parts.map((part) => effectOf(part, from)), feeEffect(transaction, from)];
}

/** The effect that holds the action, its name, and all that the summary calls it by. */
export function actionOf(effects: readonly Effect[]): { readonly effect: Effect; readonly name: ActionName } {
  for (const effect of effects) {
    const name = actionNames.find((one) => one === effect.method);
    if (name !== undefined) return { effect, name };
  }
  throw new CustosError('INTERNAL', 'the effects of a transaction do not hold its action');
}

/** A field of an effect; empty if there is none. */
export function textOf(effect: Effect, name: string): string {
  return fieldOf(effect, name) ?? '';
}

function effectOf({ fields = {}, ...part }: Part, from: string): Effect {
  const args = argumentsOf(fields);
  return { from, ...part, ...(args.length > 0 && { args }) };
}

/** The rounds and the network are those of the fee: they only time and place what the other effects say. */
function feeEffect({ fee, firstRound, lastRound, genesisId, genesisHash }: AlgorandTransaction, from: string): Effect {
  const fields = { firstRound, lastRound, genesisID: genesisId, genesisHash: hex.encode(genesisHash) };
  return { op: 'fee', from, asset: COIN, amount: fee, args: argumentsOf(fields) };
}

function actionParts(action: Action, signer: Signer): readonly [Part, ...(readonly Part[])] {
  if (action.type === 'acfg') return configurationParts(action.asset, action.params, signer.from);
  if (action.type === 'afrz') {
    const method = action.isFrozen ? 'freeze' : 'unfreeze';
    const fields = { assetIndex: action.asset };
    return [{ op: 'issuer', code: 'issuer-settings', to: showAddress(action.account), method, fields }];
  }
  const { amount, closeTo } = action;
  const to = showAddress(action.to);
  const own = to === signer.key ? ({ own: true } as const) : {};
  if (action.type === 'pay') {
    return [{ op: 'transfer', to, asset: COIN, amount, method: 'pay', ...own }, ...closing(closeTo, COIN)];
  }
  const { takenFrom } = action;
  const asset = action.asset.toString();
  if (isOptIn(action, signer.from)) {
    return [{ op: 'account', code: 'account-settings', method: 'opt-in', fields: { assetIndex: asset } }];
  }
  const move = { op: 'token-transfer', to, asset, amount, ...own } as const;
  if (takenFrom === undefined) return [{ ...move, method: 'axfer' }, ...closing(closeTo, asset)];
  return [{ ...move, code: 'issuer-settings', from: showAddress(takenFrom), method: 'clawback' }];
}

/** All that is left goes to the heir; the bytes do not say how much that is. */
function closing(closeTo: Uint8Array | undefined, asset: string): readonly Part[] {
  if (closeTo === undefined) return [];
  return [{ op: 'account', code: 'closes-account', to: showAddress(closeTo), asset, method: 'closeRemainderTo' }];
}

/** A transfer of nothing to oneself. */
function isOptIn({ amount, to, closeTo, takenFrom }: Extract<Action, { type: 'axfer' }>, from: string): boolean {
  return amount === 0n && showAddress(to) === from && takenFrom === undefined && closeTo === undefined;
}

/** An account that is put in charge of an existing asset can do with it what this account could. */
function configurationParts(asset: bigint, params: AssetParams, from: string): readonly [Part, ...(readonly Part[])] {
  const { manager, reserve, freeze, clawback } = params;
  const assetIndex = asset === 0n ? undefined : asset;
  const inCharge = Object.entries({ manager, reserve, freeze, clawback }).flatMap(([role, key]): readonly Part[] => {
    if (key === undefined) return [];
    const to = showAddress(key);
    const isHandedOver = asset > 0n && to !== from;
    const part = isHandedOver
      ? ({ op: 'account', code: 'account-control' } as const)
      : ({ op: 'issuer', code: 'issuer-settings' } as const);
    return [{ ...part, to, method: `asset ${role}`, fields: { assetIndex } }];
  });
  const verb = asset === 0n ? 'create' : inCharge.length === 0 ? 'destroy' : 'configure';
  const fields = { assetIndex, ...paramFields(params) };
  return [{ op: 'issuer', code: 'issuer-settings', method: `asset ${verb}`, fields }, ...inCharge];
}

function paramFields({ total, decimals, isFrozen, unitName, name, url, metadataHash }: AssetParams): SignedFields {
  return {
    ...{ assetTotal: total, assetDecimals: decimals, assetDefaultFrozen: isFrozen },
    ...{ assetUnitName: unitName, assetName: name, assetURL: url },
    assetMetadataHash: metadataHash && hex.encode(metadataHash),
  };
}
