/** A sender's next number, and how many numbers below the highest used one are still free. */
export interface NonceGrant {
  readonly nonce: bigint;
  readonly missing: number;
}

/** What the node says about a sender's numbers. */
export interface NonceCounts {
  readonly sender: string;
  /** Number of the sender's transactions in the chain. */
  readonly latest: bigint;
  /** The same including those that wait at the node, if it was asked. */
  readonly waiting?: bigint;
}
