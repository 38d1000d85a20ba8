import { timingSafeEqual } from 'node:crypto';
import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { formatShare, parseShare, type Share } from '../../crypto/slip39/share.js';
import { combineShares, MOST_SHARES, requireKin, type Sharing, splitSecret } from '../../crypto/slip39/split.js';
import { formatRecoveryKey, recoveryKeyBytes } from './recovery-key.js';

/** Bytes of a recovery key. */
const KEY = 32;

/**
 * Shares a recovery key as words (SLIP-39). Some of the shares are put together again before they are handed out.
 * @returns one secret a share, which the caller wipes
 * @throws CustosError USAGE: the numbers are not 2 ≤ threshold ≤ shares ≤ 16
 */
export function splitRecoveryKey(recoveryKey: Secret, sharing: Sharing): readonly Secret[] {
  const { threshold, shares } = sharing;
  if (threshold < 2 || threshold > shares || shares > MOST_SHARES) {
    throw new CustosError(
      'USAGE',
      `at least 2 shares are needed, at most ${MOST_SHARES} are made, and no more are needed than made`,
    );
  }
  const key = recoveryKeyBytes(recoveryKey.exposeText());
  try {
    const made = splitSecret(key, sharing);
    for (const chosen of [made.slice(0, threshold), made.slice(-threshold)]) requireSame(combineShares(chosen), key);
    const texts = made.map((share) => Secret.text(formatShare(share)));
    for (const { value } of made) value.fill(0);
    return texts;
  } finally {
    key.fill(0);
  }
}

function requireSame(again: Uint8Array, key: Uint8Array): void {
  const isSame = timingSafeEqual(again, key);
  again.fill(0);
  if (!isSame) throw new CustosError('INTERNAL', 'the shares do not give the key');
}

/** Shares that are given one after another, until there are enough. */
export class ShareCollection {
  readonly #shares: Share[] = [];

  /** @throws CustosError RECOVERY_SHARE_INVALID, RECOVERY_SHARE_FOREIGN, RECOVERY_SHARE_REPEATED: it is not taken */
  add(text: Secret): void {
    const share = parseShare(text.exposeText());
    const [first = share] = this.#shares;
    requireKin(first, share);
    if (this.#shares.some(({ group, member }) => group === share.group && member === share.member)) {
      throw new CustosError('RECOVERY_SHARE_REPEATED', 'this share was given already');
    }
    this.#shares.push(share);
  }

  /** How many are still needed; undefined before the first. */
  get missing(): number | undefined {
    const [first] = this.#shares;
    return first && Math.max(0, first.threshold - this.#shares.length);
  }

  /** The recovery key in its typed form. @throws CustosError RECOVERY_SHARES_MISSING, RECOVERY_SHARE_INVALID, RECOVERY_SHARE_FOREIGN */
  join(): Secret {
    const key = combineShares(this.#shares);
    try {
      if (key.length !== KEY) throw new CustosError('RECOVERY_SHARE_FOREIGN', 'these shares are not of a recovery key');
      return Secret.text(formatRecoveryKey(key));
    } finally {
      key.fill(0);
      for (const { value } of this.#shares) value.fill(0);
    }
  }
}
