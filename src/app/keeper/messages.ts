import type { ErrorCode } from '../../core/errors.js';
import type { CreatedWallet } from '../../core/signing/create.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { AskedElsewhere, SignedElsewhere } from '../../signing/keeper/elsewhere.js';

/** What a keeper needs; it is given once, before anything else. Each holder of a copy wipes the password's bytes. */
export interface KeeperOpening {
  readonly kind: 'open';
  readonly password: Uint8Array;
  /** Id of the key slot whose slot key the `password` is; absent: it is a password. */
  readonly slot?: string;
  /** The only store that it opens. */
  readonly storeId: string;
  readonly rules: SigningRules;
  /** Most signer processes. */
  readonly count: number;
  /** Whether it makes wallets for fronts. Absent: it makes none. */
  readonly mayCreate?: boolean;
  /** What the file of its state holds: sealed. Absent: there is no such file, and what it learns ends with it. */
  readonly state?: Uint8Array;
}

/** To the keeper. Fronts have numbers, which are never used twice. */
export type ToKeeper =
  | KeeperOpening
  | { readonly kind: 'bytes'; readonly front: number; readonly bytes: Uint8Array }
  /** A connection through the door of control, before its first bytes. */
  | { readonly kind: 'control'; readonly front: number }
  | { readonly kind: 'gone'; readonly front: number }
  /** What a token or key service answered. */
  | SignedElsewhere
  /** Whether the record with this number is on the disk. */
  | { readonly kind: 'state-kept'; readonly n: number; readonly isKept: boolean };

/** From the keeper. */
export type FromKeeper =
  | { readonly kind: 'opened' }
  /** A signature is wanted of a key outside. */
  | AskedElsewhere
  /** A sealed record to keep: after the others, or in place of all of them. */
  | { readonly kind: 'state'; readonly n: number; readonly manner: 'append' | 'replace'; readonly bytes: Uint8Array }
  | { readonly kind: 'bytes'; readonly front: number; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly front: number; readonly code: ErrorCode }
  /** A wallet that the keeper made for a front. */
  | { readonly kind: 'created'; readonly wallet: CreatedWallet }
  /** The lines of a freeze that the keeper heard of. */
  | { readonly kind: 'frozen'; readonly text: string }
  | { readonly kind: 'signer-started'; readonly pid: number | undefined }
  /** The one that was started last took the place of a dead one. */
  | { readonly kind: 'signer-replaced' }
  | { readonly kind: 'signer-ended'; readonly pid: number | undefined; readonly exit: string };
