import { describe, expect, it } from 'vitest';
import {
  CustosTransactionError,
  CustosWaitTimeout,
  createClient,
  type TransactionRequest,
} from '../../src/client/index.js';
import { freshApi } from '../api/support.js';
import { freshSaying, refusal, shownTransaction } from './support.js';

const caught = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => error,
  );
const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const token = `custos_0123456789abcdef_${'5e'.repeat(32)}_abcdef01`;

describe('a handle over the real API', () => {
  const test = freshApi();
  const submitted = async (idempotencyKey: string) => {
    const custos = createClient({ url: test.api.url, token: await test.token() });
    const { signatureId: wallet } = await test.wallet();
    // The node does not answer, so that it stays where it is.
    const body: TransactionRequest = {
      kind: 'raw',
      chain: 'ETH',
      keys: [{ wallet }],
      unsigned: `{"to":"${to}","value":"1"}`,
    };
    return { custos, body, handle: await custos.submit(body, { idempotencyKey }) };
  };

  it('is the same transaction for the same key, and refuses another request under that key', async () => {
    const { custos, body, handle } = await submitted('withdrawal-7');
    const again = await custos.submit(body, { idempotencyKey: 'withdrawal-7' });
    expect([again.id, again.latest]).toEqual([handle.id, handle.latest]);
    const other = await caught(custos.submit({ ...body, reference: 'other' }, { idempotencyKey: 'withdrawal-7' }));
    expect(other).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', status: 422, retryable: false });
    const found = await custos.transaction(handle.id);
    expect([found.latest, found.idempotencyKey]).toEqual([handle.latest, undefined]);
  });

  it('that waited long enough says that the transaction may still happen, and can wait again', async () => {
    const { handle } = await submitted('a');
    const error = await caught(handle.wait({ timeout: 1200 }));
    expect(error).toBeInstanceOf(CustosWaitTimeout);
    expect(error).toMatchObject({ code: 'WAIT_TIMEOUT', transaction: { id: handle.id, state: 'claimed' } });
    expect(Object(error).message).toContain('it goes on and may still happen');
    expect(await caught(handle.wait({ timeout: 0 }))).toBeInstanceOf(CustosWaitTimeout);
  });

  it('of a transaction that ended without being sent throws its end', async () => {
    const { custos, handle } = await submitted('a');
    const waiting = caught(handle.wait());
    await custos.call('cancelTransaction', { params: { id: handle.id } });
    const error = await waiting;
    expect(error).toBeInstanceOf(CustosTransactionError);
    expect(error).toMatchObject({ transaction: { state: 'cancelled' } });
    expect(handle.latest.state).toBe('cancelled');
  });

  it('ends with the reason of the application', async () => {
    const { handle } = await submitted('a');
    const controller = new AbortController();
    const waiting = caught(handle.wait({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(Object(await waiting).message).toBe('enough');
  });

  it('of an unknown transaction, or of another network, is there for no one', async () => {
    const { custos } = await submitted('a');
    const absent = await caught(custos.transaction('0'.repeat(24)));
    expect(absent).toMatchObject({ code: 'PENDING_UNKNOWN', status: 404 });
  });

  it('a list has every element once, in pages of any size', async () => {
    const custos = createClient({ url: test.api.url, token: await test.token() });
    const made = new Set<string>();
    for (let count = 0; count < 5; count++) made.add((await test.wallet()).signatureId);
    for (const limit of [1, 2, 5, 200]) {
      const found: string[] = [];
      for await (const wallet of custos.list('listWallets', { query: { limit } })) found.push(wallet.id);
      expect([found.length, new Set(found)]).toEqual([5, made]);
    }
  });
});

describe('a handle', () => {
  const server = freshSaying();

  it('of a transaction that is in the chain without effect throws that', async () => {
    const custos = createClient({ url: server().url, token, retries: 0 });
    const error = { code: 'TRANSACTION_REVERTED', detail: 'it had no effect' };
    const body = shownTransaction({ state: 'completed', txId: '0x1', error });
    server().answers = [{ status: 200, body }];
    const handle = await custos.transaction('6748710000000000000000aa');
    const thrown = await caught(handle.wait());
    expect(thrown).toBeInstanceOf(CustosTransactionError);
    expect(thrown).toMatchObject({ code: 'TRANSACTION_REVERTED', transaction: { txId: '0x1' } });
  });

  it('goes on waiting while the server is away, and until the depth that is wanted', async () => {
    const custos = createClient({ url: server().url, token, retries: 0 });
    const shown = (state: string) => ({ status: 200, body: shownTransaction({ state, txId: '0x1' }) });
    server().answers = [
      shown('claimed'),
      undefined,
      refusal(503, 'STORE_BUSY', { retryable: true }),
      shown('broadcast'),
    ];
    const handle = await custos.transaction('6748710000000000000000aa');
    expect((await handle.wait()).state).toBe('broadcast');
    expect(server().arrived).toHaveLength(4);
    server().answers = [
      shown('broadcast'),
      shown('broadcast'),
      shown('broadcast'),
      shown('broadcast'),
      shown('completed'),
    ];
    expect((await handle.wait({ until: 'completed' })).state).toBe('completed');
    expect(server().arrived.every(({ method }) => method === 'GET')).toBe(true);
    expect(server().arrived.map(({ headers }) => headers['prefer'])).toContain('wait=20');
  });

  it('waits no longer than it was told to, whatever the server does', async () => {
    const custos = createClient({ url: server().url, token });
    server().answers = [{ status: 200, body: shownTransaction() }, 'never'];
    const handle = await custos.transaction('6748710000000000000000aa');
    const begun = performance.now();
    expect(await caught(handle.wait({ timeout: 300 }))).toBeInstanceOf(CustosWaitTimeout);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(await caught(handle.wait({ timeout: Number.NaN }))).toMatchObject({ code: 'CLIENT_OPTIONS' });
  });

  it('goes on waiting while a proxy says that the server is away', async () => {
    const custos = createClient({ url: server().url, token, retries: 0 });
    const shown = (state: string) => ({ status: 200, body: shownTransaction({ state, txId: '0x1' }) });
    server().answers = [
      shown('claimed'),
      { status: 502, body: '<html>' },
      { status: 504, body: '' },
      shown('broadcast'),
    ];
    const handle = await custos.transaction('6748710000000000000000aa');
    expect((await handle.wait()).state).toBe('broadcast');
  });

  it('takes no answer about another transaction for its own', async () => {
    const custos = createClient({ url: server().url, token, retries: 0 });
    const other = shownTransaction({ id: '6748710000000000000000bb', state: 'completed', txId: '0x2' });
    server().answers = [
      { status: 200, body: shownTransaction() },
      { status: 200, body: other },
      { status: 200, body: shownTransaction({ state: 'broadcast', txId: '0x1' }) },
    ];
    const handle = await custos.transaction('6748710000000000000000aa');
    expect(await caught(handle.refresh())).toMatchObject({ code: 'UNREADABLE' });
    expect((await handle.wait()).txId).toBe('0x1');
  });

  it('whose token no longer counts stops waiting', async () => {
    const custos = createClient({ url: server().url, token });
    server().answers = [{ status: 200, body: shownTransaction() }, refusal(401, 'TOKEN_INVALID')];
    const handle = await custos.transaction('6748710000000000000000aa');
    expect(await caught(handle.wait())).toMatchObject({ code: 'TOKEN_INVALID' });
  });
});
