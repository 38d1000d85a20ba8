import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { Sharing } from '../../crypto/slip39/split.js';
import { makeRecoveryKey, makeSlot } from '../../vault/key-slots.js';
import { ShareCollection, splitRecoveryKey } from '../../vault/recovery/recovery-shares.js';
import type { Terminal } from '../process/terminal.js';
import { journalKeyFrom, openJournal } from './journal.js';
import type { SlotParts } from './outside-slots.js';

/** Longest text that is read as shares: sixteen of the longest are far below. */
const LONGEST_INPUT = 64 * 1024;

/**
 * Makes a new recovery key that nobody sees whole, and hands its shares out. The former recovery key stays until all shares have
 * found their holders; then it ends.
 * @param handOut - called once with the shares, which are wiped afterwards; when it fails, nothing is changed
 * @throws CustosError USAGE, CANCELLED_BY_USER, STATE_CONFLICT, STORE_*
 */
export async function shareRecoveryKey(
  parts: Omit<SlotParts, 'passwords'>,
  sharing: Sharing,
  handOut: (shares: readonly Secret[]) => Promise<void>,
): Promise<void> {
  const { store, opened } = parts;
  const { storeId, rootGeneration: generation } = store;
  const key = makeRecoveryKey();
  let shares: readonly Secret[] = [];
  try {
    shares = splitRecoveryKey(key, sharing);
    const slot = await makeSlot(opened.rootKey, key, { kind: 'recovery', storeId, generation });
    await openJournal(parts, store, journalKeyFrom(opened, storeId));
    await handOut(shares);
    const ended = (await store.slots.all()).filter(({ kind }) => kind === 'recovery').map(({ id }) => id);
    await store.slots.replace([slot], ended, opened.slot.id);
  } finally {
    key.wipe();
    for (const share of shares) share.wipe();
  }
}

/**
 * The recovery key from its shares: asked for one at a time without showing them, or one a line on standard input.
 * @throws CustosError RECOVERY_SHARE_*, RECOVERY_SHARES_MISSING, CANCELLED_BY_USER
 */
export async function readRecoveryShares(terminal: Terminal): Promise<Secret> {
  const shares = new ShareCollection();
  if (terminal.interactive) await askForShares(terminal, shares);
  else {
    const text = await terminal.readInput();
    if (text.length > LONGEST_INPUT)
      throw new CustosError('RECOVERY_SHARE_INVALID', 'standard input is too long for shares');
    for (const line of text.split('\n')) if (line.trim() !== '') addWiped(shares, Secret.text(line));
  }
  return shares.join();
}

/** A share that is not taken is asked for again: its holder is there. */
async function askForShares(terminal: Terminal, shares: ShareCollection): Promise<void> {
  for (let number = 1; shares.missing !== 0; ) {
    const left = shares.missing === undefined ? '' : ` (${shares.missing} more)`;
    const share = Secret.text(await terminal.askHidden(`Share ${number}${left}: `));
    try {
      addWiped(shares, share);
      number++;
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
      terminal.note(error.message);
    }
  }
}

function addWiped(shares: ShareCollection, share: Secret): void {
  try {
    shares.add(share);
  } finally {
    share.wipe();
  }
}
