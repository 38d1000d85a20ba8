import { CustosError } from '../core/errors.js';
import { defaultTenant } from '../core/ids.js';
import type { WalletMarks } from '../core/signing/vault.js';
import type { SealedWallet, Wallet, WalletControl } from '../core/signing/wallet.js';
import { walletStates } from '../core/signing/wallet.js';
import { joinUnambiguously } from '../crypto/seal.js';

/** Texts before the tags: in record format 2, and since format 3. */
const FIXED = { two: 7, three: 9 } as const;
/** The format whose control has a flag and a slot. */
const WITH_SLOT = 3;
const USER_TOKEN = 'user-token';
const wholeForm = /^(?:0|[1-9][0-9]{0,15})$/;

/** What holds for a wallet that nothing was ever said about: records of format 1. */
export function usualControl({ createdAt }: Pick<SealedWallet, 'createdAt'>): WalletControl {
  return { tags: [], state: 'active', since: createdAt, revision: 0 };
}

/** The bytes that are sealed (docs/wallet-store.md). The same control has the same bytes, so that both copies can be compared. */
export function controlBytes(control: WalletControl, format: number): Uint8Array {
  const { revision, state, since, reason = '', owner = '', by = [], destroyFrom, tags } = control;
  const until = destroyFrom === undefined ? '' : String(destroyFrom);
  const fixed = [String(revision), state, String(since), reason, owner, by.join(','), until];
  return joinUnambiguously([...fixed, ...(format < WITH_SLOT ? [] : flagAndSlot(control)), ...tags]);
}

function flagAndSlot({ requireUserToken, slot = '' }: WalletControl): readonly string[] {
  return [requireUserToken ? USER_TOKEN : '', slot];
}

/** Reads the texts that `controlBytes` joined. @throws CustosError RECORD_DAMAGED: they have another form */
export function readControl(
  texts: readonly string[],
  { signatureId, format }: Pick<SealedWallet, 'signatureId' | 'format'>,
): WalletControl {
  const [revision = '', stateText, since = '', reason = '', owner = '', by = '', destroyFrom = ''] = texts;
  const state = walletStates.find((one) => one === stateText);
  const fixed = format < WITH_SLOT ? FIXED.two : FIXED.three;
  const tags = texts.slice(fixed);
  const [flag = '', slot = ''] = texts.slice(FIXED.two, fixed);
  const numbers = [revision, since, ...(destroyFrom === '' ? [] : [destroyFrom])].map(wholeOf);
  const isOrdered = tags.every((tag, at) => tag !== '' && (tags[at - 1] ?? '') < tag);
  const isKnown = flag === '' || flag === USER_TOKEN;
  if (texts.length < fixed || state === undefined || numbers.includes(undefined) || !isOrdered || !isKnown) {
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
    ...(flag !== '' && { requireUserToken: true }),
    ...(slot !== '' && { slot }),
    revision: Number(revision),
  };
}

function wholeOf(text: string): number | undefined {
  const value = wholeForm.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The tenant of a new wallet, if its record says it. */
export function bound({ tenant = defaultTenant, slot, requireUserToken }: WalletMarks): Pick<Wallet, 'tenant'> {
  const isSaid = tenant !== defaultTenant || slot !== undefined || requireUserToken === true;
  return isSaid ? { tenant } : {};
}

/** The control of a new record, if it has any. */
export function firstControl(
  marks: WalletMarks,
  { kind, createdAt: since }: Pick<Wallet, 'kind' | 'createdAt'>,
): WalletControl | undefined {
  const { tags = [], owner, state = 'active', reason, slot, requireUserToken } = marks;
  const isSaid = tags.length > 0 || owner !== undefined || state !== 'active';
  // The record format of keys outside always has a control box.
  if (!isSaid && kind !== 'remote' && bound(marks).tenant === undefined) return undefined;
  return {
    tags: [...new Set(tags)].sort(),
    ...(owner !== undefined && { owner }),
    state,
    since,
    ...(reason !== undefined && { reason }),
    ...(requireUserToken && { requireUserToken }),
    ...(slot !== undefined && { slot }),
    revision: 1,
  };
}
