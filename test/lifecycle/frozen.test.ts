import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hazardKinds } from '../../src/core/chain/hazards.js';
import type { Clock } from '../../src/core/clock.js';
import { silentLog } from '../../src/core/log.js';
import { noMeter } from '../../src/core/meter.js';
import type { Nodes } from '../../src/core/network/cloud.js';
import type { Freeze, FreezeScope } from '../../src/core/policy/freeze.js';
import type { Judge } from '../../src/core/signing/judge.js';
import type { SigningRules } from '../../src/core/signing/signing-rules.js';
import type { MadeWallet } from '../../src/core/signing/vault.js';
import type { JournalEntry } from '../../src/core/store/journal.js';
import type { Store } from '../../src/core/store/store.js';
import { LeaseKeeper } from '../../src/lifecycle/lease-keeper.js';
import type { LifecycleParts, Outcome } from '../../src/lifecycle/parts.js';
import { createWay } from '../../src/lifecycle/way.js';
import { createInProcessSigner } from '../../src/signing/in-process-signer.js';
import { createStore } from '../../src/storage/open-store.js';
import { replayingNode } from '../chains/replay.js';
import { anySlot, eth, freshLocation } from '../storage/support.js';
import { type SigningParts, signingParts, signRequest } from '../support/signing-parts.js';
import { sourceOf } from './carrying.js';

const rules: SigningRules = new Map([[eth, { feeCeilings: new Map(), allowedHazards: new Set(hazardKinds) }]]);
const freezeOf = (scope: FreezeScope, id = 'aa'): Freeze => ({ id, scope, reason: 'keys may be out', at: 1 });
const everything = freezeOf({ kind: 'all' });

const location = freshLocation();
let made: SigningParts;
let wallet: MadeWallet;
let store: Store;
let time: number;
let active: readonly Freeze[];
let asked: string[];

const clock: Clock = { now: () => time, wait: async () => undefined };

beforeAll(async () => {
  made = await signingParts();
  wallet = await made.wallet('key');
});
beforeEach(async () => {
  [time, active, asked] = [1_700_000_000_000, [], []];
  store = await createStore(location(), { storeId: made.storeId, slots: [anySlot()] }, clock);
  await store.wallets.add([wallet.sealed]);
});
afterEach(() => store.close());

function parts(given: Partial<LifecycleParts> = {}): LifecycleParts {
  const { chains, vault } = made;
  const node = replayingNode([]);
  const nodes: Nodes = { client: () => node, isOwn: () => false, broadcast: async (_chain, { txId }) => ({ txId }) };
  const signer = createInProcessSigner({
    unlockVault: async () => ({ vault, viewKey: new Uint8Array(32) }),
    chains,
    rules,
  });
  const judge: Judge = {
    name: 'judge',
    async decide() {
      asked.push('judge');
      return { kind: 'allow' };
    },
  };
  const { journal, wallets } = store;
  return {
    ...{ chains, wallets, journal, publicVault: vault, nodes, rules, judges: [judge], clock, log: silentLog },
    ...{ signer, meter: noMeter, freezes: { now: async () => active } },
    ...{ leases: new LeaseKeeper(journal, silentLog), maxAttempts: 3, confirmations: () => 1 },
    ...given,
  };
}

const source = () =>
  sourceOf({
    broadcast: async (_chain, _pending, { txId }) => {
      asked.push('broadcast');
      return { txId };
    },
  });

async function carry(pending: JournalEntry['pending'], given: Partial<LifecycleParts> = {}) {
  const [taken] = await createWay(parts(given)).take(source(), [pending]);
  if (taken?.kind !== 'begun') throw new Error(`it is ${taken?.kind}`);
  const outcome: Outcome | undefined = await taken.outcome;
  return { outcome, entry: (await store.journal.get(pending.id))! };
}

const newPending = () => signRequest(wallet).pending as JournalEntry['pending'];
const story = async (id: string) => (await store.journal.events(id)).map(({ event }) => event);

describe('a frozen transaction', () => {
  it('a frozen transaction is held with the freeze and its reason, and neither judge nor node is asked', async () => {
    active = [everything];
    const { outcome, entry } = await carry(newPending());
    expect(outcome).toEqual({ id: entry.id, kind: 'held' });
    expect(entry).toMatchObject({ state: 'held', errorCode: 'FROZEN', attempts: 0 });
    expect(entry.errorText).toBe('freeze aa stops all: keys may be out');
    expect(asked).toEqual([]);
  });

  it('a long freeze uses up no tries and stands in the story once, and another freeze once more', async () => {
    active = [everything];
    const pending = newPending();
    for (let turn = 0; turn < 5; turn++, time += 2_000) await carry(pending);
    active = [freezeOf({ kind: 'all' }, 'bb')];
    for (let turn = 0; turn < 5; turn++, time += 2_000) await carry(pending);
    expect(await story(pending.id)).toEqual(['claimed', 'held', 'held']);
    active = [];
    expect((await carry(pending)).entry).toMatchObject({ state: 'completed', attempts: 0 });
  });

  it('a transaction goes on within a second after the freeze was ended', async () => {
    active = [everything];
    const pending = newPending();
    await carry(pending);
    active = [];
    time += 1_000;
    expect((await carry(pending)).entry.state).toBe('completed');
    expect(asked).toEqual(['judge', 'broadcast']);
  });

  it.each([
    [{ kind: 'chain', chain: eth }, true],
    [{ kind: 'chain', chain: 'SOL' }, false],
    [{ kind: 'wallet' }, true],
    [{ kind: 'wallet', id: '00000000-0000-4000-8000-000000000001' }, false],
    [{ kind: 'tag', tag: 'hot' }, true],
    [{ kind: 'tag', tag: 'cold' }, false],
  ])('a freeze of %j stops a hot wallet of ETH: %s', async (scope, isStopped) => {
    const { signatureId } = wallet.sealed;
    const tagged = made.vault.withControl(wallet.sealed, { tags: ['hot'], state: 'active', since: 1 });
    const wallets = { get: async () => [tagged] };
    active = [freezeOf({ id: signatureId, ...scope } as FreezeScope)];
    const { entry } = await carry(newPending(), { wallets });
    expect(entry.state).toBe(isStopped ? 'held' : 'completed');
  });

  it('when a freeze comes while it is signed, what was signed is dropped and never recorded', async () => {
    const { signer } = parts();
    const slow = {
      ...signer,
      sign: async (request: Parameters<typeof signer.sign>[0]) => {
        const signed = await signer.sign(request);
        active = [everything];
        asked.push('signed');
        return signed;
      },
    };
    const { entry } = await carry(newPending(), { signer: slow });
    expect(asked).toEqual(['judge', 'signed']);
    expect(entry).toMatchObject({ state: 'held', errorCode: 'FROZEN' });
    expect(entry.signed).toBeUndefined();
    expect(await story(entry.id)).not.toContain('signed');
  });

  it('recorded bytes are not sent while they are frozen, and the same bytes are sent afterwards', async () => {
    const { journal } = store;
    const stopping: typeof journal = {
      ...journal,
      async advance(lease, to, ...rest) {
        await journal.advance(lease, to, ...rest);
        if (to === 'signed' && active.length === 0) active = [everything];
      },
    };
    const pending = newPending();
    const { outcome, entry } = await carry(pending, { journal: stopping });
    expect(outcome).toEqual({ id: pending.id, kind: 'waiting' });
    expect(entry).toMatchObject({ state: 'signed', errorCode: 'FROZEN', attempts: 0 });
    for (let turn = 0; turn < 3; turn++) {
      time += 2_000;
      await carry(pending);
    }
    expect(asked).toEqual(['judge']);
    expect(await story(pending.id)).toEqual(['claimed', 'filled', 'signed', 'postponed']);
    active = [];
    time += 2_000;
    const after = await carry(pending);
    expect(after.entry).toMatchObject({ state: 'completed', signed: entry.signed });
    expect(asked).toEqual(['judge', 'broadcast']);
  });

  it('bytes that the network has are closed although everything is frozen', async () => {
    const { journal } = store;
    const pending = newPending();
    const [claim] = await journal.claim([pending]);
    if (claim?.kind !== 'claimed') throw new Error('not claimed');
    const fact = { sender: '0x00', completed: '{}', signed: '0x01', txId: '0x02' };
    await journal.advance(claim.lease, 'signed', fact);
    await journal.advance(claim.lease, 'broadcast', {});
    active = [everything];
    expect((await carry(pending)).entry.state).toBe('completed');
  });

  it('nothing is signed when the freezes cannot be read', async () => {
    const blind = { now: () => Promise.reject(new Error('the store is away')) };
    const { entry } = await carry(newPending(), { freezes: blind });
    expect(entry.signed).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
