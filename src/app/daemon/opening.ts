import type { Signer } from '../../core/signing/signer.js';
import type { Store } from '../../core/store/store.js';
import { recordOpening } from '../audit/unlock.js';

/** A store, and the socket of the signer service that has its password, if one has. */
export interface SignedStore {
  readonly store: Store;
  readonly at: string | undefined;
}

/**
 * Records in the audit log how the store was opened. A service cannot write to the log: its daemons record what it says, each
 * process of it once.
 */
export class SignerOpenings {
  readonly #parts: SignedStore;
  #keeper: string | undefined;

  constructor(parts: SignedStore) {
    this.#parts = parts;
  }

  /** The opening at the start of a daemon. @throws CustosError AUDIT_BROKEN, STORE_* */
  async record(signer: Signer): Promise<void> {
    const { store } = this.#parts;
    const slot = await signer.openedBy?.();
    if (slot === undefined) return;
    await this.announce(signer);
    const { key } = await signer.journalKey();
    await recordOpening({ store, command: 'daemon' }, { key, slot });
  }

  /** Recorded before the next event, in its transaction: nothing that another process signs is recorded before that. */
  async announce(signer: Signer): Promise<void> {
    const { store, at } = this.#parts;
    const opening = await signer.openedBy?.();
    if (at === undefined || opening?.keeper === undefined || opening.keeper === this.#keeper) return;
    const { id: slot, kind, keeper } = opening;
    this.#keeper = keeper;
    store.audit.announce([{ code: 'signer.connected', detail: { signer: at, keeper, slot, kind } }]);
  }
}
