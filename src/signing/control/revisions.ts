import { CustosError } from '../../core/errors.js';
import type { SignatureId } from '../../core/ids.js';
import type { SignRequest, SignResult } from '../../core/signing/signer.js';

/** Which record of a wallet was signed with. A wallet that was removed and imported again has a later one. */
export interface WalletRecord {
  readonly id: SignatureId;
  /** Milliseconds since 1970, as every box of the record is bound to. */
  readonly madeAt: number;
  readonly revision: number;
}

/** The newest records of wallets that were signed with: an older one may have other tags, or a state that was ended. */
export class Revisions {
  readonly #newest = new Map<SignatureId, WalletRecord>();

  /**
   * Checks what was signed with.
   * @returns what has to be remembered: wallets about which nothing was ever said are not
   * @throws CustosError CONTROL_OLD: a record is older than one that was signed with before
   */
  news(used: readonly WalletRecord[]): readonly WalletRecord[] {
    const old = used.find((record) => isOlder(record, this.#newest.get(record.id)));
    if (old !== undefined) throw new CustosError('CONTROL_OLD', `the record of wallet ${old.id} is an older one`);
    return used.filter((record) => {
      const known = this.#newest.get(record.id);
      return known === undefined ? record.revision > 0 : isOlder(known, record);
    });
  }

  learn(records: readonly WalletRecord[]): void {
    for (const record of records) this.#newest.set(record.id, record);
  }

  /** All that is known, for a snapshot. */
  all(): readonly WalletRecord[] {
    return [...this.#newest.values()];
  }
}

/** The records that a request was signed with: revision 0 where the signer names none. */
export function usedRecords(
  { sealed }: Pick<SignRequest, 'sealed'>,
  { revisions = [] }: SignResult,
): readonly WalletRecord[] {
  const named = new Map(revisions.map(({ id, revision }) => [id, revision]));
  return sealed.map(({ signatureId: id, createdAt }) => ({ id, madeAt: createdAt, revision: named.get(id) ?? 0 }));
}

function isOlder(one: WalletRecord, other: WalletRecord | undefined): boolean {
  if (other === undefined) return false;
  return one.madeAt < other.madeAt || (one.madeAt === other.madeAt && one.revision < other.revision);
}
