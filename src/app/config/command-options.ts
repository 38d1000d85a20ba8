import { CustosError } from '../../core/errors.js';
import { parseSignatureId, type SignatureId } from '../../core/ids.js';
import { type SecretKind, type WalletState, walletStates } from '../../core/signing/wallet.js';
import { type State, states } from '../../core/store/journal.js';
import { type OidcFlags, readOidcFlags } from '../access/oidc-flags.js';
import { readWebhookFlags, type WebhookFlags } from '../access/webhook-flags.js';
import { type KeyFlags, readKeyFlags } from '../store/key-flags.js';
import { type PaymentFlags, readPaymentFlags } from '../transactions/payment-flags.js';
import { flagName, type SettingsReader } from './reader.js';

/** The flags of one-shot commands. */
export interface CommandOptions {
  readonly json: boolean;
  /** Do not ask for confirmation. */
  readonly yes: boolean;
  /** Number of wallets to make. */
  readonly count: number;
  /** Kind of a new wallet, if a flag sets it. */
  readonly kind?: SecretKind;
  /** The imported secret is a private key, whatever its form is. */
  readonly isPrivateKey: boolean;
  readonly derivation?: string;
  readonly label?: string;
  readonly signatureId?: SignatureId;
  /** Address or xpub that the secret must give. */
  readonly address?: string;
  /** Chain of the wallets or transactions that are listed, as it was typed. */
  readonly chain?: string;
  readonly states?: readonly State[];
  /** Most transactions that are listed. */
  readonly limit: number;
  /** Accept a weak password. */
  readonly weakPassword: boolean;
  /** The demo is shown in the console. */
  readonly console: boolean;
  /** Replace the root key together with a password. */
  readonly rekey: boolean;
  readonly dryRun: boolean;
  readonly skipBroken: boolean;
  readonly oldPasswordFile?: string;
  readonly keys: KeyFlags;
  /** File of an approver's key, or the key of an audit log. */
  readonly key?: string;
  /** Events of the audit log that are listed. */
  readonly event?: string;
  /** Form of an export. */
  readonly format?: string;
  /** File of heads of the audit log that were kept. */
  readonly since?: string;
  /** What is older is deleted from the audit log. */
  readonly before?: string;
  /** File that the audit log is written to before. */
  readonly archive?: string;
  /** The same, to compare an export with. */
  readonly witness?: string;
  /** File of an approval request. */
  readonly request?: string;
  /** For how many minutes an approval holds. */
  readonly validFor: number;
  /** Tags of a new wallet, or of the wallets that are listed or frozen. */
  readonly tags?: readonly string[];
  /** Tags that wallets get and lose. */
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly owner?: string;
  /** Allot the next index of a wallet. */
  readonly next: boolean;
  /** Lowest index to allot. */
  readonly least?: string;
  /** The wallet signs with a proof of its owner only. */
  readonly requireUserToken: boolean;
  /** The wallet gets no owner. */
  readonly none: boolean;
  readonly requests: boolean;
  /** Chain whose coin or token an owner may spend so much of, as it was typed. */
  readonly spend?: string;
  /** The limit is for each transaction. */
  readonly each: boolean;
  /** States of the wallets that are listed. */
  readonly walletStates?: readonly WalletState[];
  /** File of signature IDs, one a line. */
  readonly ids?: string;
  /** Print what persons sign, and change nothing. */
  readonly requestOnly: boolean;
  /** Freeze everything. */
  readonly all: boolean;
  /** Tag of the wallets to freeze. */
  readonly tag?: string;
  /** Wallet to freeze, as it was typed. */
  readonly wallet?: string;
  /** Why somebody freezes. */
  readonly reason?: string;
  /** File of the policy before the one that is signed. */
  readonly previous?: string;
  /** For how many hours a policy that widens waits. */
  readonly delay?: number;
  /** Id of the pending transaction that a policy judges. */
  readonly transaction?: string;
  /** Tenant of a token, as it was typed. */
  readonly tenant?: string;
  /** Scopes of a token, as they were typed. */
  readonly scopes?: readonly string[];
  /** Roles of a key of the gateway, as they were typed. */
  readonly roles?: readonly string[];
  /** A key of the gateway sees what all tenants hand in. */
  readonly allTenants: boolean;
  /** Networks that a token may be used from, or the address that pays, as they were typed. */
  readonly from?: readonly string[];
  /** Requests a second of a token. */
  readonly rate?: number;
  /** For how many days a token is valid. */
  readonly days?: number;
  readonly payment: PaymentFlags;
  readonly oidc: OidcFlags;
  readonly webhook: WebhookFlags;
  /** Log that `doctor` summarizes; `-` is standard input. */
  readonly log?: string;
  /** `doctor` contacts no service. */
  readonly offline: boolean;
}

export function readCommandOptions(read: SettingsReader): CommandOptions {
  const id = read.given('signatureId');
  const signatureId =
    id === undefined ? undefined : read.misused('--signature-id', undefined, () => parseSignatureId(id));
  return {
    ...readSwitches(read),
    ...readTexts(read),
    ...readKind(read),
    keys: readKeyFlags(read),
    count: readCount(read, { flag: 'count', fallback: 1 }),
    limit: readCount(read, { flag: 'limit', fallback: 100 }),
    validFor: readCount(read, { flag: 'validFor', label: '--valid-for', fallback: 60 }),
    ...(signatureId !== undefined && { signatureId }),
    ...readDelay(read),
    ...readStates(read),
    ...readLists(read),
    ...readToken(read),
    payment: readPaymentFlags(read),
    oidc: readOidcFlags(read),
    webhook: readWebhookFlags(read),
  };
}

function readToken(read: SettingsReader): Pick<CommandOptions, 'scopes' | 'roles' | 'from' | 'rate' | 'days'> {
  const [scopes, roles, from] = [read.list('scope'), read.list('role'), read.only('fromNetwork')];
  const number = (flag: string) => {
    const given = read.given(flag);
    return given && read.misused(flagName(flag), 1, () => wholeNumber(given, flagName(flag)));
  };
  const [rate, days] = [number('rate'), number('expiresIn')];
  return {
    ...(scopes && { scopes }),
    ...(roles && { roles }),
    ...(from && { from }),
    ...(rate && { rate }),
    ...(days && { days }),
  };
}

/** `--state` means those of transactions or of wallets; the command refuses those of the other. */
function readStates(read: SettingsReader): Pick<CommandOptions, 'states' | 'walletStates'> {
  const chosen = read
    .given('state')
    ?.split(',')
    .map((text) => text.trim());
  if (chosen === undefined) return {};
  const ofWallets = chosen.flatMap((text) => walletStates.find((one) => one === text) ?? []);
  if (ofWallets.length === chosen.length) return { walletStates: ofWallets };
  return { states: chosen.flatMap((text) => read.misused<State[]>('--state', [], () => [parseState(text)])) };
}

function readLists(read: SettingsReader): Pick<CommandOptions, 'tags' | 'add' | 'remove'> {
  const [tags, add, remove] = [read.only('tag'), read.list('add'), read.list('remove')];
  return { ...(tags && { tags }), ...(add && { add }), ...(remove && { remove }) };
}

type Switches = Pick<
  CommandOptions,
  | 'json'
  | 'yes'
  | 'isPrivateKey'
  | 'weakPassword'
  | 'rekey'
  | 'dryRun'
  | 'skipBroken'
  | 'offline'
  | 'all'
  | 'none'
  | 'requests'
  | 'each'
  | 'requestOnly'
  | 'next'
  | 'requireUserToken'
  | 'allTenants'
  | 'console'
>;

function readSwitches(read: SettingsReader): Switches {
  return {
    json: read.isSet('json'),
    yes: read.isSet('yes'),
    isPrivateKey: read.isSet('privateKey'),
    weakPassword: read.isSet('weakPassword'),
    rekey: read.isSet('rekey'),
    dryRun: read.isSet('dryRun'),
    skipBroken: read.isSet('skipBroken'),
    offline: read.isSet('offline'),
    all: read.isSet('all'),
    none: read.isSet('none'),
    requests: read.isSet('requests'),
    each: read.isSet('each'),
    requestOnly: read.isSet('requestOnly'),
    next: read.isSet('next'),
    requireUserToken: read.isSet('requireUserToken'),
    allTenants: read.isSet('allTenants'),
    console: read.isSet('console'),
  };
}

const texts = [
  'derivation',
  'label',
  'address',
  'chain',
  'oldPasswordFile',
  'log',
  'key',
  'request',
  'tag',
  'owner',
  'least',
  'ids',
  'wallet',
  'reason',
  'transaction',
  'event',
  'format',
  'since',
  'before',
  'archive',
  'witness',
  'previous',
  'tenant',
  'spend',
] as const;

type Texts = { -readonly [name in (typeof texts)[number]]?: string };

function readTexts(read: SettingsReader): Readonly<Texts> {
  const found: Texts = {};
  for (const name of texts) {
    const value = read.given(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function readKind(read: SettingsReader): Pick<CommandOptions, 'kind'> {
  const [isKey, isMnemonic] = [read.isSet('privateKey'), read.isSet('mnemonic')];
  if (isKey && isMnemonic) read.refuse('--private-key', 'choose one of --private-key and --mnemonic', 'USAGE');
  if (isKey) return { kind: 'key' };
  return isMnemonic || read.given('derivation') !== undefined ? { kind: 'hd' } : {};
}

function readDelay(read: SettingsReader): Pick<CommandOptions, 'delay'> {
  const given = read.given('delay');
  return given === undefined ? {} : { delay: read.misused('--delay', 1, () => wholeNumber(given, '--delay')) };
}

function readCount(
  read: SettingsReader,
  {
    flag,
    label = `--${flag}`,
    fallback,
  }: { readonly flag: string; readonly label?: string; readonly fallback: number },
): number {
  const value = read.given(flag);
  return value === undefined ? fallback : read.misused(label, fallback, () => wholeNumber(value, label));
}

/** A number from 1 up, as an argument or the value of a flag. @throws CustosError USAGE */
export function wholeNumber(value: string | undefined, label: string): number {
  const number = value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (number < 1) throw new CustosError('USAGE', `${label} takes a whole number from 1 up`);
  return number;
}

function parseState(text: string): State {
  const state = states.find((candidate) => candidate === text);
  if (state === undefined) throw new CustosError('USAGE', `--state takes ${states.join(', ')}`);
  return state;
}
