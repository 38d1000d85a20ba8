import type { Duplex } from 'node:stream';

/** The keeper that serves this daemon alone. It has the password; the daemon's own process never does. */
export interface OwnKeeper {
  /** What logs call its signer processes. */
  readonly name: string;
  /** Opens the only connection, for the store of this id. @throws CustosError SIGNER_UNREACHABLE: it is gone */
  connect(storeId: string): Promise<Duplex>;
  /** To be called when the connection was lost while the daemon still needed it: the daemon is to end. */
  onLost(): void;
  /** Called each time that a signer process took the place of a dead one. */
  onReplaced(listener: () => void): void;
}
