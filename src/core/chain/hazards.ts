/**
 * What a transaction may do besides or instead of an honest payment, and whether it is stopped unless the operator allows it.
 * Stopped: whatever gives away an account, its keys or all its assets, or has no bound. Only shown: what applications do every
 * day. docs/chains.md lists the hazards of each chain.
 */
const kinds = {
  /** Keys, signers, owner or rights over the account change: rekey, SetAuthority, regular key, signer list, weights, addKey. */
  'account-control': 'stopped',
  /** The account is closed, and its whole balance goes to somebody. */
  'closes-account': 'stopped',
  /** The key acts for an account that only the network ties to it. */
  'foreign-key': 'stopped',
  /** Somebody may take as much of an asset as there will ever be. */
  'unlimited-allowance': 'stopped',
  /** Somebody may take every token of a collection. */
  'approve-all': 'stopped',
  /** Coins are sent to a script without an address. */
  'unknown-script': 'stopped',
  /** An amount that determines the fee is only claimed, not proved. */
  'unproved-amount': 'stopped',
  /** No key can spend what arrives there. */
  'unspendable-destination': 'stopped',
  /** 32 bytes are signed that may stand for anything: a transaction, an allowance without bound, anything. */
  'blind-signature': 'stopped',
  /** Somebody may take a bounded amount. */
  allowance: 'shown',
  /** Trust lines, required tags, opt-ins, domain, flags that only affect the account itself. */
  'account-settings': 'shown',
  /** Settings of an asset that the account issues: freeze, clawback, transfer rate, managers. */
  'issuer-settings': 'shown',
  /** An exchange at a price that others decide, or a payment that may deliver less than it says. */
  'market-order': 'shown',
  'contract-creation': 'shown',
  /** The transaction contains bytes that this program does not understand. */
  'opaque-data': 'shown',
  /** A call that makes further calls, and whatever is inside of it. Only effects have it; `hazards` of a summary do not. */
  'nested-call': 'shown',
  /** The signed bytes stay valid for a long time, or forever. */
  'long-lived': 'shown',
} as const satisfies Readonly<Record<string, 'stopped' | 'shown'>>;

/** One of the closed list above. */
export type HazardKind = keyof typeof kinds;

export const hazardKinds: readonly HazardKind[] = Object.keys(kinds).filter(isHazardKind);

/** Those that stop a transaction unless the operator allows them with `--allow-hazard CHAIN:kind`. */
export const stoppedHazards: readonly HazardKind[] = hazardKinds.filter((kind) => kinds[kind] === 'stopped');

export function isHazardKind(text: string): text is HazardKind {
  return Object.hasOwn(kinds, text);
}

/** One dangerous effect of a decoded transaction, in machine-readable form. */
export interface Hazard {
  readonly kind: HazardKind;
  /** Who gains from it: an address, key or contract, as the chain writes it. */
  readonly party?: string;
  /** Coin symbol, or a token's contract, as in `AssetAmount`. */
  readonly asset?: string;
  /** Smallest unit. */
  readonly amount?: bigint;
  /** The operation in the chain's own words, e.g. `SetRegularKey`, with other identifying details. */
  readonly text?: string;
}
