/**
 * What a transaction may do beside or instead of an honest payment, and whether it is stopped unless the operator allows it.
 * Stopped is what gives an account, its keys or everything away, or what cannot be bounded; shown is what applications do
 * every day. docs/chains.md lists which chain names which.
 */
const kinds = {
  /** Keys, signers, owner or rights over the account change: rekey, SetAuthority, regular key, signer list, weights, addKey. */
  'account-control': 'stopped',
  /** The account is closed, and all that is left goes to somebody. */
  'closes-account': 'stopped',
  /** The key acts for an account that only the network ties to it. */
  'foreign-key': 'stopped',
  /** Somebody may take as much of an asset as there will ever be. */
  'unlimited-allowance': 'stopped',
  /** Somebody may take every token of a collection. */
  'approve-all': 'stopped',
  /** Coins go to a script without an address. */
  'unknown-script': 'stopped',
  /** An amount that decides the fee is only claimed. */
  'unproved-amount': 'stopped',
  /** Nobody can spend what arrives there. */
  'unspendable-destination': 'stopped',
  /** Somebody may take a bounded amount. */
  allowance: 'shown',
  /** Trust lines, required tags, opt-ins, domain, flags that concern the account's own comfort. */
  'account-settings': 'shown',
  /** Settings of an asset that the account issues: freeze, clawback, transfer rate, managers. */
  'issuer-settings': 'shown',
  /** An exchange at a price that others decide, or a payment that may deliver less than it says. */
  'market-order': 'shown',
  'contract-creation': 'shown',
  /** Bytes are carried along that this program does not understand. */
  'opaque-data': 'shown',
  /** The signed bytes stay valid for long, or for ever. */
  'long-lived': 'shown',
} as const satisfies Readonly<Record<string, 'stopped' | 'shown'>>;

/** One of the closed list above. */
export type HazardKind = keyof typeof kinds;

export const hazardKinds: readonly HazardKind[] = Object.keys(kinds).filter(isHazardKind);

/** Those that end a transaction unless the operator allows them by `--allow-hazard CHAIN:kind`. */
export const stoppedHazards: readonly HazardKind[] = hazardKinds.filter((kind) => kinds[kind] === 'stopped');

export function isHazardKind(text: string): text is HazardKind {
  return Object.hasOwn(kinds, text);
}

/** One dangerous effect of a decoded transaction, fit for machines. */
export interface Hazard {
  readonly kind: HazardKind;
  /** Who gains by it: an address, key or contract, as the chain writes it. */
  readonly party?: string;
  /** Coin symbol, or a token's contract, as in `AssetAmount`. */
  readonly asset?: string;
  /** Smallest unit. */
  readonly amount?: bigint;
  /** The operation in the chain's own words, e.g. `SetRegularKey`, and what else names it. */
  readonly text?: string;
}
