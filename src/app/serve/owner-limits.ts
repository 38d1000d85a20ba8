import type { Preview } from '../../api/parts.js';
import { signingAddresses } from '../../core/chain/signed-by.js';
import { digestOf } from '../../core/signing/digest.js';
import type { Judge } from '../../core/signing/judge.js';
import { rulesOf } from '../../core/signing/signing-rules.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import { parseContext } from '../../signing/sign.js';
import { type IdentifyParts, signersOf } from './signers.js';

/** What the limits of owners say now of what is only tried. It reserves nothing. */
export type OwnerLimits = (tried: Omit<Preview, 'ownerLimits'>) => Promise<Preview['ownerLimits']>;

/** @param judge - of owners' limits, the one that decides when it is signed */
export function ownerLimits(
  parts: IdentifyParts & Pick<LifecycleParts, 'chains' | 'rules'>,
  judge: Judge,
): OwnerLimits {
  const { chains, wallets, publicVault, rules } = parts;
  return async ({ pending, completed, summary }) => {
    const sealed = await wallets.get([...new Set(pending.keys.map(({ signatureId }) => signatureId))]);
    const own = sealed.map((one) => publicVault.wallet(one));
    if ((await judge.applies?.(() => own)) === false) return null;
    const chain = chains.get(pending.chain);
    const signers = await signersOf(parts, chain, pending);
    const context = parseContext(pending, { rules: rulesOf(rules, chain.id), signers });
    const unsigned = chain.codec.parse(completed, context);
    const [{ effects }, signedBy] = [unsigned, signingAddresses(unsigned, signers)];
    const tried = { ...{ pending, completed, summary, effects, signedBy }, chain: chain.id, network: pending.network };
    const asked = { ...tried, wallets: own, signers, sender: context.from, digest: digestOf(completed), attempt: '0' };
    const verdict = await judge.decide(asked, 'used');
    return verdict.kind === 'allow' ? { fits: true, reason: null } : { fits: false, reason: verdict.reason };
  };
}
