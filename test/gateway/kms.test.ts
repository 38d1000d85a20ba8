import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, startRunning } from './running.js';

const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const txId = `0x${'ab'.repeat(32)}`;
const unknownId = '5e6645712b55823de7ea82f1';
let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function submit(signatureId: string, slug = 'ethereum', currency = 'ETH'): Promise<string> {
  const { body } = await running.post(`/v3/${slug}/transaction`, { to, amount: '1', currency, signatureId });
  return body.signatureId;
}

const ids = (answer: { body: { id: string }[] }) => answer.body.map(({ id }) => id);

test('a daemon gets what its wallets have to sign, in order of submission, by POST and by GET', async () => {
  const [mine, alsoMine, foreign] = [randomUUID(), randomUUID(), randomUUID()];
  const first = await submit(mine);
  const second = await submit(alsoMine);
  const third = await submit(mine);
  const other = await submit(foreign);
  const wallets = [alsoMine, mine, randomUUID()];
  expect(ids(await running.post('/v3/kms/pending/ETH', { signatureIds: wallets }))).toEqual([first, second, third]);
  expect(ids(await running.get(`/v3/kms/pending/ETH?signatures=${wallets}`))).toEqual([first, second, third]);
  expect(ids(await running.post('/v3/kms/pending/ETH', ''))).toEqual(expect.arrayContaining([first, other]));
  expect(ids(await running.get('/v3/kms/pending/ETH'))).toEqual(expect.arrayContaining([first, other]));
});

test('a signature ID in capitals names the same wallet', async () => {
  const wallet = randomUUID();
  const id = await submit(wallet.toUpperCase());
  expect(ids(await running.post('/v3/kms/pending/ETH', { signatureIds: [wallet.toUpperCase()] }))).toEqual([id]);
});

test('an empty list of wallets, unknown wallets and chains that are not served have nothing to sign', async () => {
  await submit(randomUUID());
  for (const [path, body] of [
    ['/v3/kms/pending/ETH', { signatureIds: [] }],
    ['/v3/kms/pending/ETH', { signatureIds: [randomUUID()] }],
    ['/v3/kms/pending/BTC', {}],
    ['/v3/kms/pending/ALGO', { signatureIds: [randomUUID()] }],
  ] as const) {
    expect(await running.post(path, body)).toEqual({ status: 200, body: [] });
  }
});

test('a wallet sees only the chain that is asked for', async () => {
  const wallet = randomUUID();
  await submit(wallet);
  const bsc = await submit(wallet, 'bsc', 'BSC');
  expect(ids(await running.post('/v3/kms/pending/BSC', { signatureIds: [wallet] }))).toEqual([bsc]);
});

test('25,000 wallets fit one request', async () => {
  const wallets = Array.from({ length: 25_000 }, () => randomUUID());
  const id = await submit(wallets[24_999] ?? '');
  expect(ids(await running.post('/v3/kms/pending/ETH', { signatureIds: wallets }))).toEqual([id]);
});

test('completing is final, may be repeated, and conflicts with other bytes', async () => {
  const wallet = randomUUID();
  const id = await submit(wallet);
  expect(await running.call('PUT', `/v3/kms/${id}/${txId}`)).toEqual({ status: 204, body: undefined });
  expect((await running.call('PUT', `/v3/kms/${id}/${txId}`)).status).toBe(204);
  expect((await running.call('PUT', `/v3/kms/${id}/${txId.replace('ab', 'cd')}`)).status).toBe(409);
  expect((await running.call('DELETE', `/v3/kms/${id}`)).status).toBe(409);
  expect(await running.post('/v3/kms/pending/ETH', { signatureIds: [wallet] })).toEqual({ status: 200, body: [] });
  expect((await running.get(`/v3/kms/${id}`)).body).toMatchObject({ id, txId });
});

test('a withdrawn transaction is gone', async () => {
  const wallet = randomUUID();
  const id = await submit(wallet);
  expect((await running.call('DELETE', `/v3/kms/${id}?revert=true`)).status).toBe(204);
  const missing = { status: 403, body: { errorCode: 'kms.missing', statusCode: 403, state: 'withdrawn' } };
  expect(await running.get(`/v3/kms/${id}`)).toMatchObject(missing);
  expect(await running.call('DELETE', `/v3/kms/${id}`)).toMatchObject(missing);
  expect(await running.call('PUT', `/v3/kms/${id}/${txId}`)).toMatchObject(missing);
  expect(await running.post('/v3/kms/pending/ETH', { signatureIds: [wallet] })).toEqual({ status: 200, body: [] });
});

test('an unknown id gets the documented error', async () => {
  const body = {
    errorCode: 'kms.missing',
    message: `No such KMS signature with id '${unknownId}'.`,
    statusCode: 403,
  };
  expect(await running.get(`/v3/kms/${unknownId}`)).toEqual({ status: 403, body });
  expect((await running.call('PUT', `/v3/kms/${unknownId}/${txId}`)).body).toEqual(body);
  expect((await running.call('DELETE', `/v3/kms/${unknownId}`)).body).toEqual(body);
});

test.each([`/v3/kms/short`, `/v3/kms/${'g'.repeat(24)}`, '/v3/kms/pending/%20', '/v3/kms/pending/ETH?signatures=x'])(
  '%s is refused',
  async (path) => {
    expect(await running.get(path)).toMatchObject({ status: 400, body: { errorCode: 'validation.failed' } });
  },
);

test('a daemon reports its errors, each distinct one once', async () => {
  const id = await submit(randomUUID());
  const report = (error: string) =>
    running.post('/v3/tatum/kms/batch', {
      errors: [
        { signatureId: id, error },
        { signatureId: unknownId, error },
      ],
    });
  expect(await report('no key')).toEqual({ status: 204, body: undefined });
  await report('no key');
  await report('no gas');
  const { body } = await running.get(`/v3/kms/${id}`);
  expect(body.errors.map(({ error }: { error: string }) => error)).toEqual(['no key', 'no gas']);
});
