import { rulesOf, type SigningRules } from '../../core/signing/signing-rules.js';

/**
 * The operator's limits as one text, equal for equal limits whatever their order, so that front and keeper can be compared.
 * A chain without any setting is left out.
 */
export function rulesText(rules: SigningRules): string {
  const chains = [...rules.keys()].sort().flatMap((chain) => {
    const { developmentChainId, feeCeilings, allowedHazards } = rulesOf(rules, chain);
    const ceilings = [...feeCeilings].map(([asset, most]) => [asset, String(most)]).sort(byFirst);
    const hazards = [...allowedHazards].sort();
    if (developmentChainId === undefined && ceilings.length === 0 && hazards.length === 0) return [];
    return [[chain, String(developmentChainId ?? ''), ceilings, hazards]];
  });
  return JSON.stringify(chains);
}

function byFirst([one = '']: readonly string[], [other = '']: readonly string[]): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
