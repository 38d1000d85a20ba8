import type { ChainId, Network, OwnerId, SignatureId, TenantId } from '../ids.js';
import type { SecretKind } from './wallet.js';

/** A new wallet that a front asks a keeper for. Nothing of it is free: each text has a form that is checked on both sides. */
export interface CreateRequest {
  readonly chain: ChainId;
  readonly network: Network;
  readonly kind: SecretKind;
  readonly tenant: TenantId;
  readonly owner?: OwnerId;
  readonly slot?: string;
  readonly tags?: readonly string[];
  /** 1 to 200 characters. */
  readonly label?: string;
  readonly requireUserToken?: boolean;
}

/** What a keeper says of each wallet that it made. */
export interface CreatedWallet {
  readonly signatureId: SignatureId;
  readonly chain: ChainId;
  readonly network: Network;
  readonly tenant: TenantId;
}
