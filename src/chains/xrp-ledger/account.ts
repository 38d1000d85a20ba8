import type { Hazard, HazardKind } from '../../core/chain/hazards.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { type Fields, listOf, smallOf, textOf } from '../shared/fields.js';
import { assetOf, movesOf, readAmount } from './amount.js';
import {
  accountAt,
  accountIfAt,
  amountAt,
  type Content,
  flagsOf,
  hasFlag,
  named,
  type Reader,
  still,
} from './content.js';

/** Numbers of `SetFlag` and `ClearFlag`, with what they change. */
const accountFlags: ReadonlyMap<number, readonly [string, HazardKind]> = new Map([
  [1, ['asfRequireDest', 'account-settings']],
  [2, ['asfRequireAuth', 'issuer-settings']],
  [3, ['asfDisallowXRP', 'account-settings']],
  [4, ['asfDisableMaster', 'account-control']],
  [5, ['asfAccountTxnID', 'account-settings']],
  [6, ['asfNoFreeze', 'issuer-settings']],
  [7, ['asfGlobalFreeze', 'issuer-settings']],
  [8, ['asfDefaultRipple', 'issuer-settings']],
  [9, ['asfDepositAuth', 'account-settings']],
  [10, ['asfAuthorizedNFTokenMinter', 'issuer-settings']],
  [12, ['asfDisallowIncomingNFTokenOffer', 'account-settings']],
  [13, ['asfDisallowIncomingCheck', 'account-settings']],
  [14, ['asfDisallowIncomingPayChan', 'account-settings']],
  [15, ['asfDisallowIncomingTrustline', 'account-settings']],
  [16, ['asfAllowTrustLineClawback', 'issuer-settings']],
  [17, ['asfAllowTrustLineLocking', 'issuer-settings']],
]);

/** Other fields of an AccountSet. */
const accountFields: Readonly<Record<string, HazardKind>> = {
  Domain: 'account-settings',
  EmailHash: 'account-settings',
  MessageKey: 'account-settings',
  WalletLocator: 'account-settings',
  WalletSize: 'account-settings',
  TransferRate: 'issuer-settings',
  TickSize: 'issuer-settings',
};

/** Bits of `Flags` that do the same as the numbers above (tfRequireDestTag to tfAllowXRP). */
const COMFORT_BITS = 0x0033_0000;
const ISSUER_BITS = 0x000c_0000;
/** tfSetfAuth, tfSetFreeze, tfClearFreeze, tfSetDeepFreeze, tfClearDeepFreeze of a TrustSet. */
const TRUST_ISSUER_BITS = 0x00f1_0000;

/** Transactions about the account itself: its keys, its end, its settings. */
export const accountReaders: Readonly<Record<string, Reader>> = {
  SetRegularKey(fields) {
    const party = accountIfAt(fields, 'RegularKey');
    const words = party === undefined ? 'takes the regular key away' : `${party} may sign for it`;
    return still(`CHANGES THE KEY that may sign for the account: ${words}`, [
      { kind: 'account-control', ...(party !== undefined && { party }), text: 'SetRegularKey' },
    ]);
  },
  SignerListSet(fields) {
    const entries = fields['SignerEntries'] === undefined ? [] : listOf(fields['SignerEntries'], 'SignerEntries');
    const quorum = smallOf(fields['SignerQuorum'], 'SignerQuorum');
    const signers = entries.map((entry, at) => signerOf(entry, { name: `SignerEntries[${at}]`, quorum }));
    const none: Hazard = { kind: 'account-control', text: 'SignerListSet without signers' };
    const words = signers.map(({ party, text }) => `${party} (${text})`).join(', ');
    return still(`CHANGES WHO MAY SIGN for the account: ${words === '' ? 'nobody beside its keys' : words}`, [
      ...(signers.length === 0 ? [none] : signers),
    ]);
  },
  DelegateSet(fields) {
    const party = accountAt(fields, 'Authorize');
    const hazard: Hazard = { kind: 'account-control', party, text: `DelegateSet ${permissions(fields)}` };
    return still(`CHANGES WHO MAY ACT for the account: ${party} may do ${permissions(fields)}`, [hazard]);
  },
  AccountDelete(fields) {
    const to = accountAt(fields, 'Destination');
    const hazard: Hazard = { kind: 'closes-account', party: to, text: 'AccountDelete' };
    return {
      ...still(`DELETES THE ACCOUNT and gives everything away to ${to}`, [hazard]),
      to,
      told: ['Destination'],
    };
  },
  AccountSet: accountSet,
  TrustSet: trustSet,
  TicketCreate(fields) {
    const number = smallOf(fields['TicketCount'], 'TicketCount');
    return still(`sets ${number} tickets aside`, [{ kind: 'account-settings', text: 'TicketCreate' }]);
  },
  DepositPreauth(fields) {
    const party = accountIfAt(fields, 'Authorize') ?? accountIfAt(fields, 'Unauthorize');
    return still('changes who may pay to the account', [
      { kind: 'account-settings', ...(party !== undefined && { party }), text: 'DepositPreauth' },
    ]);
  },
  CredentialCreate: named('CredentialCreate', 'account-settings', 'issues a credential'),
  CredentialAccept: named('CredentialAccept', 'account-settings', 'accepts a credential'),
  CredentialDelete: named('CredentialDelete', 'account-settings', 'deletes a credential'),
  DIDSet: named('DIDSet', 'account-settings', 'sets the identity document of the account'),
  DIDDelete: named('DIDDelete', 'account-settings', 'deletes the identity document of the account'),
  PermissionedDomainSet: named('PermissionedDomainSet', 'account-settings', 'sets a permissioned domain'),
  PermissionedDomainDelete: named('PermissionedDomainDelete', 'account-settings', 'deletes a permissioned domain'),
  OracleSet: named('OracleSet', 'account-settings', 'publishes prices'),
  OracleDelete: named('OracleDelete', 'account-settings', 'stops publishing prices'),
  MPTokenAuthorize: named('MPTokenAuthorize', 'account-settings', 'holds a token, or lets somebody hold one'),
};

function signerOf(entry: unknown, { name, quorum }: { readonly name: string; readonly quorum: number }) {
  const signer = isObject(entry) && isObject(entry['SignerEntry']) ? entry['SignerEntry'] : {};
  const party = accountAt({ [name]: signer['Account'] }, name);
  const weight = smallOf(signer['SignerWeight'], `${name}.SignerWeight`);
  return { kind: 'account-control', party, text: `SignerListSet: weight ${weight} of ${quorum}` } as const;
}

function permissions(fields: Fields): string {
  const list = fields['Permissions'] === undefined ? [] : listOf(fields['Permissions'], 'Permissions');
  const names = list.map((entry) => {
    const permission = isObject(entry) && isObject(entry['Permission']) ? entry['Permission'] : {};
    const value = permission['PermissionValue'];
    return typeof value === 'number' ? `${value}` : textOf(value, 'PermissionValue');
  });
  return names.length === 0 ? 'nothing' : names.join(', ');
}

function accountSet(fields: Fields): Content {
  const minter = accountIfAt(fields, 'NFTokenMinter');
  const changes = [...flagChange(fields, 'SetFlag', 'sets'), ...flagChange(fields, 'ClearFlag', 'clears')];
  const others = Object.keys(fields).filter((name) => Object.hasOwn(accountFields, name));
  const hazards: Hazard[] = [
    ...changes.map(({ kind, text }) => ({ kind, text: `AccountSet ${text}` })),
    ...others.map((name) => ({ kind: accountFields[name] ?? 'account-settings', text: `AccountSet ${name}` })),
    ...(minter === undefined
      ? []
      : [{ kind: 'issuer-settings', party: minter, text: 'AccountSet NFTokenMinter' } as const]),
    ...flagBits(fields, COMFORT_BITS, 'account-settings'),
    ...flagBits(fields, ISSUER_BITS, 'issuer-settings'),
  ];
  const list = [...changes.map(({ text }) => text), ...others, ...(minter === undefined ? [] : ['NFTokenMinter'])];
  return still(`changes the account's settings${list.length === 0 ? '' : `: ${list.join(', ')}`}`, hazards);
}

/** An unknown number may mean anything, so it counts as the worst hazard. */
function flagChange(
  fields: Fields,
  name: string,
  verb: string,
): { readonly kind: HazardKind; readonly text: string }[] {
  if (fields[name] === undefined) return [];
  const number = smallOf(fields[name], name);
  const [known, kind] = accountFlags.get(number) ?? ['', 'account-control' as const];
  return [{ kind, text: `${verb} ${number}${known === '' ? '' : ` (${known})`}` }];
}

function flagBits(fields: Fields, bits: number, kind: HazardKind): Hazard[] {
  return hasFlag(fields, bits) ? [{ kind, text: `AccountSet Flags ${flagsOf(fields)}` }] : [];
}

function trustSet(fields: Fields, account: string): Content {
  const limit = readAmount(fields['LimitAmount'], 'LimitAmount');
  if ('drops' in limit) throw new CustosError('AMOUNT_INVALID', 'LimitAmount is XRP, not an issued currency');
  const issuer = limit.contract.slice(limit.contract.indexOf('.') + 1);
  const line: Hazard = {
    kind: 'account-settings',
    party: issuer,
    ...assetOf(amountAt(fields, 'LimitAmount')),
    text: 'TrustSet',
  };
  const isIssuing = hasFlag(fields, TRUST_ISSUER_BITS);
  return {
    kind: 'token-approval',
    value: 0n,
    tokens: movesOf(limit, { from: account, to: issuer, action: 'approve' }),
    hazards: [
      line,
      ...(isIssuing
        ? [{ kind: 'issuer-settings', party: issuer, text: `TrustSet Flags ${flagsOf(fields)}` } as const]
        : []),
    ],
    told: [],
    text: `trusts ${issuer} for up to ${limit.text}`,
  };
}
