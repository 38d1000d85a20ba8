import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import type { Hazard, HazardKind } from '../../core/chain/hazards.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { type Fields, listOf, smallOf, textOf } from '../shared/fields.js';
import { assetOf, tokenMoves } from './amount.js';
import {
  accountAt,
  accountIfAt,
  amountAt,
  argumentsOf,
  type Deed,
  fieldsOf,
  flagsOf,
  hasFlag,
  named,
  present,
  type Reader,
  toIf,
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
  SetRegularKey: {
    deeds: (fields) => [{ op: 'account', code: 'account-control', ...toIf(accountIfAt(fields, 'RegularKey')) }],
    text(fields) {
      const party = accountIfAt(fields, 'RegularKey');
      const words = party === undefined ? 'takes the regular key away' : `${party} may sign for it`;
      return `CHANGES THE KEY that may sign for the account: ${words}`;
    },
  },
  SignerListSet: {
    deeds(fields) {
      const signers = signersOf(fields);
      if (signers.length === 0) return [{ op: 'account', code: 'account-control' }];
      const list = signers.map(({ party, weight, quorum }): Deed => {
        const args = argumentsOf({ SignerWeight: weight, SignerQuorum: quorum });
        return { op: 'account', code: 'account-control', to: party, args };
      });
      return [{ op: 'account' }, ...list];
    },
    text(fields) {
      const words = signersOf(fields).map(({ party, weight, quorum }) => {
        return `${party} (SignerListSet: weight ${weight} of ${quorum})`;
      });
      return `CHANGES WHO MAY SIGN for the account: ${words.length === 0 ? 'nobody beside its keys' : words.join(', ')}`;
    },
    hazard({ to: party, args }, kind) {
      if (party === undefined) return { kind, text: 'SignerListSet without signers' };
      const { SignerWeight: weight, SignerQuorum: quorum } = fieldsOf(args);
      return { kind, party, text: `SignerListSet: weight ${String(weight)} of ${String(quorum)}` };
    },
  },
  DelegateSet: {
    deeds: (fields) => {
      permissions(fields);
      return [{ op: 'account', code: 'account-control', to: accountAt(fields, 'Authorize') }];
    },
    text(fields) {
      const party = accountAt(fields, 'Authorize');
      return `CHANGES WHO MAY ACT for the account: ${party} may do ${permissions(fields)}`;
    },
    hazard: ({ to, args }, kind) => withParty(kind, to, `DelegateSet ${permissions(fieldsOf(args))}`),
  },
  AccountDelete: {
    deeds: (fields) => [{ op: 'account', code: 'closes-account', to: accountAt(fields, 'Destination') }],
    text: (fields) => `DELETES THE ACCOUNT and gives everything away to ${accountAt(fields, 'Destination')}`,
    isPaying: true,
    told: () => ['Destination'],
  },
  AccountSet: {
    deeds: (fields) => [{ op: 'account' }, ...settingsOf(fields)],
    text(fields) {
      const changes = present(fields, 'SetFlag', 'ClearFlag').map((name) => flagWords(fields, name));
      const others = Object.keys(fields).filter((name) => Object.hasOwn(accountFields, name));
      const list = [...changes, ...others, ...present(fields, 'NFTokenMinter')];
      return `changes the account's settings${list.length === 0 ? '' : `: ${list.join(', ')}`}`;
    },
    hazard: ({ to, args }, kind) => withParty(kind, to, `AccountSet ${settingWords(args)}`),
  },
  TrustSet: {
    deeds: trustDeeds,
    text: (fields) => `trusts ${trustOf(fields).issuer} for up to ${trustOf(fields).limit.text}`,
    kind: () => 'token-approval',
    tokens: (effect) => tokenMoves(effect, { from: effect.from, ...toIf(effect.to), action: 'approve' }),
    hazard: ({ to, args }, kind) =>
      kind === 'issuer-settings' ? withParty(kind, to, `TrustSet Flags ${flagsOf(fieldsOf(args))}`) : undefined,
  },
  TicketCreate: {
    deeds: (fields) => {
      smallOf(fields['TicketCount'], 'TicketCount');
      return [{ op: 'account', code: 'account-settings' }];
    },
    text: (fields) => `sets ${smallOf(fields['TicketCount'], 'TicketCount')} tickets aside`,
  },
  DepositPreauth: {
    deeds(fields) {
      const party = accountIfAt(fields, 'Authorize') ?? accountIfAt(fields, 'Unauthorize');
      return [{ op: 'account', code: 'account-settings', ...toIf(party) }];
    },
    text: () => 'changes who may pay to the account',
  },
  CredentialCreate: named('account', 'account-settings', 'issues a credential'),
  CredentialAccept: named('account', 'account-settings', 'accepts a credential'),
  CredentialDelete: named('account', 'account-settings', 'deletes a credential'),
  DIDSet: named('account', 'account-settings', 'sets the identity document of the account'),
  DIDDelete: named('account', 'account-settings', 'deletes the identity document of the account'),
  PermissionedDomainSet: named('account', 'account-settings', 'sets a permissioned domain'),
  PermissionedDomainDelete: named('account', 'account-settings', 'deletes a permissioned domain'),
  OracleSet: named('account', 'account-settings', 'publishes prices'),
  OracleDelete: named('account', 'account-settings', 'stops publishing prices'),
  MPTokenAuthorize: named('account', 'account-settings', 'holds a token, or lets somebody hold one'),
};

function withParty(kind: HazardKind, party: string | undefined, text: string): Hazard {
  return { kind, ...(party !== undefined && { party }), text };
}

interface ListedSigner {
  readonly party: string;
  readonly weight: number;
  readonly quorum: number;
}

function signersOf(fields: Fields): readonly ListedSigner[] {
  const entries = fields['SignerEntries'] === undefined ? [] : listOf(fields['SignerEntries'], 'SignerEntries');
  const quorum = smallOf(fields['SignerQuorum'], 'SignerQuorum');
  return entries.map((entry, at) => {
    const name = `SignerEntries[${at}]`;
    const signer = isObject(entry) && isObject(entry['SignerEntry']) ? entry['SignerEntry'] : {};
    const party = accountAt({ [name]: signer['Account'] }, name);
    return { party, weight: smallOf(signer['SignerWeight'], `${name}.SignerWeight`), quorum };
  });
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

/** One for each setting that changes, with the field that changes it. */
function settingsOf(fields: Fields): readonly Deed[] {
  const minter = accountIfAt(fields, 'NFTokenMinter');
  const setting = (name: string, code: HazardKind, party: Pick<Effect, 'to'> = {}): Deed => {
    const op = code === 'issuer-settings' ? 'issuer' : 'account';
    return { op, code, ...party, args: argumentsOf({ [name]: fields[name] }) };
  };
  const others = Object.keys(fields).filter((name) => Object.hasOwn(accountFields, name));
  return [
    ...present(fields, 'SetFlag', 'ClearFlag').map((name) => setting(name, flagAt(fields, name).kind)),
    ...others.map((name) => setting(name, accountFields[name] ?? 'account-settings')),
    ...(minter === undefined ? [] : [setting('NFTokenMinter', 'issuer-settings', { to: minter })]),
    ...(hasFlag(fields, COMFORT_BITS) ? [setting('Flags', 'account-settings')] : []),
    ...(hasFlag(fields, ISSUER_BITS) ? [setting('Flags', 'issuer-settings')] : []),
  ];
}

/** An unknown number may mean anything, so it counts as the worst hazard. */
function flagAt(fields: Fields, name: string) {
  const number = smallOf(fields[name], name);
  const [known, kind] = accountFlags.get(number) ?? ['', 'account-control' as const];
  return { number, known, kind };
}

function flagWords(fields: Fields, name: string): string {
  const { number, known } = flagAt(fields, name);
  return `${name === 'SetFlag' ? 'sets' : 'clears'} ${number}${known === '' ? '' : ` (${known})`}`;
}

function settingWords(args: readonly EffectArgument[] = []): string {
  const [name = ''] = args.map((argument) => argument.name);
  const fields = fieldsOf(args);
  if (name === 'SetFlag' || name === 'ClearFlag') return flagWords(fields, name);
  return name === 'Flags' ? `Flags ${flagsOf(fields)}` : name;
}

function trustOf(fields: Fields) {
  const limit = amountAt(fields, 'LimitAmount');
  if ('drops' in limit || limit.issuer === undefined)
    throw new CustosError('AMOUNT_INVALID', `LimitAmount is ${limit.text}, not an issued currency`);
  return { limit, issuer: limit.issuer };
}

function trustDeeds(fields: Fields): readonly [Deed, ...Deed[]] {
  const { limit, issuer } = trustOf(fields);
  const line: Deed = { op: 'account', code: 'account-settings', to: issuer, ...assetOf(limit) };
  const args = argumentsOf({ Flags: fields['Flags'] });
  return hasFlag(fields, TRUST_ISSUER_BITS)
    ? [line, { op: 'issuer', code: 'issuer-settings', to: issuer, args }]
    : [line];
}
