import { findStanding } from '../../app/approvals/asked.js';
import { approvalParts } from '../../app/approvals/parts.js';
import { makeCloud } from '../../app/network/cloud.js';
import { isPasswordAtHand } from '../../app/store/password.js';
import { cancelTransaction } from '../../app/transactions/cancel.js';
import { releaseTransaction } from '../../app/transactions/release.js';
import { retryTransaction } from '../../app/transactions/retry.js';
import { type ShownEntry, showEntries, showStory, type Unlock } from '../../app/transactions/shown.js';
import { errorOf } from '../../core/entry-error.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import { type Network, networkOf } from '../../core/ids.js';
import { parsePendingId } from '../../core/signing/pending.js';
import type { IntakeFacts } from '../../core/store/intake-facts.js';
import { isUnsigned, type JournalEntry } from '../../core/store/journal.js';
import type { Output } from '../output.js';
import type { Call, Run } from '../spec.js';

/** As few rows as are asked for are verified, and only with a password that needs no typing. */
function unlockOf({ config, journal }: Call['house']): Unlock {
  return isPasswordAtHand(config) ? journal : undefined;
}

/** @returns the exit code: what was changed by somebody else is a failure, what was not verified is none */
function noteProof(shownEntries: readonly ShownEntry[], out: Output): 0 | 1 {
  const damaged = shownEntries.flatMap(({ error }) => error ?? []);
  for (const { message, code } of damaged) out.note(`not verified: ${message} (${code})`);
  if (damaged.length === 0 && shownEntries.some(({ isVerified }) => !isVerified)) out.note(NOT_VERIFIED);
  return damaged.length === 0 ? 0 : 1;
}

const NOT_VERIFIED =
  'not verified: without a password nothing shows whether somebody changed the database; set CUSTOS_PASSWORD or give --password-file';

export const list: Run = async ({ options, house, out }) => {
  const { journal } = await house.store();
  const { chain, states, walletStates, limit } = options;
  if (walletStates !== undefined) throw new CustosError('USAGE', '--state takes states of transactions here');
  const filter = {
    limit,
    ...(chain !== undefined && { chain: house.chains.get(chain).id }),
    ...(states && { states }),
  };
  const entries = await showEntries(() => journal.find(filter), unlockOf(house));
  if (options.json) {
    for (const one of entries) out.jsonLine(shown(one));
  } else {
    const head = ['ID', 'CHAIN', 'NETWORK', 'STATE', 'UPDATED', 'TX ID', 'WHAT'];
    const rows = [head, ...entries.map(({ entry }) => row(entry))];
    // Stores whose transactions all come from a cloud show what they always did.
    const hasRequests = entries.some(({ entry }) => entry.intake !== undefined);
    const asked = [requestHead, ...entries.map(({ entry }) => requestCells(entry))];
    out.table(hasRequests ? rows.map((cells, at) => [...cells, ...(asked[at] ?? [])]) : rows);
  }
  return noteProof(entries, out);
};

export const show: Run = async ({ args, house, out }) => {
  const { journal } = await house.store();
  const story = await showStory(journal, parsePendingId(args[0]), unlockOf(house));
  const { entry } = story;
  const events = story.events.map(({ at, event, fact }) => ({ at: time(at), event, ...fact }));
  const approvals = await approvalsOf(house, story);
  out.json({
    ...shown(story),
    ...(approvals && { approvals }),
    pending: entry.pending.received,
    completed: entry.completed,
    signed: entry.signed,
    events,
  });
  return noteProof([story], out);
};

/** Who approved a transaction that is not signed, and who is missing; undefined where nothing needs approvals or no password is at hand. */
async function approvalsOf(house: Call['house'], { entry }: ShownEntry): Promise<object | undefined> {
  if (!isPasswordAtHand(house.config) || !isUnsigned(entry.state) || entry.completed === undefined) return undefined;
  try {
    const parts = await approvalParts(house);
    if (parts === undefined) return undefined;
    const { kind, rejectedBy, missing, text } = (await findStanding(parts, entry.id)).standing;
    return { state: kind, ...(rejectedBy !== undefined && { rejectedBy }), missing, text };
  } catch (thrown) {
    const { code, message } = asCustosError(thrown);
    return { error: { code, message } };
  }
}

export const retry: Run = async ({ args, house, out }) => {
  const journal = await house.journal();
  const entry = await retryTransaction({ journal, chains: house.chains }, parsePendingId(args[0]));
  const what = entry.state === 'signed' ? 'its recorded bytes are sent again' : 'it starts again';
  out.note(`Transaction ${entry.id} is ${entry.state} again: ${what} when a daemon runs.`);
  return 0;
};

export const cancel: Run = async ({ args, house, out }) => {
  const id = parsePendingId(args[0]);
  const { proof, entry } = await cancelTransaction(await askingParts(house), id);
  if (proof !== undefined) {
    out.note(`Its signed bytes (${proof.txId}) never take effect: ${proof.text}. They stay in its story.`);
  }
  const listed = entry.intake === undefined ? ' The cloud still lists it until the application deletes it there.' : '';
  out.note(`Transaction ${id} is cancelled.${listed}`);
  return 0;
};

export const release: Run = async ({ args, house, out }) => {
  const { id, txId } = await releaseTransaction(await askingParts(house), parsePendingId(args[0]));
  out.note(
    `Transaction ${id} is released: others may have its nonce and outputs. Whoever has its bytes (${txId}) may still send them.`,
  );
  return 0;
};

/** What may have to ask a node. */
async function askingParts(house: Call['house']) {
  const { chains, config, clock, log } = house;
  const nodes = (network: Network) => makeCloud({ config, clock, log }, { network }).nodes;
  const { developmentChainIds } = config.daemon;
  return { journal: await house.journal(), chains, nodes, developmentChainIds };
}

/** What an application asked for itself. */
function request({ tenant, source, kind, delivery, idempotency, reference, initiator, expiresAt }: IntakeFacts) {
  return {
    ...{ tenant, source, kind, delivery },
    ...(idempotency !== undefined && { idempotencyKey: idempotency.key }),
    ...(reference !== undefined && { reference }),
    ...(initiator !== undefined && { initiator }),
    ...(expiresAt !== undefined && { expires: time(expiresAt) }),
  };
}

function shown({ entry, isVerified }: ShownEntry) {
  const { id, chain, network, state, sender, nonce, txId, summary, errorCode, errorText, attempts } = entry;
  return {
    id,
    chain,
    testnet: network === networkOf(true),
    state,
    verified: isVerified,
    ...(sender !== undefined && { sender }),
    ...(nonce !== undefined && { nonce }),
    ...(txId !== undefined && { txId }),
    ...(summary !== undefined && { summary }),
    ...(errorCode !== undefined && { error: { code: errorCode, message: errorText } }),
    ...(entry.intake && request(entry.intake)),
    attempts,
    createdAt: time(entry.createdAt),
    updatedAt: time(entry.updatedAt),
  };
}

function row(entry: JournalEntry): string[] {
  const { id, chain, network, state, updatedAt, txId, summary } = entry;
  const error = errorOf(entry);
  const what = error === undefined ? String(summary?.['text'] ?? '') : `${error.code}: ${error.text}`;
  return [id, chain, network, state, time(updatedAt), txId ?? '', what];
}

const requestHead = ['SOURCE', 'TENANT', 'REFERENCE', 'DELIVERY', 'EXPIRES'];

function requestCells({ intake }: JournalEntry): string[] {
  if (intake === undefined) return ['cloud', '', '', '', ''];
  const { source, tenant, reference = '', delivery, expiresAt } = intake;
  return [source, tenant, reference, delivery, expiresAt === undefined ? '' : time(expiresAt)];
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
