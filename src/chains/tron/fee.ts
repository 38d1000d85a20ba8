import type { TronTransaction } from './format.js';

// Chain parameters, in SUN, as the witnesses have voted them: getTransactionFee for a byte, the two of a new account
// (getCreateNewAccountFeeInSystemContract, getCreateAccountFee), getMemoFee, getMultiSignFee, getAssetIssueFee.
const BYTE = 1_000n;
const NEW_ACCOUNT = 1_000_000n + 100_000n;
const MEMO = 1_000_000n;
const SEVERAL_SIGNATURES = 1_000_000n;
const ASSET = 1_024_000_000n;

/** Bytes around those that are signed: their frame, one signature, and what the network sets aside for the result. */
const AROUND = 4 + 67 + 64;
/** Contracts that create the receiver's account if it does not exist. */
const creators: readonly string[] = ['TransferContract', 'TransferAssetContract', 'AccountCreateContract'];

/**
 * The most that a transaction can cost, in SUN: the limit bounds only what a contract's energy costs, and bandwidth, a new
 * account and a memo are burned too, unless the account has staked enough for them.
 */
export function mostFee({ type, size, feeLimit, memo, permission }: TronTransaction): bigint {
  const bandwidth = BigInt(size + AROUND) * BYTE;
  return (
    feeLimit +
    bandwidth +
    (creators.includes(type) ? NEW_ACCOUNT : 0n) +
    (type === 'AssetIssueContract' ? ASSET : 0n) +
    (memo === undefined ? 0n : MEMO) +
    (permission === 0n ? 0n : SEVERAL_SIGNATURES)
  );
}
