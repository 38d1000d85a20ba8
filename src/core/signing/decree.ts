import type { PersonSignature } from '../policy/constitution.js';
import type { StoredFreezeEnd } from '../store/freezes.js';
import type { SealedDocument } from '../store/sealed-document.js';
import type { ControlDocuments } from './control.js';

/** What persons decided, as a front carries it to whoever has the root key. */
export interface DecreeRequest {
  /** The newest ones of the store. */
  readonly documents: ControlDocuments;
  readonly signatures: readonly PersonSignature[];
  readonly wish: PolicyWish | FreezeWish;
}

/** A policy that is to be published. */
interface PolicyWish {
  readonly act: 'publish';
  /** Its JSON. */
  readonly policy: string;
  /** Hours that it waits, if it widens. Absent: the shortest time. */
  readonly delay?: number;
}

/** A freeze that is to end. */
interface FreezeWish {
  readonly act: 'unfreeze';
  /** Its lines. */
  readonly freeze: string;
}

/** What the store keeps of it. */
export type Decreed =
  | { readonly act: 'publish'; readonly document: SealedDocument }
  | { readonly act: 'unfreeze'; readonly end: StoredFreezeEnd };
