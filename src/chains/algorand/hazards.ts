import { hex } from '@scure/base';
import type { Hazard } from '../../core/chain/hazards.js';
import type { SummaryNote } from '../../core/chain/summary.js';
import { showAddress } from './address.js';
import type { Action, AlgorandTransaction, AssetParams } from './format.js';

/** At a round in less than three seconds that is beyond the year 2055: no payment of today needs rounds so far ahead. */
const FAR_ROUND = 400_000_000n;

/** Every dangerous effect of a transaction. @param signer - address that belongs to the signing key, where that is not the sender */
export function hazardsOf(transaction: AlgorandTransaction, from: string, signer?: string): readonly Hazard[] {
  const { rekeyTo, group, lastRound } = transaction;
  return [
    ...(rekeyTo === undefined ? [] : [hazard('account-control', rekeyTo, { text: 'rekey' })]),
    ...actionHazards(transaction, from),
    // What the other transactions of the group do is not known here.
    ...(group === undefined ? [] : [{ kind: 'opaque-data', text: 'group' } as const]),
    ...(lastRound > FAR_ROUND ? [{ kind: 'long-lived', text: 'lastRound far ahead' } as const] : []),
    ...(signer === undefined ? [] : [{ kind: 'foreign-key', party: from } as const]),
  ];
}

function actionHazards(action: Action, from: string): readonly Hazard[] {
  if (action.type === 'acfg') return configurationHazards(action.asset, action.params, from);
  if (action.type === 'pay') {
    const { closeTo } = action;
    return closeTo === undefined
      ? []
      : [hazard('closes-account', closeTo, { asset: 'ALGO', text: 'closeRemainderTo' })];
  }
  const asset = action.asset.toString();
  if (action.type === 'afrz') {
    return [hazard('issuer-settings', action.account, { asset, text: action.isFrozen ? 'freeze' : 'unfreeze' })];
  }
  const { amount, closeTo, takenFrom } = action;
  if (isOptIn(action, from)) return [{ kind: 'account-settings', asset, text: 'opt-in' }];
  return [
    ...(closeTo === undefined ? [] : [hazard('closes-account', closeTo, { asset, text: 'closeRemainderTo' })]),
    ...(takenFrom === undefined ? [] : [hazard('issuer-settings', takenFrom, { asset, amount, text: 'clawback' })]),
  ];
}

/** A transfer of nothing to oneself. */
export function isOptIn({ amount, to, closeTo, takenFrom }: Extract<Action, { type: 'axfer' }>, from: string): boolean {
  return amount === 0n && showAddress(to) === from && takenFrom === undefined && closeTo === undefined;
}

/** An account that is put in charge of an existing asset can do with it what this account could. */
function configurationHazards(asset: bigint, params: AssetParams, from: string): readonly Hazard[] {
  const name = asset === 0n ? {} : { asset: asset.toString() };
  const inCharge = rolesOf(params).map(([role, key]): Hazard => {
    const isHandedOver = asset > 0n && showAddress(key) !== from;
    return hazard(isHandedOver ? 'account-control' : 'issuer-settings', key, { ...name, text: `asset ${role}` });
  });
  const verb = asset === 0n ? 'create' : inCharge.length === 0 ? 'destroy' : 'configure';
  return [{ kind: 'issuer-settings', ...name, text: `asset ${verb}` }, ...inCharge];
}

export function rolesOf({
  manager,
  reserve,
  freeze,
  clawback,
}: AssetParams): readonly (readonly [string, Uint8Array])[] {
  return Object.entries({ manager, reserve, freeze, clawback }).flatMap(([role, key]) =>
    key === undefined ? [] : [[role, key] as const],
  );
}

/** Every signed value that no other member of the summary holds completely. */
export function notesOf(transaction: AlgorandTransaction): readonly SummaryNote[] {
  const { firstRound, lastRound, genesisId, genesisHash, note, lease, group } = transaction;
  const bytes = { note: note.length === 0 ? undefined : note, lease, group };
  return [
    ...entries({ firstRound, lastRound, genesisID: genesisId, genesisHash: hex.encode(genesisHash) }),
    ...Object.entries(bytes).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value: hex.encode(value) }],
    ),
    ...(transaction.type === 'acfg' ? paramNotes(transaction.params) : []),
  ];
}

function paramNotes(params: AssetParams): readonly SummaryNote[] {
  const { total, decimals, isFrozen, unitName, name, url, metadataHash } = params;
  return [
    ...entries({ assetTotal: total, assetDecimals: decimals, assetDefaultFrozen: isFrozen }),
    ...entries({ assetUnitName: unitName, assetName: name, assetURL: url }),
    ...(metadataHash === undefined ? [] : [{ name: 'assetMetadataHash', value: hex.encode(metadataHash) }]),
  ];
}

function entries(values: Readonly<Record<string, bigint | number | boolean | string>>): readonly SummaryNote[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: `${value}` }));
}

function hazard(kind: Hazard['kind'], party: Uint8Array, rest: Omit<Hazard, 'kind' | 'party'>): Hazard {
  return { kind, party: showAddress(party), ...rest };
}
