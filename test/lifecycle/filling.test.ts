import { afterEach, beforeEach, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { silentLog } from '../../src/core/log.js';
import { noMeter } from '../../src/core/meter.js';
import type { Nodes } from '../../src/core/network/cloud.js';
import type { Judge, Verdict } from '../../src/core/signing/judge.js';
import type { Signer } from '../../src/core/signing/signer.js';
import type { MadeWallet } from '../../src/core/signing/vault.js';
import type { Journal, JournalEntry } from '../../src/core/store/journal.js';
import type { Store } from '../../src/core/store/store.js';
import { LeaseKeeper } from '../../src/lifecycle/lease-keeper.js';
import { createWay } from '../../src/lifecycle/way.js';
import { createInProcessSigner } from '../../src/signing/in-process-signer.js';
import { createStore } from '../../src/storage/open-store.js';
import { replayingNode } from '../chains/replay.js';
import { anySlot, freshLocation } from '../storage/support.js';
import { noFreezes } from '../support/freezes.js';
import { testClock } from '../support/http.js';
import { type SigningParts, signingParts, signRequest } from '../support/signing-parts.js';
import { sourceOf } from './carrying.js';

const location = freshLocation();
let made: SigningParts;
let wallet: MadeWallet;
let store: Store;
let writes: string[];
beforeEach(async () => {
  writes = [];
  made = await signingParts();
  wallet = await made.wallet('key');
  store = await createStore(location(), { storeId: made.storeId, slots: [anySlot()] });
  await store.wallets.add([wallet.sealed]);
});
afterEach(() => store.close());

/** The journal, which notes what is written by itself. */
function counting(journal: Journal): Journal {
  return {
    ...journal,
    advance: (lease, to, fact, event) => {
      writes.push(event ?? to);
      return journal.advance(lease, to, fact, event);
    },
    reserveBudgets: (lease, reservation) => {
      writes.push('reserved');
      return journal.reserveBudgets(lease, reservation);
    },
  };
}

/** Carries one transfer. @returns its row and its story */
async function carried(judges: readonly Judge[], signer?: Signer) {
  const { chains, vault } = made;
  const node = replayingNode([]);
  const nodes: Nodes = { client: () => node, isOwn: () => false, broadcast: async (_chain, { txId }) => ({ txId }) };
  const journal = counting(store.journal);
  const unlockVault = async () => ({ vault, viewKey: new Uint8Array(32) });
  const own = createInProcessSigner({ unlockVault, chains, rules: new Map() });
  const pending = signRequest(wallet).pending as JournalEntry['pending'];
  const way = createWay({
    ...{ chains, wallets: store.wallets, journal, publicVault: vault, nodes, judges, signer: signer ?? own },
    ...{ rules: new Map(), clock: testClock(), log: silentLog, meter: noMeter, freezes: noFreezes },
    ...{ leases: new LeaseKeeper(journal, silentLog), maxAttempts: 10, confirmations: () => 1 },
  });
  const [taken] = await way.take(sourceOf(), [pending]);
  if (taken?.kind !== 'begun') throw new Error('not begun');
  await taken.outcome;
  const story = (await store.journal.events(pending.id)).map(({ event }) => event);
  return { entry: (await store.journal.get(pending.id))!, story };
}

const saying = (verdict: Verdict, own: Partial<Judge> = {}): Judge => ({
  name: 'treasury',
  decide: async () => verdict,
  ...own,
});

it('what was filled in is written together with the signed bytes, as a line of its own before theirs', async () => {
  const { entry, story } = await carried([]);
  expect(story).toEqual(['claimed', 'filled', 'signed', 'broadcast', 'completed']);
  expect(writes).toEqual(['signed', 'completed']);
  expect(entry).toMatchObject({ state: 'completed', sender: wallet.wallet.address });
  expect(entry.completed).toBeDefined();
  expect(entry.summary).toBeDefined();
});

it('what is reserved is on the disk before it is signed, and in the story with the signed bytes', async () => {
  const charges = [{ budget: 'day', since: 0, amount: 6n, max: 10n }];
  const { story } = await carried([saying({ kind: 'allow', charges }, { recordsBeforeAsking: true })]);
  expect(story).toEqual(['claimed', 'filled', 'reserved', 'signed', 'broadcast', 'completed']);
  expect(writes).toEqual(['reserved', 'signed', 'completed']);
});

it('a judge that may ask others is asked only about what is on the disk', async () => {
  let seen: JournalEntry | undefined;
  const judge = saying({ kind: 'allow' });
  const decide: Judge['decide'] = async ({ pending }) => {
    seen = await store.journal.get(pending.id);
    return { kind: 'allow' };
  };
  const { entry, story } = await carried([{ ...judge, decide }]);
  expect(seen?.completed).toBe(entry.completed);
  expect(story).toEqual(['claimed', 'filled', 'signed', 'broadcast', 'completed']);
  expect(writes.slice(0, 2)).toEqual(['filled', 'signed']);
});

it('a judge that records its question itself finds it on the disk after it has', async () => {
  const seen: (string | undefined)[] = [];
  const decide: Judge['decide'] = async ({ pending }, _look, record) => {
    seen.push((await store.journal.get(pending.id))?.completed);
    await record?.();
    seen.push((await store.journal.get(pending.id))?.completed);
    return { kind: 'allow' };
  };
  const { entry, story } = await carried([{ name: 'own', recordsBeforeAsking: true, decide }]);
  expect(seen).toEqual([undefined, entry.completed]);
  expect(story.filter((event) => event === 'filled')).toHaveLength(1);
});

it.each([
  ['deny', 'denied'],
  ['hold', 'held'],
] as const)('what a judge answers with %s is on the disk with its completed form', async (kind, state) => {
  const verdict = { kind, rule: 'r', reason: 'because', because: 'undecided' } as Verdict;
  const { entry, story } = await carried([saying(verdict, { recordsBeforeAsking: true })]);
  expect(story).toEqual(['claimed', 'filled', state]);
  expect(entry.completed).toBeDefined();
});

it('a transaction that no signer signs keeps what was filled in', async () => {
  const away: Signer = {
    ...createInProcessSigner({ unlockVault: () => Promise.reject(new Error()), chains: made.chains, rules: new Map() }),
    sign: () => Promise.reject(new CustosError('SIGNER_UNREACHABLE', 'the signer is away')),
  };
  const { entry, story } = await carried([], away);
  expect(story).toEqual(['claimed', 'filled', 'postponed']);
  expect(entry).toMatchObject({ state: 'claimed', errorCode: 'SIGNER_UNREACHABLE', sender: wallet.wallet.address });
});
