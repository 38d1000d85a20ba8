import type { Policy } from '../../src/core/policy/policy.js';
import { readFreezeText } from '../../src/policy/freeze-text.js';
import { unfreezeDecree } from '../../src/policy/freezes.js';
import { decreeLines } from '../../src/policy/quorum.js';
import { type PolicyAct, policyDecree } from '../../src/policy/statics/publication.js';
import { keyOf } from '../policy/approvals/people.js';

/** What a person signs a policy with. */
interface Signing {
  readonly store: string;
  readonly act?: PolicyAct;
}

/** What `custos policy sign` prints, of the person whose key a name gives. */
export function policySignature(policy: Policy, name: string, { store, act = 'widen' }: Signing) {
  const key = keyOf(name);
  const signature = key.signed(decreeLines(policyDecree(policy, { store, act }), key.text));
  return { custosSignature: 1, act, hash: policy.hash, key: key.text, signature } as const;
}

/** What `custos unfreeze --request` prints, of the person whose key a name gives. @param text - lines of the freeze */
export function unfreezeSignature(text: string, name: string) {
  const key = keyOf(name);
  const lines = readFreezeText(text);
  const signature = key.signed(decreeLines(unfreezeDecree(lines), key.text));
  return { custosUnfreeze: 1, freeze: lines.freeze.id, key: key.text, signature } as const;
}
