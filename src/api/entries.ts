import type { z } from 'zod';
import { errorOf } from '../core/entry-error.js';
import { CustosError } from '../core/errors.js';
import { type ChainId, defaultTenant } from '../core/ids.js';
import { parsePendingId } from '../core/signing/pending.js';
import type { RequestKind } from '../core/store/intake-facts.js';
import { type Accepted, isUnsigned, type JournalEntry, type JournalFilter } from '../core/store/journal.js';
import {
  boundTo,
  type Caller,
  includesEntry,
  includesWallet,
  requireChain,
  requireUser,
  unknownWallet,
} from './caller.js';
import { cursorOf, keyOf } from './cursor.js';
import type { About } from './forms/approvals.js';
import { gathered } from './gather.js';
import type { ApiParts, Submission } from './parts.js';
import type { Answer, RawRequest } from './route.js';
import { USUAL_LIMIT } from './schemas.js';
import type { key, requestQuery } from './transaction-forms.js';
import { isSettled, settled, waitOf } from './waiting/prefer.js';

/** A kind of request that has paths of its own. */
export interface Resource {
  /** Where one is found by its id. */
  readonly path: string;
  readonly kinds: readonly RequestKind[];
  /** As answers show it. */
  json(entry: JournalEntry): object;
}

/** Every wallet that a request names is one that the caller may use. @throws CustosError SCOPE_MISSING, WALLET_UNKNOWN, USER_TOKEN_REQUIRED */
export async function requireKeys(
  { chain, keys }: { readonly chain: ChainId; readonly keys: readonly z.output<typeof key>[] },
  { wallets }: Pick<ApiParts, 'wallets'>,
  caller: Caller,
): Promise<void> {
  requireChain(caller, chain);
  for (const { wallet: id } of keys) {
    const found = await wallets.get(caller.tenant, id);
    if (!includesWallet(caller, found)) throw unknownWallet(id);
    requireUser(caller, found);
  }
}

/**
 * As `requireKeys`, for a request whose key may be known. The request that the caller made and still sees is answered as if it was
 * looked up by its id.
 */
export function admission(
  wanted: Parameters<typeof requireKeys>[0],
  parts: Pick<ApiParts, 'wallets'>,
  caller: Caller,
): NonNullable<Submission['admit']> {
  return async (known) => {
    const isTheirs = known !== undefined && known.intake?.userTag === caller.user?.tag && includesEntry(caller, known);
    if (!isTheirs) await requireKeys(wanted, parts, caller);
  };
}

/** What a user asked for is put back with that user only. @throws CustosError USER_TOKEN_REQUIRED */
export function requireAsker({ user }: Caller, { intake }: JournalEntry): void {
  if (intake?.userTag === undefined || user !== undefined) return;
  throw new CustosError('USER_TOKEN_REQUIRED', 'a user asked for it, so only with that user it is put back');
}

/**
 * The answer to a request that was taken over: at once, or as late as the client prefers.
 * @throws CustosError IDEMPOTENCY_KEY_REUSED
 */
export async function takenOver(
  accepted: Accepted,
  resource: Resource,
  { header, signal, parts }: Pick<RawRequest, 'header' | 'signal'> & { readonly parts: ApiParts },
): Promise<Answer> {
  if (accepted.kind === 'different') {
    throw new CustosError('IDEMPOTENCY_KEY_REUSED', 'another request has this Idempotency-Key');
  }
  const wait = waitOf(header('prefer'));
  const entry = await settled(
    accepted.entry,
    { seconds: wait ?? 0, signal, isNew: accepted.kind === 'accepted' },
    parts,
  );
  const isReplayed = accepted.kind === 'replayed';
  const isOver = wait !== undefined && isSettled(entry.state);
  return {
    status: isReplayed ? 200 : isOver ? 201 : 202,
    body: await shownEntry(entry, resource, parts),
    headers: {
      location: `${resource.path}/${entry.id}`,
      ...(isReplayed && { 'idempotency-replayed': 'true' }),
      ...(wait !== undefined && { 'preference-applied': `wait=${wait}` }),
    },
  };
}

interface Wanted extends Partial<z.output<typeof requestQuery>> {
  readonly txId?: string | undefined;
  readonly states?: JournalFilter['states'];
  isWanted?(entry: JournalEntry): boolean;
}

interface Looking {
  readonly parts: Pick<ApiParts, 'journal' | 'network'>;
  readonly caller: Caller;
}

/** A page of what the caller may see, the newest first. */
export async function entryPage(wanted: Wanted, { kinds, json }: Resource, looking: Looking): Promise<Answer> {
  const { data, next } = await entriesOf(wanted, { kinds }, looking);
  return { status: 200, body: { data: data.map(json), next } };
}

/** @returns what the caller may see, and where the next page begins */
export async function entriesOf(
  { after, limit = USUAL_LIMIT, state, states, chain, reference, txId, isWanted = () => true }: Wanted,
  { kinds }: Pick<Resource, 'kinds'>,
  { parts: { journal, network }, caller }: Looking,
): Promise<{ readonly data: readonly JournalEntry[]; readonly next: string | null }> {
  const owners = boundTo(caller);
  const filter = {
    ...{ network, tenant: caller.tenant, kinds },
    ...(states !== undefined && { states }),
    ...(state !== undefined && { states: [state] }),
    ...(chain !== undefined && { chain }),
    ...(owners && { ownerTags: owners.map(({ tag }) => tag) }),
    ...(reference !== undefined && { reference }),
    ...(txId !== undefined && { txId }),
  };
  const { data, next } = await gathered<JournalEntry, Place>({
    ...{ after: keyOf(after, placeOf), limit },
    async page(last, size) {
      const page = await journal.find({ ...filter, limit: size, ...(last !== undefined && { after: last }) });
      return { page, last: page.length < size ? undefined : page.at(-1) };
    },
    keyOf: (entry) => entry,
    isShown: (entry) => includesEntry(caller, entry) && isWanted(entry),
  });
  return { data, next: next === undefined ? null : cursorOf(`${next.createdAt}:${next.id}`) };
}

/** What policy and persons say of one that is complete and not signed. */
export async function aboutEntry(entry: JournalEntry, { approvals }: Pick<ApiParts, 'approvals'>): Promise<About> {
  if (entry.completed === undefined || !isUnsigned(entry.state)) return { policy: null, approvals: null };
  return approvals.about(entry);
}

/** One as its own answers show it. */
export async function shownEntry(
  entry: JournalEntry,
  { json }: Pick<Resource, 'json'>,
  parts: Pick<ApiParts, 'approvals'>,
): Promise<object> {
  return { ...json(entry), ...(await aboutEntry(entry, parts)) };
}

/** What another tenant has, or a token does not include, is answered as what does not exist. @throws CustosError PENDING_UNKNOWN */
export async function requireEntry(
  id: string,
  { kinds }: Pick<Resource, 'kinds'>,
  {
    parts: { journal, network },
    caller,
  }: { readonly parts: Pick<ApiParts, 'journal' | 'network'>; readonly caller: Caller },
): Promise<JournalEntry> {
  const entry = isId(id) ? await journal.get(id) : undefined;
  const isOwn = entry !== undefined && (entry.intake?.tenant ?? defaultTenant) === caller.tenant;
  const isKind = entry !== undefined && kinds.includes(entry.pending.kind ?? 'transaction');
  if (isOwn && isKind && entry.network === network && includesEntry(caller, entry)) return entry;
  throw new CustosError('PENDING_UNKNOWN', 'there is no such transaction or signature');
}

/** The story of a request. Signed bytes are no part of it: they come back in the answer only, when they may. */
export async function story(id: string, { journal }: Pick<ApiParts, 'journal'>): Promise<Answer> {
  const events = await journal.events(id);
  const data = events.map(({ at, event, fact: { signed: _, ...fact } }) => ({
    at: new Date(at).toISOString(),
    event,
    fact,
  }));
  return { status: 200, body: { data } };
}

/** What a transaction and a signature show alike. */
export function sharedJson(entry: JournalEntry) {
  const { id, state, chain, network, intake } = entry;
  const error = errorOf(entry);
  const moment = (at: number) => new Date(at).toISOString();
  return {
    ...{ id, state, chain, network },
    summary: shownSummary(entry),
    sender: entry.sender ?? null,
    error: error === undefined ? null : { code: error.code, detail: error.text },
    reference: intake?.reference ?? null,
    expiresAt: intake?.expiresAt === undefined ? null : moment(intake.expiresAt),
    createdAt: moment(entry.createdAt),
    updatedAt: moment(entry.updatedAt),
  };
}

export function shownSummary({ summary }: JournalEntry): { readonly text: string } | null {
  if (summary === undefined) return null;
  const { text } = summary;
  return { ...summary, text: typeof text === 'string' ? text : '' };
}

function isId(text: string): boolean {
  try {
    parsePendingId(text);
    return true;
  } catch {
    return false;
  }
}

type Place = Pick<JournalEntry, 'createdAt' | 'id'>;

function placeOf(text: string): Place {
  const [, createdAt, id] = /^(\d{1,15}):([A-Za-z0-9_-]{1,64})$/.exec(text) ?? [];
  if (createdAt === undefined || id === undefined) throw new CustosError('REQUEST_INVALID', 'not a place in the list');
  return { createdAt: Number(createdAt), id };
}
