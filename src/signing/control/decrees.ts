import { CustosError } from '../../core/errors.js';
import type { Decreed, DecreeRequest } from '../../core/signing/decree.js';
import type { StoredFreezeEnd } from '../../core/store/freezes.js';
import type { SealedDocument } from '../../core/store/sealed-document.js';
import { readPolicy } from '../../policy/document/read.js';
import { readFreezeText } from '../../policy/freeze-text.js';
import { unfreezeDecree } from '../../policy/freezes.js';
import { publishedText } from '../../policy/in-force.js';
import { requireQuorum } from '../../policy/quorum.js';
import { planPublication } from '../../policy/statics/publication.js';
import { type ControlOpener, openDocuments, policyInForce } from './documents.js';
import { requireFreezeOf } from './freezes.js';

/** Makes what only the root key makes. */
export interface DecreeSeal {
  policy(version: number, content: string): SealedDocument;
  /** Authenticates the end of a freeze. */
  end(text: string, facts: Pick<StoredFreezeEnd, 'at' | 'signatures'>): StoredFreezeEnd;
}

/** The process that decides. */
export interface DecreeParts {
  readonly opener: ControlOpener;
  readonly seal: DecreeSeal;
  /** By its own clock, which never goes back: a front could say that the delay is over. */
  readonly now: number;
}

/**
 * Does what persons decided, if the quorum of the constitution signed it. It believes nothing of the front that brings it: the
 * constitution and the policies before are opened here, and the signatures are over lines that are made here.
 * @throws CustosError CONSTITUTION_NEEDED, CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE, CONTROL_OLD, RECORD_DAMAGED; POLICY_INVALID,
 *   POLICY_CONFLICT, USAGE: of a policy; FREEZE_INVALID
 */
export function decree({ documents, signatures, wish }: DecreeRequest, { opener, seal, now }: DecreeParts): Decreed {
  const { constitution, policies } = openDocuments(documents, opener);
  // With it, nothing is done without signatures. Without it, the password is everything, and a front has none.
  if (constitution === undefined) throw new CustosError('CONSTITUTION_NEEDED', 'no constitution says who decides');
  const { storeId: store } = opener;
  if (wish.act === 'unfreeze') {
    requireFreezeOf(store, wish.freeze);
    requireQuorum(constitution, unfreezeDecree(readFreezeText(wish.freeze)), signatures);
    return { act: 'unfreeze', end: seal.end(wish.freeze, { at: now, signatures: JSON.stringify(signatures) }) };
  }
  // What it widens is decided by the version in force, so that one may not be missing.
  policyInForce(policies, now);
  const facts = { store, published: policies, constitution, now };
  const { delay } = wish;
  const policy = readPolicy(wish.policy);
  const { next } = planPublication(policy, facts, { signatures, ...(delay !== undefined && { delay }) });
  return { act: 'publish', document: seal.policy(policy.version, publishedText(next)) };
}
