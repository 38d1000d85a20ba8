import { CustosError } from '../../core/errors.js';
import type { TenantId } from '../../core/ids.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { joinUnambiguously, open, seal } from '../../crypto/seal.js';

const PURPOSE = 'custos/subscription-secret/v1';

/** Seals the text with which messages of a tenant are hashed, under a key of its own from the journal's. @returns base64url */
export function sealSubscriptionSecret(mac: JournalMac, tenant: TenantId, secret: string): string {
  return withKey(mac, tenant, (key, bound) => Buffer.from(seal(key, Buffer.from(secret), bound)).toString('base64url'));
}

/** @throws CustosError RECORD_DAMAGED */
export function openSubscriptionSecret(mac: JournalMac, tenant: TenantId, sealed: string): string {
  return withKey(mac, tenant, (key, bound) => {
    const opened = open(key, Buffer.from(sealed, 'base64url'), bound);
    if (opened !== undefined) return Buffer.from(opened).toString();
    throw new CustosError('RECORD_DAMAGED', `the secret of the subscriptions of ${tenant} does not open`);
  });
}

function withKey<T>(mac: JournalMac, tenant: TenantId, work: (key: Uint8Array, bound: Uint8Array) => T): T {
  const key = Buffer.from(mac([PURPOSE, tenant]), 'base64url');
  try {
    return work(key, joinUnambiguously([PURPOSE, tenant]));
  } finally {
    key.fill(0);
  }
}
