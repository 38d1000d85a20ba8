import { randomBytes } from 'node:crypto';
import type { Approval, SignedApproval } from '../../src/core/policy/approval.js';
import type { Policy } from '../../src/core/policy/policy.js';
import type { ControlDocument, ControlDocuments } from '../../src/core/signing/control.js';
import type { SignRequest } from '../../src/core/signing/signer.js';
import type { SealedDocument } from '../../src/core/store/sealed-document.js';
import { approvalText } from '../../src/policy/approval-text.js';
import { canonicalJson } from '../../src/policy/canonical-json.js';
import { constitutionOf } from '../../src/policy/constitution.js';
import { readPolicy } from '../../src/policy/document/read.js';
import { publishedText } from '../../src/policy/in-force.js';
import { intentOf } from '../../src/policy/intent.js';
import { parseContext } from '../../src/signing/sign.js';
import { controlSeal } from '../../src/vault/control-seal.js';
import { keyOf, written } from '../policy/approvals/people.js';
import type { SigningParts } from './signing-parts.js';

/** A policy for the test network that permits nothing. */
const emptyPolicy = {
  custosPolicy: 1,
  version: 1,
  timeZone: 'UTC',
  assets: { ETH: { network: 'testnet', chain: 'ETH', decimals: 18 } },
  books: {},
  groups: {},
  permits: [],
  forbids: [],
  limits: [],
};

/** The policy with these members besides the usual ones. */
function policyOf(members: object): Policy {
  return readPolicy(JSON.stringify({ ...emptyPolicy, ...members }));
}

/** Permits every payment in ETH. */
export const anyPayment = { id: 'open', asset: ['ETH'], to: 'any', max: 'any' };
/** At most 100 smallest units a day, and fees. */
export const dayLimit = (units: number) => ({
  id: 'day',
  asset: 'ETH',
  rolling: '24h',
  max: (units / 1e18).toFixed(18),
});

export interface PolicyTimes {
  readonly publishedAt?: number;
  readonly effectiveAt?: number;
}

/** Policies and constitutions of one store, sealed as a command with the password seals them. */
export function sealer({ rootKey, storeId }: Pick<SigningParts, 'rootKey' | 'storeId'>) {
  const seal = controlSeal(rootKey, storeId);
  return {
    read: policyOf,
    policy(members: object, { publishedAt = 1, effectiveAt = publishedAt }: PolicyTimes = {}): SealedDocument {
      const policy = policyOf(members);
      return seal.seal('policy', policy.version, publishedText({ policy, publishedAt, effectiveAt, signatures: [] }));
    },
    constitution(change: object = {}): SealedDocument {
      const { version, text } = constitutionOf({ ...written, store: storeId, ...change });
      return seal.seal('constitution', version, canonicalJson({ constitution: text, signatures: [] }));
    },
  };
}

export function documentsOf(...policies: readonly ControlDocument[]): ControlDocuments {
  return { policies };
}

/** An approval of a request by a key, as a policy wants it but for what is given. */
export function approvalOf(
  parts: SigningParts,
  request: SignRequest,
  { key, ...change }: Partial<Approval> & { readonly key: string },
): SignedApproval {
  const chain = parts.chains.get(request.pending.chain);
  const [sealed] = request.sealed;
  const [ref] = request.pending.keys;
  if (sealed === undefined || ref === undefined) throw new Error('a request without a wallet');
  const signers = [parts.vault.identify(sealed, ref)];
  const rules = { feeCeilings: new Map(), allowedHazards: new Set<never>() };
  const { effects } = chain.codec.parse(request.completed, parseContext(request.pending, { rules, signers }));
  const { intent, fee, effects: all } = intentOf(effects);
  const text = approvalText({
    store: parts.storeId,
    pending: request.control?.id ?? '',
    chain: chain.id,
    network: request.pending.network,
    intent,
    effects: all,
    feeAtMost: fee,
    demands: [{ count: 2, group: 'treasury' }],
    decision: 'approve',
    notBefore: Date.now() - 60_000,
    expires: Date.now() + 3_600_000,
    nonce: randomBytes(16).toString('hex'),
    ...change,
    key: keyOf(key).text,
  });
  return { text, signature: keyOf(key).signed(text) };
}
