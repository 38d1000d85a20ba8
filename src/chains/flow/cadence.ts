import type { Effect } from '../../core/chain/effect.js';
import type { HazardKind } from '../../core/chain/hazards.js';

/**
 * Cadence without these words reaches only what an account stores: they are the entitlements of Cadence 1.0, which a
 * transaction has to name, and the calls of the older language. A word in a remark counts too.
 */
const dangers: readonly (readonly [words: RegExp, kind: HazardKind, text: string])[] = [
  [/\b(Keys|AddKey|RevokeKey|addPublicKey|removePublicKey)\b|\bkeys\s*\.\s*(add|revoke)\b/, 'account-control', 'keys'],
  [
    /\b(Account)?Capabilities\b|\b(Issue|Get)AccountCapabilityController\b|\blinkAccount\b/,
    'account-control',
    'capabilities of the account',
  ],
  // A contract of the account controls the whole account.
  [contracts(), 'account-control', 'contracts'],
  [contracts(), 'contract-creation', 'contracts'],
];

function contracts(): RegExp {
  return /\b(Contracts|AddContract|UpdateContract|RemoveContract)\b|\bcontracts\s*\.\s*(add|update\w*|tryUpdate|remove)\b/;
}

/** What Cadence from a request may do to the account, apart from moving what it stores. @param account - with 0x */
export function cadenceDangers(script: string, account: string): readonly Effect[] {
  return dangers.flatMap(([words, code, name]) => {
    if (!words.test(script)) return [];
    const op = code === 'contract-creation' ? 'deploy' : 'account';
    return [{ op, code, from: account, to: account, method: `Cadence that commands ${name}` }];
  });
}
