import type { KeyRef } from '../../signing/wallet.js';
import type { BuildContext, BuiltTransaction } from './build.js';

/** A transfer of VET, with data where it calls a contract. Whoever signs pays: the request does not name the account. */
export interface VechainTransfer {
  readonly key: KeyRef;
  readonly to: string;
  /** Smallest unit. */
  readonly value: bigint;
  /** 0x and hexadecimal digits. */
  readonly data?: string;
  readonly gasLimit?: bigint;
}

/** Builds transfers of VET. */
export interface VechainBuilder {
  readonly kind: 'vechain';
  /** @throws CustosError ADDRESS_INVALID, GAS_TOO_LOW, NETWORK_MISMATCH, RECEIVER_UNFIT, TRANSACTION_INVALID, NODE_* */
  transfer(request: VechainTransfer, context: BuildContext): Promise<BuiltTransaction>;
}
