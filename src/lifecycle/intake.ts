import type { Carrier, Intake, Place, ReadWallets } from '../core/network/intake.js';
import type { Accepted, Journal } from '../core/store/journal.js';

/**
 * The journal as the place where doors hand requests over. What this process can carry at once is accepted and claimed by one write.
 * @param carrier - what carries requests in this process; another process finds them in the journal by itself
 */
export function createIntake(journal: Pick<Journal, 'accept' | 'repeated'>, carrier?: Carrier): Intake {
  return {
    async accept(request, wallets) {
      const place = carrier?.place?.(request.pending);
      const accepted = await journal.accept(request, { claims: place !== undefined }).catch((error: unknown) => {
        place?.free();
        throw error;
      });
      if (accepted.kind === 'accepted') handOver(accepted, { carrier, place, wallets });
      else place?.free();
      return accepted;
    },
    repeated: (tenant, idempotency) => journal.repeated(tenant, idempotency),
  };
}

/** Who takes it. */
interface Hands {
  readonly carrier: Carrier | undefined;
  readonly place: Place | undefined;
  readonly wallets: ReadWallets | undefined;
}

function handOver({ entry, lease }: Extract<Accepted, { kind: 'accepted' }>, { carrier, place, wallets }: Hands): void {
  if (place !== undefined && lease !== undefined) {
    place.begin(entry, lease, wallets);
    return;
  }
  place?.free();
  carrier?.wake(entry);
}
