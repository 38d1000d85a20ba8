import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Constitution, PersonSignature } from '../../core/policy/constitution.js';
import type { Policy } from '../../core/policy/policy.js';
import type { PublishedPolicy } from '../../core/policy/published-policy.js';
import type { ControlDocuments } from '../../core/signing/control.js';
import type { Decreed, DecreeRequest } from '../../core/signing/decree.js';
import type { Signer } from '../../core/signing/signer.js';
import type { StoredFreezeEnd } from '../../core/store/freezes.js';
import type { Journal } from '../../core/store/journal.js';
import type { SealedDocument } from '../../core/store/sealed-document.js';
import type { Store } from '../../core/store/store.js';
import { freezeText } from '../../policy/freeze-text.js';
import { unfreezeDecree } from '../../policy/freezes.js';
import { readPublished } from '../../policy/in-force.js';
import { requireQuorum } from '../../policy/quorum.js';
import { planPublication } from '../../policy/statics/publication.js';
import { type ControlView, controlView } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import { documentsOf } from '../daemon/control-feed.js';
import { freezeLines } from '../freezes/end.js';

export interface DecreeParts {
  readonly store: Pick<Store, 'storeId' | 'policies' | 'approvals' | 'freezes'> & {
    readonly journal: Pick<Journal, 'wakeHeld'>;
  };
  readonly clock: Pick<Clock, 'now'>;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  /** Where the root key is; without `decree` nothing can be decided here. */
  readonly signer: Pick<Signer, 'decree'>;
}

/** The store as the front reads it, and as it hands it over. */
interface Reading {
  readonly documents: ControlDocuments;
  readonly constitution: Constitution;
  readonly published: readonly PublishedPolicy[];
  readonly view: ControlView;
}

/**
 * Publishes a policy that persons signed. The front says what is wrong with it, from its own copies; whoever has the root key
 * verifies everything itself, and seals it. What is published already stays as it is.
 * @returns false: it was published before
 * @throws CustosError CONSTITUTION_NEEDED, CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE, POLICY_CONFLICT, CONTROL_OLD, NOT_OFFERED,
 *   SIGNER_*, STORE_*; USAGE: a delay that is not for it
 */
export async function publishSigned(
  parts: DecreeParts,
  policy: Policy,
  wish: { readonly signatures: readonly PersonSignature[]; readonly delay?: number | undefined },
): Promise<boolean> {
  const { store, clock } = parts;
  const { documents, constitution, published, view } = await readControl(parts);
  // Whoever got no answer asks again.
  if (published.at(-1)?.policy.hash === policy.hash) return false;
  const { signatures, delay } = wish;
  const wanted = { signatures, ...(delay !== undefined && { delay }) };
  const facts = { store: store.storeId, published, constitution, now: clock.now() };
  const planned = planPublication(policy, facts, wanted);
  const document = await sealedBy(parts, {
    documents,
    signatures,
    wish: { act: 'publish', policy: policy.text, ...(delay !== undefined && { delay }) },
  });
  const next = readPublished(view.open('policy', document), policy.version);
  await store.policies.add(document, planned.act);
  // The times are those of whoever sealed it.
  if (next.effectiveAt <= next.publishedAt) await store.journal.wakeHeld();
  return true;
}

/**
 * Ends a freeze, if persons signed that.
 * @throws CustosError FREEZE_UNKNOWN, FREEZE_ENDED, CONSTITUTION_NEEDED, CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE, NOT_OFFERED,
 *   SIGNER_*, STORE_*
 */
export async function endSigned(parts: DecreeParts, id: string, signatures: readonly PersonSignature[]): Promise<void> {
  const { store } = parts;
  const lines = await freezeLines(store, id);
  const { documents, constitution } = await readControl(parts);
  requireQuorum(constitution, unfreezeDecree(lines), signatures);
  const end = await endedBy(parts, { documents, signatures, wish: { act: 'unfreeze', freeze: freezeText(lines) } });
  await store.freezes.end(id, end);
  await store.journal.wakeHeld();
}

async function readControl({ store, clock, viewKey }: DecreeParts): Promise<Reading> {
  const { approvals, storeId, policies } = store;
  const view = controlView(viewKey, storeId);
  const sealed = await approvals.constitution();
  const enacted = await currentConstitution({ approvals: { constitution: async () => sealed }, storeId, seal: view });
  if (enacted === undefined) throw new CustosError('CONSTITUTION_NEEDED', 'no constitution says who decides');
  const all = (await policies.after(0)).map((document) => ({
    document,
    published: readPublished(view.open('policy', document), document.version),
  }));
  return {
    documents: documentsOf({ constitution: sealed, policies: all }, clock.now()),
    constitution: enacted.constitution,
    published: all.map(({ published }) => published),
    view,
  };
}

async function sealedBy(parts: DecreeParts, request: DecreeRequest): Promise<SealedDocument> {
  const decreed = await decreedBy(parts, request);
  if (decreed.act === 'publish') return decreed.document;
  throw new CustosError('INTERNAL', 'the signer did something else');
}

async function endedBy(parts: DecreeParts, request: DecreeRequest): Promise<StoredFreezeEnd> {
  const decreed = await decreedBy(parts, request);
  if (decreed.act === 'unfreeze') return decreed.end;
  throw new CustosError('INTERNAL', 'the signer did something else');
}

async function decreedBy({ signer }: DecreeParts, request: DecreeRequest): Promise<Decreed> {
  if (signer.decree !== undefined) return signer.decree(request);
  throw new CustosError('NOT_OFFERED', 'this server has no signer that could verify it');
}
