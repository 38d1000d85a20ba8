import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import type { PersonSignature } from '../../core/policy/constitution.js';
import type { Policy } from '../../core/policy/policy.js';
import { canonicalJson } from '../../policy/canonical-json.js';
import { decreeLines } from '../../policy/quorum.js';
import { diffPolicies, type PolicyDiff } from '../../policy/statics/diff.js';
import { type PolicyAct, policyDecree } from '../../policy/statics/publication.js';
import type { ApproverKey } from '../approvals/key-file.js';

const signatureFile = z.strictObject({
  custosSignature: z.literal(1),
  act: z.enum(['widen', 'narrow']),
  hash: z.string(),
  key: z.string(),
  signature: z.string(),
});

/** What somebody who signs a policy agrees to. */
export interface Agreement {
  /** `narrow`: only if it allows nothing new. */
  readonly act: PolicyAct;
  /** What it changes of the file that was given. */
  readonly diff: PolicyDiff | undefined;
}

/**
 * Finds as what a policy is signed: without the version before it may widen, so that this is what the signature says.
 * @throws CustosError POLICY_CONFLICT: the other file is not the version before it
 */
export function agreementOf(policy: Policy, before: Policy | undefined): Agreement {
  if (before === undefined) return { act: policy.version === 1 ? 'narrow' : 'widen', diff: undefined };
  if (policy.previous !== before.hash) {
    throw new CustosError('POLICY_CONFLICT', `the policy does not follow version ${before.version} in that file`);
  }
  const diff = diffPolicies(before, policy);
  return { act: diff.effect === 'widens' ? 'widen' : 'narrow', diff };
}

interface Signing {
  readonly store: string;
  readonly act: PolicyAct;
  readonly key: ApproverKey;
}

/** What a person sends after signing a policy. @returns one line of JSON */
export function signPolicy(policy: Policy, { store, act, key }: Signing): string {
  const lines = decreeLines(policyDecree(policy, { store, act }), key.text);
  return canonicalJson({ custosSignature: 1, act, hash: policy.hash, key: key.text, signature: key.sign(lines) });
}

/** @throws CustosError CONSTITUTION_SIGNATURE: not such a file, or for another policy */
export function readPolicySignature(text: string, { hash }: Policy): PersonSignature {
  const refused = (why: string) => new CustosError('CONSTITUTION_SIGNATURE', `the signature is refused: ${why}`);
  const parsed = signatureFile.safeParse(parseJson(text, () => refused('it is not JSON')));
  if (!parsed.success) throw refused('it has another form');
  const { act, key, signature } = parsed.data;
  if (parsed.data.hash !== hash) throw refused(`it is for ${parsed.data.hash}, and this policy is ${hash}`);
  return { act, key, signature };
}
