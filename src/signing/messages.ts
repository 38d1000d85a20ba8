import type { SignerFacts } from '../core/chain.js';
import type { ErrorCode } from '../core/errors.js';
import type { IdentifyRequest, SignRequest, SignResult } from '../core/signer.js';
import type { KeySlot } from '../core/store.js';

/** What the signer process needs to open the root key. The password's bytes are wiped by whoever holds a copy. */
export interface UnlockRequest {
  readonly slots: readonly KeySlot[];
  readonly storeId: string;
  readonly password: Uint8Array;
}

/** Front to signer process. `n` pairs answers with questions. */
export type ToSigner =
  | { readonly kind: 'unlock'; readonly n: number; readonly request: UnlockRequest }
  | { readonly kind: 'sign'; readonly n: number; readonly request: SignRequest }
  | { readonly kind: 'identify'; readonly n: number; readonly request: IdentifyRequest };

/** Signer process to front. */
export type FromSigner =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unlocked'; readonly n: number; readonly publicKey: Uint8Array }
  | { readonly kind: 'signed'; readonly n: number; readonly result: SignResult }
  | { readonly kind: 'identified'; readonly n: number; readonly result: readonly SignerFacts[] }
  | {
      readonly kind: 'failed';
      readonly n: number;
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };
