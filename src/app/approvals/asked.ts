import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import type { SignedApproval } from '../../core/policy/approval.js';
import type { Constitution } from '../../core/policy/constitution.js';
import { type Demand, demandText } from '../../core/policy/demand.js';
import type { Policy } from '../../core/policy/policy.js';
import { attemptOf } from '../../core/store/attempt.js';
import { isUnsigned, type Journal, type JournalEntry, unsignedStates } from '../../core/store/journal.js';
import type { Store } from '../../core/store/store.js';
import {
  type Asked,
  checkApproval,
  requireApprover,
  standingOf,
  type VerifiedApproval,
  verifyApproval,
} from '../../policy/approvals.js';
import { demandsOf } from '../../policy/judging/missing.js';
import { keyRefsOf, wantedKeys } from '../../signing/sign.js';
import type { DecodingParts } from '../policy/decoded.js';
import { type JudgedEntry, judgeEntry } from '../policy/judge-entry.js';
import { type ApprovalRequest, type DecodedRequest, decodeRequest } from './request.js';
import { type ApprovalStanding, approvalStanding } from './standing.js';

/** The parts with which approvals are asked for and taken. */
export interface ApprovalParts {
  readonly store: Pick<Store, 'storeId' | 'approvals' | 'wallets'>;
  /** Opened with the password. */
  readonly journal: Journal;
  readonly vault: DecodingParts['vault'];
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  /** What every transaction needs. */
  readonly demands: readonly Demand[];
  /** In force now; undefined without one. */
  readonly policy: Policy | undefined;
  readonly constitution: Constitution;
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
}

/**
 * Makes the request for a transaction that is not signed yet.
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT, WALLET_UNKNOWN, RECORD_DAMAGED
 */
export async function makeRequest(parts: ApprovalParts, id: string): Promise<ApprovalRequest> {
  const entry = await waitingEntry(parts, id);
  return requestOf(parts, entry, await judgedBy(parts, entry));
}

/** How the policy in force judges a transaction now. */
async function judgedBy(parts: ApprovalParts, entry: JournalEntry): Promise<JudgedEntry | undefined> {
  const { policy } = parts;
  return policy && judgeEntry(entry, { ...parts, policy });
}

/**
 * The same for a person who is about to decide: a key that may not is refused before anything is shown. @param key - text form
 * @throws CustosError APPROVAL_SIGNATURE, APPROVAL_REFUSED, and as `makeRequest`
 */
export async function requestFor(parts: ApprovalParts, key: string, id: string): Promise<ApprovalRequest> {
  requireApprover(parts.constitution, key);
  return makeRequest(parts, id);
}

async function waitingEntry({ journal }: Pick<ApprovalParts, 'journal'>, id: string): Promise<JournalEntry> {
  const entry = await journal.get(id);
  if (entry === undefined) throw new CustosError('PENDING_UNKNOWN', `the journal has no transaction ${id}`);
  if (!isUnsigned(entry.state)) throw new CustosError('STATE_CONFLICT', `transaction ${id} is ${entry.state}`);
  return entry;
}

async function requestOf(
  parts: ApprovalParts,
  { pending, completed, chain, network }: JournalEntry,
  judged: JudgedEntry | undefined,
): Promise<ApprovalRequest> {
  const { store, vault, chains, developmentChainIds, policy } = parts;
  if (completed === undefined) throw new CustosError('STATE_CONFLICT', `transaction ${pending.id} is not complete yet`);
  const known = chains.get(chain);
  const sealed = await store.wallets.get([...new Set(keyRefsOf(known, pending).map((key) => key.signatureId))]);
  const wanted = wantedKeys(known, { pending, sealed });
  const signers = await Promise.all(wanted.map((key) => vault.identify(key.sealed, key.ref)));
  const names = wanted.flatMap(({ sealed: record }, at) => {
    const { label } = vault.wallet(record);
    const address = signers[at]?.address;
    return label === undefined || address === undefined ? [] : [[address, label] as const];
  });
  const developmentChainId = developmentChainIds.get(chain);
  return {
    store: store.storeId,
    pending: pending.id,
    chain,
    network,
    completed,
    signers,
    ...(pending.withdrawal && { withdrawal: pending.withdrawal }),
    ...(pending.kind && { kind: pending.kind }),
    ...(developmentChainId !== undefined && { developmentChainId }),
    ...(policy && { policy: { version: policy.version, hash: policy.hash } }),
    demands: demandsTogether(parts, judged),
    names: Object.fromEntries(names),
  };
}

/** What every transaction needs, and what the policy wants for this one if nobody approves: an approver meets them by one signature. */
function demandsTogether({ demands, policy }: ApprovalParts, judged: JudgedEntry | undefined): readonly Demand[] {
  const wanted = policy === undefined || judged === undefined ? [] : demandsOf(judged.unapproved, policy);
  const texts = new Set(demands.map(demandText));
  return [...demands, ...wanted.filter((one) => !texts.has(demandText(one)))];
}

/** A transaction that waits, and how far its approvals are. */
export interface WaitingTransaction {
  readonly request: ApprovalRequest;
  readonly decoded: DecodedRequest;
  readonly standing: ApprovalStanding;
}

/** @throws CustosError as `makeRequest` and `decodeRequest` */
export async function findStanding(parts: ApprovalParts, id: string): Promise<WaitingTransaction> {
  const entry = await waitingEntry(parts, id);
  const judged = await judgedBy(parts, entry);
  const request = await requestOf(parts, entry, judged);
  const decoded = decodeRequest(parts.chains, request);
  const { demands, constitution, policy } = parts;
  const now = parts.clock.now();
  const asked = askedOf(request, decoded, { now, attempt: attemptOf(await parts.journal.events(id)) });
  const needs =
    demands.length === 0
      ? undefined
      : standingOf({ ...asked, demands }, constitution, await parts.store.approvals.of(id));
  const byPolicy = policy && judged && { ...judged, policy, constitution };
  return { request, decoded, standing: approvalStanding(needs, byPolicy) };
}

/** The transactions that are complete and not signed, each with its standing or what is wrong with it. */
export async function listStandings(
  parts: ApprovalParts,
  limit: number,
): Promise<readonly { readonly id: string; readonly found: WaitingTransaction | CustosError }[]> {
  const entries = await parts.journal.find({ states: unsignedStates, limit });
  const standings = [];
  for (const { id, completed } of entries) {
    if (completed === undefined) continue;
    // One that cannot be read does not hide the others.
    const found = await findStanding(parts, id).catch((error: unknown) => asCustosError(error));
    standings.push({ id, found });
  }
  return standings;
}

/**
 * Takes an approval that somebody signed. It is checked now, so that a person learns at once what is wrong, and again when the
 * transaction is signed; the daemon's next round looks at the transaction again.
 * @throws CustosError APPROVAL_*, PENDING_UNKNOWN, STATE_CONFLICT
 */
export async function submitApproval(parts: ApprovalParts, signed: SignedApproval): Promise<VerifiedApproval> {
  const verified = verifyApproval(parts.constitution, signed);
  const { nonce, pending } = verified.approval;
  const request = await makeRequest(parts, pending);
  const decoded = decodeRequest(parts.chains, request);
  const now = parts.clock.now();
  checkApproval(verified, askedOf(request, decoded, { now, attempt: attemptOf(await parts.journal.events(pending)) }));
  requireDemand(verified, request.demands);
  await parts.store.approvals.add({
    nonce,
    pendingId: pending,
    at: now,
    text: signed.text,
    signature: signed.signature,
  });
  // A rejection takes effect as soon as an approval does.
  await parts.journal.wake(pending);
  return verified;
}

/** An approval that meets no demand would only confuse: its approver was shown others. @throws CustosError APPROVAL_CHANGED */
export function requireDemand({ approval }: VerifiedApproval, demands: readonly Demand[]): void {
  const asked = demands.map(demandText);
  if (approval.decision === 'reject' || approval.demands.some((one) => asked.includes(demandText(one)))) return;
  throw new CustosError('APPROVAL_CHANGED', 'the approval does not fit: it was given for other demands');
}

function askedOf(
  { store, pending, chain, network, policy, demands, initiator }: ApprovalRequest,
  { intent, fee }: DecodedRequest,
  { now, attempt }: Pick<Asked, 'now' | 'attempt'>,
): Asked {
  return {
    store,
    pending,
    chain,
    network,
    policy,
    demands,
    ...(initiator !== undefined && { initiator }),
    intent,
    fee,
    now,
    attempt,
  };
}
