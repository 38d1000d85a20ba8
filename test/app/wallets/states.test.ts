import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApproverKey } from '../../../src/app/approvals/key-file.js';
import {
  readStateRequest,
  readStateSignature,
  requestText,
  signState,
  stateLines,
  stateSignature,
} from '../../../src/app/wallets/state-request.js';
import { changeState, requestOf, type StateChange, type StateParts } from '../../../src/app/wallets/states.js';
import type { PersonSignature } from '../../../src/core/policy/constitution.js';
import type { SealedWallet, WalletState } from '../../../src/core/signing/wallet.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { constitution, keyOf, store as storeId } from '../../policy/approvals/people.js';
import { anySlot, eth, freshLocation } from '../../storage/support.js';
import { newVault } from '../../vault/support.js';

const DAY = 24 * 60 * 60 * 1000;
const location = freshLocation();
const { vault } = newVault(new Uint8Array(randomBytes(32)), storeId);
let store: Store;
let id: SealedWallet['signatureId'];

beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
  const { sealed } = await vault.create(eth, 'mainnet', { kind: 'key', tags: ['hot'], owner: 'desk' });
  id = sealed.signatureId;
  await store.wallets.add([sealed]);
});
afterEach(() => store.close());

const sealed = async (): Promise<SealedWallet> => {
  const [found] = await store.wallets.get([id]);
  if (found === undefined) throw new Error('the wallet is gone');
  return found;
};
const control = async () => vault.control(await sealed());
const keyed = (name: string): ApproverKey => {
  const { text, signed } = keyOf(name);
  return { text, sign: signed, wipe: () => undefined };
};
const partsAt = (now: number, given: Partial<StateParts> = {}): StateParts => ({
  ...{ wallets: store.wallets, journal: store.journal, vault, storeId, constitution, now },
  ...given,
});

/** What these persons sign for the wallet as it is now. */
async function signed(state: WalletState, names: readonly string[], reason = 'because'): Promise<PersonSignature[]> {
  const request = requestOf({ vault, storeId }, await sealed(), { state, reason });
  return names.map((name) => stateSignature(request, keyed(name)));
}

async function become(state: WalletState, names: readonly string[], now = 1000): Promise<string> {
  const change: StateChange = { id, state, reason: 'because', signatures: await signed(state, names) };
  return codeOf(changeState(partsAt(now), change));
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? 'none',
  );

describe('the state of a wallet under a constitution', () => {
  it.each(['ada', 'bea', 'oli'])('one person suspends it and marks it as compromised: %s', async (name) => {
    expect(await become('suspended', [name])).toBe('done');
    const expected = { tags: ['hot'], owner: 'desk', state: 'suspended', since: 1000, reason: 'because', by: [name] };
    expect(await control()).toEqual({ ...expected, revision: 2 });
    expect(await become('compromised', [name], 2000)).toBe('done');
    expect(await control()).toEqual({ ...expected, state: 'compromised', since: 2000, revision: 3 });
  });

  it('the password alone changes nothing, and a stranger counts for nothing', async () => {
    expect(await become('suspended', [])).toBe('CONSTITUTION_QUORUM');
    expect(await become('suspended', ['mallory'])).toBe('CONSTITUTION_SIGNATURE');
    expect(await control()).toMatchObject({ state: 'active', revision: 1 });
  });

  it.each(['active', 'deactivated'] as const)('two persons of the threshold unfreeze make it %s', async (state) => {
    await become('suspended', ['oli']);
    expect(await become(state, ['bea'])).toBe('CONSTITUTION_QUORUM');
    expect(await become(state, ['bea', 'bea 2'])).toBe('CONSTITUTION_QUORUM');
    expect(await become(state, ['ada', 'bea'])).toBe('CONSTITUTION_SIGNATURE');
    expect(await become(state, ['bea', 'bob'])).toBe('done');
    expect(await control()).toMatchObject({ state, by: ['bea', 'bob'] });
  });

  it('a signature counts once: not again later, not for another state or reason, and not after another change', async () => {
    const suspend = {
      id,
      state: 'suspended',
      reason: 'because',
      signatures: await signed('suspended', ['oli']),
    } as const;
    const other = { ...suspend, reason: 'another' };
    expect(await codeOf(changeState(partsAt(1), other))).toBe('CONSTITUTION_SIGNATURE');
    const compromised = { ...suspend, state: 'compromised' } as const;
    expect(await codeOf(changeState(partsAt(1), compromised))).toBe('CONSTITUTION_SIGNATURE');
    expect(await codeOf(changeState(partsAt(1), suspend))).toBe('done');
    await become('active', ['bea', 'bob']);
    expect(await codeOf(changeState(partsAt(1), suspend))).toBe('CONSTITUTION_SIGNATURE');
    expect(await control()).toMatchObject({ state: 'active', revision: 3 });
  });

  it('it gets no state that it has, or to which no way leads', async () => {
    expect(await codeOf(signed('active', ['bea', 'bob']))).toBe('WALLET_STATE');
    await become('compromised', ['oli']);
    expect(await codeOf(signed('suspended', ['oli']))).toBe('WALLET_STATE');
    expect(await codeOf(signed('compromised', ['oli']))).toBe('WALLET_STATE');
  });

  it('it is destroyed a day after its quorum decided it, and not a millisecond before', async () => {
    const address = vault.wallet(await sealed()).address;
    expect(await become('destroyed', ['bea', 'bob'])).toBe('CONSTITUTION_SIGNATURE');
    expect(await become('destroyed', ['ada'])).toBe('CONSTITUTION_QUORUM');
    expect(await become('destroyed', ['ada', 'alan'], 1000)).toBe('done');
    expect(await control()).toMatchObject({ state: 'active', destroyFrom: 1000 + DAY, by: ['ada', 'alan'] });
    expect(vault.export(await sealed())).toHaveProperty('privateKey');
    expect(await become('destroyed', [], 1000 + DAY - 1)).toBe('WALLET_STATE');
    expect(await become('destroyed', [], 1000 + DAY)).toBe('done');
    const expected = { tags: ['hot'], owner: 'desk', state: 'destroyed', since: 1000 + DAY, reason: 'because' };
    expect(await control()).toEqual({ ...expected, by: ['ada', 'alan'], revision: 3 });
    expect((await sealed()).secretBox).toHaveLength(0);
    expect(vault.wallet(await sealed()).address).toBe(address);
    expect(await codeOf(signed('active', ['bea', 'bob']))).toBe('WALLET_STATE');
  });

  it('any other change of its state ends the plan to destroy it', async () => {
    await become('destroyed', ['ada', 'alan']);
    await become('suspended', ['oli']);
    expect(await control()).not.toHaveProperty('destroyFrom');
    expect(await become('destroyed', [], 1000 + DAY)).toBe('CONSTITUTION_QUORUM');
    expect(await control()).toMatchObject({ state: 'suspended' });
  });
});

describe('the state of a wallet without a constitution', () => {
  it('the password changes it, and destroys at once', async () => {
    const parts = partsAt(5, { constitution: undefined });
    for (const state of ['suspended', 'active', 'compromised', 'destroyed'] as const) {
      await changeState(parts, { id, state, reason: 'because', signatures: [] });
      expect(await control()).toMatchObject({ state, since: 5, reason: 'because' });
    }
    expect(await control()).not.toHaveProperty('by');
    expect((await sealed()).secretBox).toHaveLength(0);
    const codes = (await store.audit.find({ event: 'wallet.state', limit: 10 })).map(({ opening }) => opening?.detail);
    expect(codes.map((text) => JSON.parse(text ?? '{}').state)).toEqual([
      'destroyed',
      'compromised',
      'active',
      'suspended',
    ]);
  });
});

describe('a request about a state', () => {
  it('is signed on another machine, and its answer fits no other request', async () => {
    const request = requestOf({ vault, storeId }, await sealed(), { state: 'suspended', reason: 'gestohlen: ä' });
    const read = readStateRequest(requestText(request));
    expect(read).toEqual(request);
    expect(stateLines(read)).toEqual([
      'custos-wallet-state/1',
      `store: ${storeId}`,
      'act: stop',
      `wallet: ${id}`,
      'chain: ETH',
      'network: mainnet',
      'state: suspended',
      'reason: gestohlen: \\u00e4',
      'revision: 2',
    ]);
    const answer = signState(read, keyed('oli'));
    expect(readStateSignature(answer, request)).toEqual(stateSignature(request, keyed('oli')));
    const bare = JSON.stringify({ custosSignature: 1, hash: 'sha256:00', key: 'k', signature: 's' });
    for (const [text, about, why] of [
      [answer, { ...request, revision: 3 }, 'the wallet was changed after it was signed'],
      [answer, { ...request, state: 'destroyed' as const }, 'it is for the state "suspended", and this is "destroyed"'],
      [answer, { ...request, wallet: 'w' }, `it is for the wallet "${id}", and this is "w"`],
      [answer, { ...request, reason: 'r' }, 'it is for the reason'],
      // One that says nothing of itself.
      [bare, request, 'it is for another wallet, state or reason'],
      ['{}', request, 'it has another form'],
      ['[', request, 'it is not JSON'],
    ] as const) {
      expect(() => readStateSignature(text, about)).toThrow(
        expect.objectContaining({ code: 'CONSTITUTION_SIGNATURE', message: expect.stringContaining(why) }),
      );
    }
  });

  it('is refused in any other form', () => {
    for (const text of ['', '[]', '{"custosWalletState":1}', requestText({} as never)]) {
      expect(() => readStateRequest(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    }
  });
});
