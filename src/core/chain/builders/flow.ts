import type { KeyRef } from '../../signing/wallet.js';
import type { BuildContext, BuiltTransaction } from './build.js';

/** What an account of Flow does; Tatum's programs have a number for each. */
export type FlowAct =
  | 'create-account'
  | 'add-key'
  | 'transfer'
  | 'mint'
  | 'mint-multiple'
  | 'burn'
  | 'transfer-token'
  | 'custom';

export interface FlowRequest {
  readonly key: KeyRef;
  readonly act: FlowAct;
  /** Its members, `account` in all of them. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Builds what an account of Flow asks for. */
export interface FlowBuilder {
  readonly kind: 'flow';
  /** @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED, AMOUNT_INVALID, RECEIVER_UNFIT, NETWORK_MISMATCH, NODE_* */
  build(request: FlowRequest, context: BuildContext): Promise<BuiltTransaction>;
}
