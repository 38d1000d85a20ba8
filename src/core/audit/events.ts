/** What a member of an event's detail holds. A question mark: the member may be absent. */
type FieldKind = 'text' | 'text?' | 'count' | 'count?' | 'texts' | 'texts?';

interface EventKind {
  readonly about: string;
  /** Class and activity of the Open Cybersecurity Schema Framework (1.1) that exports name. */
  readonly ocsf: readonly [classId: number, activity: number];
  readonly fields: Readonly<Record<string, FieldKind>>;
}

/** Classes of OCSF: account change, authentication, entity management, API activity, application lifecycle. */
const [ACCOUNT, LOGIN, ENTITY, API, LIFECYCLE] = [3001, 3002, 3004, 6003, 6002] as const;
const [CREATE, READ, UPDATE, DELETE, OTHER] = [1, 2, 3, 4, 99] as const;

/** What steps of a transaction's way say. */
const step = {
  transaction: 'text',
  process: 'text',
  chain: 'text?',
  network: 'text?',
  sender: 'text?',
  /** `message`, `typed-data` or `hash`; absent for a transaction. */
  kind: 'text?',
  txId: 'text?',
  /** SHA-256 of the signed bytes as they were recorded, in hexadecimal digits. */
  bytes: 'text?',
  code: 'text?',
  text: 'text?',
  /** What was reserved: name and amount in the smallest unit. */
  budgets: 'texts?',
} as const satisfies EventKind['fields'];

/** Who opened or changed the store, as far as its program knows. */
const by = { process: 'text', command: 'text' } as const satisfies EventKind['fields'];

/** What a person decided. `key` is as the signed lines say, `lines` is their SHA-256. */
const approval = {
  process: 'text',
  transaction: 'text',
  nonce: 'text',
  key: 'text',
  lines: 'text',
} as const satisfies EventKind['fields'];

/** A version of what is sealed; `sealed` is the SHA-256 of its box in hexadecimal digits. */
const document = { process: 'text', version: 'count', sealed: 'text' } as const satisfies EventKind['fields'];

/**
 * The one table of what the audit log records. A code never changes its meaning: exports of every age hold it. docs/audit.md
 * explains each; a test compares the two.
 */
export const auditEvents = {
  'store.made': {
    about: 'the store and its first key slots were made',
    ocsf: [ENTITY, CREATE],
    fields: { slots: 'texts', process: 'text' },
  },
  'store.unlocked': {
    about: 'the root key was opened',
    ocsf: [LOGIN, 1],
    fields: { ...by, slot: 'text', kind: 'text' },
  },
  'store.unlock-failed': {
    about: 'a password or recovery key opened nothing',
    ocsf: [LOGIN, 1],
    fields: { ...by, code: 'text' },
  },
  'store.backed-up': {
    about: 'a backup was written and read back',
    ocsf: [ENTITY, READ],
    fields: { process: 'text', file: 'text', wallets: 'count', transactions: 'count' },
  },
  'store.restored': {
    about: 'the store was made from a backup',
    ocsf: [ENTITY, CREATE],
    fields: { process: 'text', file: 'text', backup: 'text', backedUpAt: 'count' },
  },
  'store.rekeyed': {
    about: 'the store got another root key, and the log another key',
    ocsf: [ENTITY, UPDATE],
    fields: { process: 'text', generation: 'count', formerKey: 'text', key: 'text' },
  },
  'slots.changed': {
    about: 'passwords or recovery keys were added or ended',
    ocsf: [ACCOUNT, 3],
    fields: { process: 'text', added: 'texts', ended: 'texts' },
  },
  'wallet.created': {
    about: 'wallets were made',
    ocsf: [ENTITY, CREATE],
    fields: { process: 'text', wallets: 'texts' },
  },
  'wallet.imported': {
    about: 'wallets were imported',
    ocsf: [ENTITY, CREATE],
    fields: { process: 'text', wallets: 'texts' },
  },
  'wallet.attached': {
    about: 'a wallet was stored whose key is elsewhere',
    ocsf: [ENTITY, CREATE],
    fields: { process: 'text', wallets: 'texts' },
  },
  'wallet.exported': {
    about: 'secrets of wallets were printed in clear',
    ocsf: [ENTITY, READ],
    fields: { process: 'text', wallets: 'texts' },
  },
  'wallet.removed': {
    about: 'a wallet was removed',
    ocsf: [ENTITY, DELETE],
    fields: { process: 'text', wallets: 'texts' },
  },
  'wallet.marked': {
    about: 'tags or owners of wallets were changed',
    ocsf: [ENTITY, UPDATE],
    fields: { process: 'text', wallets: 'texts', added: 'texts', removed: 'texts', owner: 'text?' },
  },
  'wallet.state': {
    about: 'a wallet got another state',
    ocsf: [ENTITY, UPDATE],
    fields: { process: 'text', wallets: 'texts', state: 'text', reason: 'text', by: 'texts' },
  },
  'daemon.started': {
    about: 'a daemon started',
    ocsf: [LIFECYCLE, 3],
    fields: { process: 'text', version: 'text', settings: 'text' },
  },
  'signer.connected': {
    about: 'a daemon connected to a signer service that opened the store',
    ocsf: [LOGIN, 1],
    fields: { process: 'text', signer: 'text', keeper: 'text', slot: 'text', kind: 'text' },
  },
  'daemon.stopped': { about: 'a daemon stopped', ocsf: [LIFECYCLE, 4], fields: { process: 'text' } },
  'clock.set-back': {
    about: 'the clock of a process went back by a minute or more',
    ocsf: [LIFECYCLE, OTHER],
    fields: { process: 'text', from: 'count', to: 'count' },
  },
  'transaction.signed': {
    about: 'a transaction was signed, and its bytes recorded',
    ocsf: [API, CREATE],
    fields: step,
  },
  'transaction.held': { about: 'a judge wants to be asked again', ocsf: [API, UPDATE], fields: step },
  'transaction.denied': { about: 'a judge refused a transaction', ocsf: [API, UPDATE], fields: step },
  'transaction.failed': { about: 'a transaction failed', ocsf: [API, UPDATE], fields: step },
  'transaction.broadcast': { about: 'the network accepted signed bytes', ocsf: [API, UPDATE], fields: step },
  'transaction.completed': { about: 'a transaction is closed', ocsf: [API, UPDATE], fields: step },
  'transaction.expired': { about: 'signed bytes were proved dead', ocsf: [API, UPDATE], fields: step },
  'transaction.given-over': { about: 'another transaction has its bytes now', ocsf: [API, UPDATE], fields: step },
  'transaction.retried': { about: 'a person put a transaction back', ocsf: [API, UPDATE], fields: step },
  'transaction.cancelled': { about: 'a transaction was cancelled or withdrawn', ocsf: [API, DELETE], fields: step },
  'transaction.released': {
    about: 'a person gave nonce and outputs of handed out bytes free',
    ocsf: [API, UPDATE],
    fields: step,
  },
  'transaction.reserved': {
    about: 'a transaction reserved parts of budgets',
    ocsf: [API, UPDATE],
    fields: step,
  },
  'approval.given': { about: 'a person approved a transaction', ocsf: [API, CREATE], fields: approval },
  'approval.rejected': { about: 'a person rejected a transaction', ocsf: [API, CREATE], fields: approval },
  'approval.spent': {
    about: 'approvals were spent for one making of the bytes',
    ocsf: [API, UPDATE],
    fields: { process: 'text', nonces: 'texts', attempt: 'text' },
  },
  'constitution.enacted': {
    about: 'a constitution came into force',
    ocsf: [ENTITY, UPDATE],
    fields: document,
  },
  'policy.published': { about: 'a policy was published', ocsf: [ENTITY, UPDATE], fields: document },
  'freeze.made': {
    about: 'signing was stopped for a scope',
    ocsf: [ENTITY, CREATE],
    fields: { process: 'text', freeze: 'text', scope: 'text', reason: 'text', by: 'text?', person: 'text?' },
  },
  'freeze.ended': {
    about: 'a freeze was ended',
    ocsf: [ENTITY, DELETE],
    fields: { process: 'text', freeze: 'text' },
  },
  'tenant.made': {
    about: 'a tenant was made',
    ocsf: [ENTITY, CREATE],
    fields: { process: 'text', tenant: 'text' },
  },
  'tenant.set': {
    about:
      'the settings of a tenant were changed: how its users prove to be there, or with what its messages are hashed',
    ocsf: [ENTITY, UPDATE],
    fields: { process: 'text', tenant: 'text' },
  },
  'user.login-changed': {
    about: 'the logins of a user of a tenant were changed; `owner` is a blind index',
    ocsf: [ACCOUNT, UPDATE],
    fields: { process: 'text', tenant: 'text', owner: 'text' },
  },
  'person.invited': {
    about: 'a code for a first login to the console was given out',
    ocsf: [ACCOUNT, CREATE],
    fields: { process: 'text', person: 'text' },
  },
  'person.removed': {
    about: 'the logins of a person to the console were taken away',
    ocsf: [ACCOUNT, DELETE],
    fields: { process: 'text', person: 'text' },
  },
  'person.logged-in': {
    about: 'a person logged in to the console, by `code`, `passkey` or `password`',
    ocsf: [LOGIN, 1],
    fields: { process: 'text', person: 'text', by: 'text', address: 'text?' },
  },
  'person.login-refused': {
    about: 'a login to the console was refused; without `person` the name or code is unknown',
    ocsf: [LOGIN, 1],
    fields: { process: 'text', person: 'text?', by: 'text', address: 'text?' },
  },
  'person.logged-out': {
    about: 'a person ended all of their sessions in the console',
    ocsf: [LOGIN, 2],
    fields: { process: 'text', person: 'text' },
  },
  'person.asked': {
    about: 'a person asked for something in the console that changes something; recorded before it is done',
    ocsf: [API, UPDATE],
    fields: { process: 'text', person: 'text', operation: 'text', path: 'text' },
  },
  'token.made': {
    about: 'a token of the API was made',
    ocsf: [ACCOUNT, CREATE],
    fields: { process: 'text', token: 'text', tenant: 'text', name: 'text', scopes: 'texts' },
  },
  'token.revoked': {
    about: 'a token of the API was revoked',
    ocsf: [ACCOUNT, DELETE],
    fields: { process: 'text', token: 'text', tenant: 'text' },
  },
  'audit.exported': {
    about: 'the log was exported',
    ocsf: [API, READ],
    fields: { process: 'text', file: 'text', events: 'count' },
  },
  'audit.pruned': {
    about: 'details of old events were archived and deleted',
    ocsf: [API, DELETE],
    fields: { process: 'text', before: 'count', events: 'count', archive: 'text' },
  },
} as const satisfies Readonly<Record<string, EventKind>>;

export type AuditCode = keyof typeof auditEvents;

export function isAuditCode(text: string): text is AuditCode {
  return Object.hasOwn(auditEvents, text);
}

type Value<K extends FieldKind> = K extends 'texts' | 'texts?'
  ? readonly string[]
  : K extends 'count' | 'count?'
    ? number
    : string;
type Fields<C extends AuditCode> = (typeof auditEvents)[C]['fields'];
type Needed<F> = { [N in keyof F]: F[N] extends `${string}?` ? never : N }[keyof F];

/** The detail of an event. `process` is filled in by the store; whoever orders the members gives it its place. */
type Detail<F extends EventKind['fields']> = {
  readonly [N in Exclude<Needed<F>, 'process'>]: Value<F[N] & FieldKind>;
} & { readonly [N in Exclude<keyof F, Needed<F>>]?: Value<F[N] & FieldKind> | undefined } & {
  readonly process?: undefined;
};

/** Something that the log records. */
export type AuditEvent = { [C in AuditCode]: { readonly code: C; readonly detail: Detail<Fields<C>> } }[AuditCode];

/** Takes what a unit of work did; it is written in the same database transaction. */
export type AuditRecord = (event: AuditEvent) => void;
