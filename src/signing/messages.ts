import type { SignerFacts } from '../core/chain/codec.js';
import type { ErrorCode } from '../core/errors.js';
import type { CheckpointRequest } from '../core/signing/checkpoint.js';
import type { ControlDocuments, ControlEdges } from '../core/signing/control.js';
import type { CreateRequest } from '../core/signing/create.js';
import type { Decreed, DecreeRequest } from '../core/signing/decree.js';
import type { FreezeEnd, FreezesKept } from '../core/signing/freezes.js';
import type { IdentifyRequest, SignRequest, SignResult } from '../core/signing/signer.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { SealedWallet } from '../core/signing/wallet.js';
import type { JournalKey } from '../core/store/journal-mac.js';
import type { KeySlot, SlotName } from '../core/store/store.js';
import type { ControlUpdate } from './control/book.js';
import type { AskedElsewhere, SignedElsewhere } from './keeper/elsewhere.js';

/** What the signer process needs to open the root key. Each holder of a copy wipes the password's bytes. */
export interface UnlockRequest {
  readonly slots: readonly KeySlot[];
  readonly storeId: string;
  readonly password: Uint8Array;
  /** Id of the key slot whose slot key the `password` is; absent: it is a password. */
  readonly slot?: string;
  /** Fixed at the start, not sent with each request: an attacker in the front cannot widen them later. */
  readonly rules: SigningRules;
}

/** One question to a signer process. `n` pairs answers with questions. */
export type Question =
  | { readonly kind: 'unlock'; readonly n: number; readonly request: UnlockRequest }
  | { readonly kind: 'sign'; readonly n: number; readonly request: SignRequest }
  | { readonly kind: 'identify'; readonly n: number; readonly request: IdentifyRequest }
  | { readonly kind: 'create'; readonly n: number; readonly request: CreateRequest }
  | { readonly kind: 'checkpoint'; readonly n: number; readonly request: CheckpointRequest }
  /** Opens documents of control, and changes nothing. */
  | { readonly kind: 'examine'; readonly n: number; readonly request: ControlDocuments }
  /** Does what persons decided. */
  | { readonly kind: 'decree'; readonly n: number; readonly request: DecreeRequest }
  /** Verifies how freezes were ended, and changes nothing. */
  | { readonly kind: 'ends'; readonly n: number; readonly request: readonly FreezeEnd[] };

/** What a signer process is told without a question: it answers nothing. */
export type Notice =
  | { readonly kind: 'control'; readonly update: ControlUpdate }
  /** The answer to what it asked about question `n`: a list of sums, or why not. */
  | { readonly kind: 'account'; readonly n: number; readonly sums: readonly bigint[] }
  | { readonly kind: 'account'; readonly n: number; readonly code: ErrorCode }
  | SignedElsewhere;

/** What a signer process asks before it answers question `n`. */
export interface Asking {
  readonly kind: 'ask';
  readonly n: number;
  /** As `accountText` writes it. */
  readonly question: string;
}

/** One answer of a signer process. */
export type Answer =
  | {
      readonly kind: 'unlocked';
      readonly n: number;
      readonly viewKey: Uint8Array;
      readonly journal?: JournalKey;
      readonly slot?: SlotName;
      /** Seals what a keeper remembers; a keeper gives it to no front. */
      readonly stateKey?: Uint8Array;
      /** How often the keeper has written its state. */
      readonly state?: number;
      /** Random name of the keeper's process: another one has read the password for itself. */
      readonly keeper?: string;
    }
  | { readonly kind: 'signed'; readonly n: number; readonly result: SignResult; readonly state?: number }
  | { readonly kind: 'identified'; readonly n: number; readonly result: readonly SignerFacts[] }
  | { readonly kind: 'created'; readonly n: number; readonly result: SealedWallet }
  | { readonly kind: 'checkpoint'; readonly n: number; readonly note: string }
  | { readonly kind: 'examined'; readonly n: number; readonly result: ControlEdges }
  | { readonly kind: 'decreed'; readonly n: number; readonly result: Decreed }
  /** One for each end: whether it is true. */
  | { readonly kind: 'ends'; readonly n: number; readonly result: readonly boolean[] }
  /** A keeper has taken freezes and ends. */
  | { readonly kind: 'freezes'; readonly n: number; readonly result: FreezesKept }
  /** A keeper has taken documents of control. */
  | { readonly kind: 'controlled'; readonly n: number }
  /** A code alone: texts, names and details of errors can contain secrets of the signer. */
  | { readonly kind: 'failed'; readonly n: number; readonly code: ErrorCode };

/** Front to signer process: the questions of one turn of the event loop, because a message costs more than its content. */
export type ToSigner = readonly (Question | Notice)[];

/** Signer process to front: the answers to one message together. */
export type FromSigner = readonly (Answer | Asking | AskedElsewhere)[];
