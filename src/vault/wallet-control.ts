import { CustosError } from '../core/errors.js';
import type { SealedWallet, WalletControl } from '../core/signing/wallet.js';
import { walletStates } from '../core/signing/wallet.js';
import { joinUnambiguously } from '../crypto/seal.js';

/** Texts before the tags. */
const FIXED = 7;
const wholeForm = /^(?:0|[1-9][0-9]{0,15})$/;

/** What holds for a wallet that nothing was ever said about: records of format 1. */
export function usualControl({ createdAt }: Pick<SealedWallet, 'createdAt'>): WalletControl {
  return { tags: [], state: 'active', since: createdAt, revision: 0 };
}

/** The bytes that are sealed (docs/wallet-store.md). The same control has the same bytes, so that both copies can be compared. */
export function controlBytes(control: WalletControl): Uint8Array {
  const { revision, state, since, reason = '', owner = '', by = [], destroyFrom, tags } = control;
  const until = destroyFrom === undefined ? '' : String(destroyFrom);
  return joinUnambiguously([String(revision), state, String(since), reason, owner, by.join(','), until, ...tags]);
}

/** Reads the texts that `controlBytes` joined. @throws CustosError RECORD_DAMAGED: they have another form */
export function readControl(
  texts: readonly string[],
  { signatureId }: Pick<SealedWallet, 'signatureId'>,
): WalletControl {
  const [revision = '', stateText, since = '', reason = '', owner = '', by = '', destroyFrom = ''] = texts;
  const state = walletStates.find((one) => one === stateText);
  const tags = texts.slice(FIXED);
  const numbers = [revision, since, ...(destroyFrom === '' ? [] : [destroyFrom])].map(wholeOf);
  const isOrdered = tags.every((tag, at) => tag !== '' && (tags[at - 1] ?? '') < tag);
  if (texts.length < FIXED || state === undefined || numbers.includes(undefined) || !isOrdered) {
    throw new CustosError(
      'RECORD_DAMAGED',
      `the record of wallet ${signatureId} is damaged: its control has another layout`,
      {
        details: { signatureId },
      },
    );
  }
  return {
    tags,
    ...(owner !== '' && { owner }),
    state,
    since: Number(since),
    ...(reason !== '' && { reason }),
    ...(by !== '' && { by: by.split(',') }),
    ...(destroyFrom !== '' && { destroyFrom: Number(destroyFrom) }),
    revision: Number(revision),
  };
}

function wholeOf(text: string): number | undefined {
  const value = wholeForm.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}
