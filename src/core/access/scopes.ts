/** What a token may do, in the order in which documents show it. */
export const scopes = {
  'wallets:read': 'see wallets and their addresses',
  'wallets:create': 'make wallets, and have the next address of one allotted',
  'owners:read': 'see owners, their limits, and how many wallets they have',
  'owners:manage': 'make owners known, and set their limits',
  'transactions:read': 'see transactions and what happened to them',
  'transactions:create': 'ask for transactions',
  'transactions:cancel': 'end transactions that are not signed',
  'transactions:retry': 'put denied and failed transactions back',
  'signatures:read': 'see signatures of messages, typed data and hashes, and what was signed',
  'messages:sign': 'ask for signatures of messages',
  'typed-data:sign': 'ask for signatures of typed data, which may move money',
  'hashes:sign': 'ask for signatures of bare hashes, which may stand for anything, where the server allows them',
  'events:read': 'read what happened, as a list and as a stream',
  'users:login': 'log users in and out',
  'users:manage': 'give users logins, and take them away',
  'webhooks:manage': 'make, see, change and remove webhooks, and send again',
  'freezes:read': 'see what is stopped',
  'freezes:create': 'stop signing; ending a freeze takes persons',
  'freezes:end': 'hand in what persons signed to end a freeze',
  'policies:read': 'see the policy, and check drafts',
  'policies:write': 'try drafts on past transactions, and hand in policies that persons signed',
  'audit:read': 'search, prove and export the audit log of the store',
  'health:read': 'see how the server is: chains, limits, activity, and what `doctor` finds',
  'approvals:read': 'see what waits for persons, and what they need to decide',
  'approvals:decide': 'hand in what persons signed',
  'gateway:submit': 'hand in and withdraw transactions by the operations of `serve --tatum`',
  'gateway:sign': 'send signed bytes by them',
  'gateway:read': 'see transactions by them, and ask nodes',
  'tokens:manage': 'make, see and revoke tokens of the same tenant, with no more rights than its own',
} as const;

export type Scope = keyof typeof scopes;

/** All of them, in the order of the table. */
export const allScopes = Object.keys(scopes) as readonly Scope[];

/** What no application gets unless a token names it. */
const named: readonly Scope[] = [
  'owners:manage',
  'approvals:decide',
  'tokens:manage',
  'hashes:sign',
  'users:manage',
  'freezes:create',
  'freezes:end',
  'policies:read',
  'policies:write',
  'audit:read',
  'health:read',
  'gateway:submit',
  'gateway:sign',
  'gateway:read',
];

/** What an application needs that pays: it neither decides about its own payments nor makes tokens. */
export const applicationScopes: readonly Scope[] = allScopes.filter((scope) => !named.includes(scope));

export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopes, text);
}

/** A token with one of these decides about nothing: whoever asks for a payment or a signature has no part in whether it may be. */
export const askingScopes = [
  'transactions:create',
  'messages:sign',
  'typed-data:sign',
  'hashes:sign',
  'gateway:submit',
] as const satisfies readonly Scope[];

/** No token has one of these together with one that asks. Whoever gives users logins could log in as them. */
export const decidingScopes = [
  'approvals:decide',
  'freezes:end',
  'policies:write',
  'users:manage',
] as const satisfies readonly Scope[];
