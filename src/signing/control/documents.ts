import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { PublishedPolicy } from '../../core/policy/published-policy.js';
import type { ControlDocument, ControlDocuments, ControlEdges } from '../../core/signing/control.js';
import type { DocumentKind } from '../../core/store/sealed-document.js';
import { readCanonicalJson } from '../../policy/canonical-json.js';
import { readConstitution } from '../../policy/constitution.js';
import { inForceAt, readPublished } from '../../policy/in-force.js';
import { type CompiledPolicy, compilePolicy } from '../../policy/judging/compile.js';

/** Opens documents with the key that only the root key gives. */
export interface ControlOpener {
  readonly storeId: string;
  /** @throws CustosError RECORD_DAMAGED */
  open(kind: DocumentKind, document: ControlDocument): string;
}

/** Documents that were opened and fit each other. */
export interface OpenedControl {
  readonly constitution?: Constitution;
  readonly policies: readonly PublishedPolicy[];
  readonly edges: ControlEdges;
}

/**
 * Opens documents that a front brought. Whoever could seal them had the root key; what is checked here is that nothing is left out.
 * @throws CustosError RECORD_DAMAGED: a box does not open, or is of another store; CONTROL_OLD: a version is missing between others
 */
export function openDocuments({ constitution, policies }: ControlDocuments, opener: ControlOpener): OpenedControl {
  const person = constitution && openConstitution(constitution, opener);
  const published = policies.map((one) => readPublished(opener.open('policy', one), one.version));
  for (const [place, { policy }] of published.entries()) {
    const before = published[place - 1]?.policy;
    if (before !== undefined && (policy.version !== before.version + 1 || policy.previous !== before.hash)) throw gap();
  }
  return {
    ...(person && { constitution: person }),
    policies: published,
    edges: {
      ...(person && { constitution: { version: person.version, hash: person.hash } }),
      policies: published.map(({ policy: { version, hash } }) => ({ version, hash })),
    },
  };
}

/**
 * The policy in force; undefined while there is none.
 * @throws CustosError CONTROL_OLD: the front left out the version that may be in force
 */
export function policyInForce(policies: readonly PublishedPolicy[], now: number): PublishedPolicy | undefined {
  const { current } = inForceAt(policies, now);
  if (current === undefined && (policies[0]?.policy.version ?? 1) !== 1) throw gap();
  return current;
}

/** Compiles each policy once. */
export function compiler(): (published: PublishedPolicy) => CompiledPolicy {
  let last: { readonly hash: string; readonly compiled: CompiledPolicy } | undefined;
  return ({ policy }) => {
    if (last?.hash !== policy.hash) last = { hash: policy.hash, compiled: compilePolicy(policy) };
    return last.compiled;
  };
}

function openConstitution(document: ControlDocument, { storeId, open }: ControlOpener): Constitution {
  const content = readCanonicalJson(open('constitution', document), 'RECORD_DAMAGED');
  const text = isObject(content) ? content['constitution'] : undefined;
  const constitution = typeof text === 'string' ? readConstitution(text) : undefined;
  if (constitution?.version === document.version && constitution.store === storeId) return constitution;
  throw new CustosError('RECORD_DAMAGED', 'the constitution is damaged');
}

function gap(): CustosError {
  return new CustosError('CONTROL_OLD', 'a version of the policy is missing');
}
