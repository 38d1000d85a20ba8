import type { Clock } from '../../core/clock.js';
import { type Log, tell } from '../../core/log.js';
import type { SignedApproval } from '../../core/policy/approval.js';
import type { PublishedPolicy } from '../../core/policy/published-policy.js';
import type { ControlDocument, ControlDocuments, SignControl } from '../../core/signing/control.js';
import type { Signer } from '../../core/signing/signer.js';
import type { StoredApproval } from '../../core/store/approvals.js';
import { attemptOf } from '../../core/store/attempt.js';
import type { SealedDocument } from '../../core/store/sealed-document.js';
import type { Store } from '../../core/store/store.js';
import { inForceAt, readPublished } from '../../policy/in-force.js';
import { lineOf } from '../../storage/audit/signed-lines.js';
import { controlView } from '../../vault/control-seal.js';

/** Milliseconds for which what was read of the store is believed. */
const FRESH = 500;
/** By so much may the clock of a signer be behind. */
const CLOCK_REACH = 24 * 60 * 60 * 1000;

/** The parts of the feed. */
export interface ControlFeedParts {
  readonly store: Pick<Store, 'storeId' | 'approvals' | 'policies' | 'journal'>;
  readonly signer: Pick<Signer, 'control'>;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
}

/** Brings a signer what rules need. */
export interface ControlFeed {
  /**
   * What a signature of a pending transaction needs, after the signer has the newest documents. Undefined in a store without any.
   * @throws CustosError CONTROL_OLD, CONTROL_WITHHELD, RECORD_DAMAGED, SIGNER_*, STORE_*
   */
  of(pendingId: string): Promise<SignControl | undefined>;
}

/** What the store had when it was read. */
export interface Reading {
  readonly constitution: SealedDocument | undefined;
  readonly policies: readonly { readonly document: ControlDocument; readonly published: PublishedPolicy }[];
}

/** Looks at the versions in the store at most twice a second, and hands over what has changed. */
export function createControlFeed({ store, signer, viewKey, clock, log }: ControlFeedParts): ControlFeed {
  const view = controlView(viewKey, store.storeId);
  let reading: Reading = { constitution: undefined, policies: [] };
  /** What the signer has taken. */
  let handed: string | undefined;
  let fresh: { readonly until: number; readonly read: Promise<boolean> } | undefined;

  const read = async (): Promise<boolean> => {
    const last = reading.policies.at(-1)?.published.policy.version ?? 0;
    const [constitution, added] = await Promise.all([store.approvals.constitution(), store.policies.after(last)]);
    const policies = added.map((document) => ({
      document,
      published: readPublished(view.open('policy', document), document.version),
    }));
    reading = { constitution, policies: [...reading.policies, ...policies] };
    if (constitution === undefined && reading.policies.length === 0) return false;
    const documents = documentsOf(reading, clock.now());
    const key = [documents.constitution, ...documents.policies].map((one) => one?.version ?? '').join();
    if (key !== handed) {
      await signer.control(documents);
      handed = key;
      const policy = documents.policies.at(-1)?.version;
      tell(log, 'control-handed-over', { constitution: documents.constitution?.version, policy });
    }
    return true;
  };

  return {
    async of(id) {
      const now = performance.now();
      if (fresh === undefined || fresh.until <= now) {
        const begun = { until: now + FRESH, read: read() };
        fresh = begun;
        // What failed is tried again at once.
        begun.read.catch(() => {
          if (fresh === begun) fresh = undefined;
        });
      }
      if (!(await fresh.read)) return undefined;
      // Without a constitution no signer counts what persons say.
      const kept = reading.constitution === undefined ? [] : await store.approvals.of(id);
      if (kept.length === 0) return { id, approvals: [] };
      return { id, approvals: approvalsToShow(kept, attemptOf(await store.journal.events(id))) };
    },
  };
}

/**
 * What a signer is shown: the approvals that the store has spent for this making of the bytes, and every rejection. A signer that
 * knows another version of the policy, or was started since, would count others that are spent or may still be.
 */
export function approvalsToShow(kept: readonly StoredApproval[], attempt: string): readonly SignedApproval[] {
  const shown = kept.filter(({ spentFor, text }) => spentFor === attempt || lineOf(text, 'decision') !== 'approve');
  return shown.map(({ text, signature }) => ({ text, signature }));
}

/** What a signer is given of a store. Policies that can never be in force again are left out. */
export function documentsOf({ constitution, policies }: Reading, now: number): ControlDocuments {
  const all = policies.map(({ published }) => published);
  const oldest = inForceAt(all, now - CLOCK_REACH).current?.policy.version ?? 1;
  return {
    ...(constitution && { constitution: { version: constitution.version, box: constitution.box } }),
    policies: policies
      .filter(({ published }) => published.policy.version >= oldest)
      .map(({ document: { version, box } }) => ({ version, box })),
  };
}
