/** What a token may do, in the order in which documents show it. */
export const scopes = {
  'wallets:read': 'see wallets and their addresses',
  'wallets:create': 'make wallets, and have the next address of one allotted',
  'transactions:read': 'see transactions and what happened to them',
  'transactions:create': 'ask for transactions',
  'transactions:cancel': 'end transactions that are not signed',
  'transactions:retry': 'put denied and failed transactions back',
  'approvals:decide': 'hand in what persons signed; no operation takes it yet',
  'tokens:manage': 'make, see and revoke tokens of the same tenant, with no more rights than its own',
} as const;

export type Scope = keyof typeof scopes;

/** All of them, in the order of the table. */
export const allScopes = Object.keys(scopes) as readonly Scope[];

/** What an application needs that pays: it neither decides about its own payments nor makes tokens. */
export const applicationScopes: readonly Scope[] = allScopes.filter(
  (scope) => scope !== 'approvals:decide' && scope !== 'tokens:manage',
);

export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopes, text);
}

/** Scopes that no token has together: whoever asks for a payment does not decide about it. */
export const apart = ['transactions:create', 'approvals:decide'] as const satisfies readonly Scope[];
