import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recoverMessageAddress } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Carrier,
  type CarrierOptions,
  createStore,
  type Judge,
  type MessageRequest,
  type Question,
  Secret,
  type Wallet,
  type WalletStore,
} from '../../../src/index.js';

const directory = mkdtempSync(join(tmpdir(), 'custos-messages-'));
const options = { location: join(directory, 'store.db'), password: Secret.text('password of a program') };
const questions: Question[] = [];
const allow: Judge = {
  name: 'yes',
  async decide(question) {
    questions.push(question);
    return { kind: 'allow' };
  },
};
let store: WalletStore;
let wallet: Wallet;
let number = 0;

beforeAll(async () => {
  ({ store } = await createStore(options));
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  number += 1;
  questions.length = 0;
  wallet = await store.createWallet({ chain: 'ETH', network: 'testnet', kind: 'key' });
});

function request(more: Partial<MessageRequest> = {}): MessageRequest {
  const key = { signatureId: wallet.signatureId };
  return { chain: 'ETH', key, text: 'I own this address', idempotencyKey: `key ${number}`, ...more };
}

/** A request for something else than text. */
function without(more: Partial<MessageRequest>): MessageRequest {
  const { text: _, ...rest } = request();
  return { ...rest, ...more };
}

async function withCarrier<T>(work: (carrier: Carrier) => Promise<T>, change: Partial<CarrierOptions> = {}) {
  const carrier = await store.carrier({ network: 'testnet', nodes: {}, judges: [allow], ...change });
  try {
    return await work(carrier);
  } finally {
    await carrier.close();
  }
}

describe('a message that a program has signed', () => {
  it('a message is judged by its effects, signed, and kept with its signature', async () => {
    const { answer, found } = await withCarrier(async (carrier) => {
      const answer = await carrier.signMessage(request({ reference: 'login-17' }));
      return { answer, found: await carrier.find(answer.id) };
    });
    expect(answer).toEqual({ id: answer.id, state: 'completed', replayed: false, signature: answer.signature });
    const signature = answer.signature as `0x${string}`;
    const signer = await recoverMessageAddress({ message: 'I own this address', signature });
    expect(signer.toLowerCase()).toBe(wallet.address);
    expect(questions).toEqual([expect.objectContaining({ pending: expect.objectContaining({ kind: 'message' }) })]);
    expect(questions[0]?.effects.map(({ op }) => op)).toEqual(['message', 'fee']);
    expect(found).toMatchObject({ state: 'completed', signed: JSON.stringify({ signature }) });
  });

  it('the same message under one key is signed once, and under two keys twice with one signature', async () => {
    const answers = await withCarrier(async (carrier) => [
      await carrier.signMessage(request()),
      await carrier.signMessage(request()),
      await carrier.signMessage(request({ idempotencyKey: `other ${number}` })),
    ]);
    const [first, again, other] = answers;
    expect(again).toEqual({ ...first, replayed: true });
    expect(other?.id).not.toBe(first?.id);
    expect(other?.signature).toBe(first?.signature);
    expect(questions).toHaveLength(2);
  });

  it('another message under a known key is refused, and so is the same bytes as another kind', async () => {
    await withCarrier(async (carrier) => {
      const bytes = new Uint8Array(32).fill(65);
      await carrier.signMessage(without({ bytes }));
      const conflict = { code: 'IDEMPOTENCY_CONFLICT' };
      await expect(carrier.signMessage(request({ text: 'other' }))).rejects.toMatchObject(conflict);
      await expect(carrier.signMessage(without({ hash: bytes }))).rejects.toMatchObject(conflict);
    });
  });

  it('a judge that denies a message ends it, and nothing is signed', async () => {
    const no: Judge = { name: 'no', decide: async () => ({ kind: 'deny', rule: 'none', reason: 'no logins' }) };
    const answer = await withCarrier((carrier) => carrier.signMessage(request()), { judges: [no] });
    expect(answer).toMatchObject({ state: 'denied', error: { code: 'JUDGE_DENIED' } });
    expect(answer).not.toHaveProperty('signature');
  });

  it('a message that a judge holds is kept and not signed', async () => {
    const later: Judge = {
      name: 'later',
      decide: async () => ({ kind: 'hold', rule: 'wait', reason: 'not yet', because: 'undecided' }),
    };
    const held = await withCarrier((carrier) => carrier.signMessage(request()), { judges: [later] });
    expect(held).toMatchObject({ state: 'held', error: { code: 'JUDGE_UNDECIDED' } });
    expect(held).not.toHaveProperty('signature');
  });

  it('a hash is signed only where the operator allows it', async () => {
    const hash = new Uint8Array(32).fill(9);
    const refused = await withCarrier((carrier) => carrier.signMessage(without({ hash })));
    expect(refused).toMatchObject({ state: 'failed', error: { code: 'HAZARD_REFUSED' } });
    const given = without({ hash, idempotencyKey: `allowed ${number}` });
    const allowed = await withCarrier((carrier) => carrier.signMessage(given), {
      allowedHazards: ['ETH:blind-signature'],
    });
    expect(allowed.state).toBe('completed');
    expect(allowed.signature).toMatch(/^0x[0-9a-f]{130}$/);
  });

  it('typed data are judged by what they let others take, and an unlimited permit is stopped', async () => {
    const spender = `0x${'22'.repeat(20)}`;
    const token = `0x${'33'.repeat(20)}`;
    const typed = (value: string) =>
      JSON.stringify({
        types: {
          Permit: ['address owner', 'address spender', 'uint256 value', 'uint256 nonce', 'uint256 deadline'].map(
            (field) => ({ type: field.split(' ')[0], name: field.split(' ')[1] }),
          ),
        },
        primaryType: 'Permit',
        domain: { name: 'Token', chainId: 11155111, verifyingContract: token },
        message: { owner: wallet.address, spender, value, nonce: 0, deadline: 1 },
      });
    const signed = await withCarrier((carrier) => carrier.signMessage(without({ typedData: typed('5') })));
    expect(signed.state).toBe('completed');
    expect(questions[0]?.effects).toEqual([
      expect.objectContaining({ op: 'typed-data', contract: token }),
      expect.objectContaining({ op: 'approve', code: 'allowance', from: wallet.address, to: spender, amount: 5n }),
      expect.objectContaining({ op: 'fee' }),
    ]);
    const endless = without({ typedData: typed((2n ** 256n - 1n).toString()), idempotencyKey: `endless ${number}` });
    const stopped = await withCarrier((carrier) => carrier.signMessage(endless));
    expect(stopped).toMatchObject({ state: 'failed', error: { code: 'HAZARD_REFUSED' } });
  });

  it('a request that is no message is refused at once', async () => {
    await withCarrier(async (carrier) => {
      const invalid = { code: 'ARGUMENT_INVALID' };
      await expect(carrier.signMessage(without({}))).rejects.toMatchObject(invalid);
      await expect(carrier.signMessage(request({ hash: new Uint8Array(32) }))).rejects.toMatchObject(invalid);
      const short = without({ hash: new Uint8Array(31) });
      await expect(carrier.signMessage(short)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    });
  });
});
