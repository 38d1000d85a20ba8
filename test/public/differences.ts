/** Deliberate differences to the recordings of the Ethereum family, and why: the nonce alone differs. */
export const nonceDifferences: Readonly<Record<string, string>> = {
  'ETH nonce-zero': 'a nonce of 0 is a nonce; the recording replaced it by the transaction count',
  'CELO nonce-zero-falls-back-to-count': 'a nonce of 0 is a nonce; the recording replaced it by the transaction count',
};

/** A deliberate difference to a recording of a chain outside the EVM family; docs/compatibility.md has a row for each. */
export interface Difference {
  readonly why: string;
  /** Code of the refusal, where nothing is signed. */
  readonly refused?: string;
  /** Path of the question with the other bytes, to which the recording has no answer, so that nothing is sent. */
  readonly asks?: string;
}

const CADENCE = 'the recorded Cadence is older than 1.0, which the network has refused since September 2024';

/** By chain and name of the vector. What is not listed here must match byte for byte. */
export const differences: Readonly<Record<string, Difference>> = {
  'FLOW FLOW transfer (type 2), private-key wallet': { why: CADENCE, asks: '/v3/flow/sign' },
  'FLOW FLOW transfer (type 2), mnemonic wallet + index, mainnet': { why: CADENCE, asks: '/v3/flow/sign' },
  'FLOW add public key to account (type 1)': { why: CADENCE, asks: '/v3/flow/sign' },
  'FLOW FUSD transfer (type 2)': { why: 'FUSD is discontinued', refused: 'TRANSACTION_UNSUPPORTED' },
};
