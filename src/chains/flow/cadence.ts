import type { Hazard, HazardKind } from '../../core/chain/hazards.js';

/**
 * Words without which no Cadence gets at more of an account than what it stores: the entitlements of Cadence 1.0, which a
 * transaction has to name, and the calls of the language before. Where one stands in a remark only, it is stopped as well.
 */
const dangers: readonly (readonly [words: RegExp, kind: HazardKind, text: string])[] = [
  [/\b(Keys|AddKey|RevokeKey|addPublicKey|removePublicKey)\b|\bkeys\s*\.\s*(add|revoke)\b/, 'account-control', 'keys'],
  [
    /\b(Account)?Capabilities\b|\b(Issue|Get)AccountCapabilityController\b|\blinkAccount\b/,
    'account-control',
    'capabilities of the account',
  ],
  // A contract of the account commands the whole account.
  [contracts(), 'account-control', 'contracts'],
  [contracts(), 'contract-creation', 'contracts'],
];

function contracts(): RegExp {
  return /\b(Contracts|AddContract|UpdateContract|RemoveContract)\b|\bcontracts\s*\.\s*(add|update\w*|tryUpdate|remove)\b/;
}

/** What Cadence that came with a request may do to the account beside moving what it stores. @param party - the account */
export function cadenceHazards(script: string, party: string): readonly Hazard[] {
  return dangers.flatMap(([words, kind, name]) =>
    words.test(script) ? [{ kind, party, text: `Cadence that commands ${name}` }] : [],
  );
}
