import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hazardKinds } from '../../src/core/chain/hazards.js';
import { CustosError, type ErrorCode } from '../../src/core/errors.js';
import { silentLog } from '../../src/core/log.js';
import { type Meter, noMeter } from '../../src/core/meter.js';
import type { Nodes } from '../../src/core/network/cloud.js';
import { digestOf } from '../../src/core/signing/digest.js';
import type { Judge, Question, Verdict } from '../../src/core/signing/judge.js';
import type { SigningRules } from '../../src/core/signing/signing-rules.js';
import type { MadeWallet } from '../../src/core/signing/vault.js';
import type { JournalEntry, JournalFact } from '../../src/core/store/journal.js';
import type { Store } from '../../src/core/store/store.js';
import { LeaseKeeper } from '../../src/lifecycle/lease-keeper.js';
import type { LifecycleParts, Outcome } from '../../src/lifecycle/parts.js';
import { createWay } from '../../src/lifecycle/way.js';
import { createInProcessSigner } from '../../src/signing/in-process-signer.js';
import { createStore } from '../../src/storage/open-store.js';
import { replayingNode } from '../chains/replay.js';
import { anySlot, eth, freshLocation } from '../storage/support.js';
import { noFreezes } from '../support/freezes.js';
import { testClock } from '../support/http.js';
import { destination, type SigningParts, signingParts, signRequest } from '../support/signing-parts.js';
import { sourceOf } from './carrying.js';

const rules: SigningRules = new Map([[eth, { feeCeilings: new Map(), allowedHazards: new Set(hazardKinds) }]]);
const location = freshLocation();
let made: SigningParts;
let wallet: MadeWallet;
let store: Store;
beforeEach(async () => {
  made = await signingParts();
  wallet = await made.wallet('key');
  store = await createStore(location(), { storeId: made.storeId, slots: [anySlot()] });
  await store.wallets.add([wallet.sealed]);
});
afterEach(() => store.close());

function partsWith(judges: readonly Judge[], meter: Partial<Meter> = {}): LifecycleParts {
  const { chains, vault } = made;
  const node = replayingNode([]);
  const nodes: Nodes = { client: () => node, isOwn: () => false, broadcast: async (_chain, { txId }) => ({ txId }) };
  const unlockVault = async () => ({ vault, viewKey: new Uint8Array(32) });
  const { journal, wallets } = store;
  return {
    ...{ chains, wallets, journal, publicVault: vault, nodes, rules, judges, clock: testClock(), log: silentLog },
    ...{ signer: createInProcessSigner({ unlockVault, chains, rules }), meter: { ...noMeter, ...meter } },
    freezes: noFreezes,
    ...{ leases: new LeaseKeeper(journal, silentLog), maxAttempts: 10, confirmations: () => 1 },
  };
}

/** One transfer through the whole way, to a source that takes everything. @param before - what an earlier try has left */
async function judged(
  parts: LifecycleParts,
  before?: JournalFact,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ outcome: Outcome; entry: JournalEntry }> {
  const pending = signRequest(wallet, {}, more).pending as JournalEntry['pending'];
  if (before !== undefined) {
    const [claim] = await store.journal.claim([pending]);
    if (claim?.kind !== 'claimed') throw new Error('not claimed');
    await store.journal.advance(claim.lease, 'held', before);
  }
  const [taken] = await createWay(parts).take(sourceOf(), [pending]);
  if (taken?.kind !== 'begun') throw new Error('not begun');
  return { outcome: (await taken.outcome)!, entry: (await store.journal.get(pending.id))! };
}

const saying = (verdict: Verdict, name = 'treasury'): Judge => ({ name, decide: async () => verdict });

describe('the state of a wallet', () => {
  const parts = () => partsWith([saying({ kind: 'allow' })]);
  const replaced = async (control: Parameters<SigningParts['vault']['withControl']>[1]) => {
    await store.wallets.remove(wallet.wallet.signatureId);
    await store.wallets.add([made.vault.withControl(wallet.sealed, control)]);
  };

  it('a transaction of a suspended wallet is held, asks no judge, and goes on when the wallet is active again', async () => {
    await replaced({ tags: [], state: 'suspended', since: 5, reason: 'audit' });
    const counted: string[] = [];
    const asked = partsWith([saying({ kind: 'allow' })], { judged: (name) => void counted.push(name) });
    const { outcome, entry } = await judged(asked);
    const text = `wallet ${wallet.wallet.signatureId} is suspended since 1970-01-01T00:00:00.005Z: audit`;
    expect(outcome).toMatchObject({ kind: 'held', report: `WALLET_SUSPENDED: ${text}` });
    expect(entry).toMatchObject({ state: 'held', errorCode: 'WALLET_SUSPENDED', errorText: text });
    expect(counted).toEqual([]);
    await replaced({ tags: [], state: 'active', since: 6 });
    const [taken] = await createWay(parts()).take(sourceOf(), [entry.pending]);
    expect(taken?.kind === 'begun' && (await taken.outcome)).toMatchObject({ kind: 'completed' });
  });

  it.each([
    ['deactivated', 'WALLET_DEACTIVATED'],
    ['compromised', 'WALLET_COMPROMISED'],
    ['destroyed', 'WALLET_DESTROYED'],
  ] as const)('a transaction of a wallet that is %s is denied, and nothing is signed', async (state, errorCode) => {
    await replaced({ tags: [], state, since: 5 });
    const { outcome, entry } = await judged(parts());
    expect(outcome).toMatchObject({ kind: 'denied' });
    expect(entry).toMatchObject({ state: 'denied', errorCode });
    expect(entry.signed).toBeUndefined();
  });
});

describe('a request that names its highest fee', () => {
  it('a fee above what the request allows is refused before a judge is asked, and nothing is signed', async () => {
    const counted: string[] = [];
    const parts = partsWith([saying({ kind: 'allow' })], { judged: (name) => void counted.push(name) });
    const { outcome, entry } = await judged(parts, undefined, { feeLimit: { asset: 'ETH', most: '20999999999999' } });
    const text = 'the fee may reach 0.000021 ETH, more than maxFee, 0.000020999999999999 ETH';
    expect(outcome).toMatchObject({ kind: 'failed', report: `FEE_INVALID: ${text}` });
    expect(entry).toMatchObject({ state: 'failed', errorCode: 'FEE_INVALID', errorText: text });
    expect([entry.signed, counted]).toEqual([undefined, []]);
  });

  it('a fee that the request allows is signed', async () => {
    const feeLimit = { asset: 'ETH', most: '21000000000000' };
    const { outcome } = await judged(partsWith([]), undefined, { feeLimit });
    expect(outcome).toMatchObject({ kind: 'completed' });
  });
});

describe('a judge', () => {
  it('a judge gets wallet, sender, completed form and its effect, and its yes is signed', async () => {
    const questions: Question[] = [];
    const curious: Judge = {
      name: 'curious',
      async decide(question) {
        questions.push(question);
        return { kind: 'allow' };
      },
    };
    const { entry } = await judged(partsWith([curious]));
    expect(entry.state).toBe('completed');
    expect(questions).toEqual([
      {
        pending: entry.pending,
        chain: 'ETH',
        network: 'testnet',
        wallets: [wallet.wallet],
        signers: [{ address: entry.sender }],
        signedBy: [entry.sender],
        sender: entry.sender,
        completed: entry.completed,
        digest: digestOf(entry.completed!),
        summary: expect.objectContaining({ to: destination, value: { asset: 'ETH', amount: 1n } }),
        effects: [
          { op: 'transfer', from: entry.sender, to: destination, asset: 'ETH', amount: 1n },
          expect.objectContaining({ op: 'fee', from: entry.sender, asset: 'ETH' }),
        ],
        attempt: '0',
      },
    ]);
    expect(wallet.wallet.address).toBe(questions[0]?.sender);
  });

  it('a judge that says no ends the transaction, with its name and rule, and the next judge is not asked', async () => {
    const never: Judge = { name: 'never', decide: () => Promise.reject(new Error('asked all the same')) };
    const deny = saying({ kind: 'deny', rule: 'cap', reason: 'too much' });
    const { outcome, entry } = await judged(partsWith([saying({ kind: 'allow' }, 'first'), deny, never]));
    expect(outcome).toMatchObject({ kind: 'denied', report: 'JUDGE_DENIED: treasury, cap: too much' });
    expect(entry).toMatchObject({ state: 'denied', errorCode: 'JUDGE_DENIED', errorText: 'treasury, cap: too much' });
    expect(entry.signed).toBeUndefined();
  });

  it('a judge that throws means no: nothing is signed, and the throw is counted', async () => {
    const counted: string[] = [];
    const meter = { judged: (name: string, verdict: string) => void counted.push(`${name} ${verdict}`) };
    const throwing = (error: Error): Judge => ({ name: 'broken', decide: () => Promise.reject(error) });
    const defect = await judged(partsWith([throwing(new TypeError('x is undefined'))], meter));
    expect(defect.entry).toMatchObject({ state: 'failed', errorCode: 'INTERNAL' });
    const no = await judged(partsWith([throwing(new CustosError('JUDGE_DENIED', 'no'))], meter));
    expect(no.entry).toMatchObject({ state: 'denied', errorCode: 'JUDGE_DENIED' });
    const away = await judged(partsWith([throwing(new CustosError('JUDGE_UNREACHABLE', 'away'))], meter));
    expect(away.entry).toMatchObject({ state: 'claimed', errorCode: 'JUDGE_UNREACHABLE' });
    for (const { entry } of [defect, no, away]) expect(entry.signed).toBeUndefined();
    expect(counted).toEqual(['broken error', 'broken error', 'broken error']);
  });
});

describe('a transaction that an earlier version held', () => {
  const held = saying({ kind: 'hold', rule: 'four-eye', reason: 'no answer', because: 'silent' }, 'four-eye');
  const former = 'FOUR_EYE_UNREACHABLE' as ErrorCode;
  const left = (message: string): JournalFact => {
    const told = { errorCode: former, errorText: message, reported: `${former}: ${message}` };
    return { ...told, nextAttemptAt: 1 };
  };

  it('a transaction held by an earlier version is not reported again only because its code has a new name', async () => {
    const { outcome, entry } = await judged(partsWith([held]), left('four-eye: no answer'));
    expect(outcome).toEqual({ id: entry.id, kind: 'held' });
    expect(entry).toMatchObject({ state: 'held', errorCode: 'JUDGE_UNREACHABLE' });
  });

  it('a held transaction is reported when the judge says something else', async () => {
    const { outcome } = await judged(partsWith([held]), left('four-eye: status 503'));
    expect(outcome).toMatchObject({ kind: 'held', report: 'JUDGE_UNREACHABLE: four-eye: no answer' });
  });
});

describe('what a judge charges', () => {
  const charge = { budget: 'day testnet ETH', since: 0, amount: 6n, max: 10n };
  const used = () => store.journal.budgetsUsed([charge, { budget: 'few', since: 0 }], { id: '', attempt: '0' });

  async function storyOf(id: string): Promise<readonly string[]> {
    return (await store.journal.events(id)).map(({ event }) => event);
  }

  it('what all judges charge is reserved before it is signed', async () => {
    const few = { budget: 'few', since: 0, amount: 1n, max: 1n };
    const judges = [saying({ kind: 'allow', charges: [charge] }), saying({ kind: 'allow', charges: [few] }, 'second')];
    const { entry } = await judged(partsWith(judges));
    expect(entry.state).toBe('completed');
    expect(await used()).toEqual([6n, 1n]);
    const story = await storyOf(entry.id);
    expect(story.indexOf('reserved')).toBe(story.indexOf('signed') - 1);
  });

  it('a transaction without charges leaves no trace of budgets', async () => {
    const { entry } = await judged(
      partsWith([saying({ kind: 'allow' }), saying({ kind: 'allow', charges: [] }, 'second')]),
    );
    expect(entry.state).toBe('completed');
    expect(await storyOf(entry.id)).toEqual(['claimed', 'filled', 'signed', 'broadcast', 'completed']);
  });

  it('a transaction is held when others took what its judge saw, and is judged again', async () => {
    const judges = [saying({ kind: 'allow', charges: [charge] })];
    const first = await judged(partsWith(judges));
    const second = await judged(partsWith(judges));
    expect(first.entry.state).toBe('completed');
    const text = `transaction ${second.entry.id} takes 6 of the budget "day testnet ETH", and 6 of 10 are taken`;
    expect(second.outcome).toMatchObject({ kind: 'held', report: `BUDGET_EXCEEDED: ${text}` });
    expect(second.entry).toMatchObject({ state: 'held', errorCode: 'BUDGET_EXCEEDED', errorText: text, attempts: 1 });
    expect(second.entry.nextAttemptAt).toBeGreaterThan(0);
    expect(second.entry.signed).toBeUndefined();
    expect(await used()).toEqual([6n, 0n]);
  });

  it('a judge is asked what was charged only where the reservation of its first yes does not fit', async () => {
    const looks: (string | undefined)[] = [];
    const deny: Verdict = { kind: 'deny', rule: 'day', reason: 'the day is used up' };
    const counting: Judge = {
      name: 'counting',
      async decide(_question, look) {
        looks.push(look);
        return look === 'used' ? deny : { kind: 'allow', charges: [charge] };
      },
    };
    expect((await judged(partsWith([counting]))).entry.state).toBe('completed');
    expect(looks).toEqual(['unused']);
    const second = await judged(partsWith([counting]));
    expect(looks).toEqual(['unused', 'unused', 'used']);
    expect(second.entry).toMatchObject({ state: 'denied', errorText: 'counting, day: the day is used up' });
    expect(await used()).toEqual([6n, 0n]);
  });

  it('a transaction that cannot be signed now keeps its reservation until it ends', async () => {
    const away = async () => Promise.reject(new CustosError('SIGNER_UNREACHABLE', 'away'));
    const parts = partsWith([saying({ kind: 'allow', charges: [charge] })]);
    const { entry } = await judged({ ...parts, signer: { ...parts.signer, sign: away } });
    expect(entry.state).toBe('claimed');
    expect(await used()).toEqual([6n, 0n]);
    await store.journal.cancel(entry.id);
    expect(await used()).toEqual([0n, 0n]);
  });
});
