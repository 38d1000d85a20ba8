import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/index.js';
import type { Ended } from '../support/custos.js';
import { type Kms, keys, startKms, transfer } from '../support/kms.js';

type Ids = Kms['ids'];
type Change = Parameters<typeof transfer>[2];

/** What must never be signed: each comes beside good transactions, all in one answer of the cloud. */
const refusals: readonly {
  readonly what: string;
  readonly code: ErrorCode;
  wallet?(ids: Ids): string;
  readonly change?: Change;
  /** Refused before the journal knows of it. */
  readonly unreadable?: true;
}[] = [
  { what: 'the wallet of mainnet under --testnet', code: 'NETWORK_MISMATCH', wallet: (ids) => ids.mainnet },
  { what: 'chain id 1 under --testnet', code: 'CHAIN_ID_MISMATCH', change: { request: { chainId: 1 } } },
  { what: 'the wallet of another chain', code: 'WALLET_CHAIN_MISMATCH', wallet: (ids) => ids.bsc },
  { what: 'a value of 2^256-1', code: 'AMOUNT_INVALID', change: { request: { value: String(2n ** 256n - 1n) } } },
  { what: 'a foreign sender', code: 'SENDER_MISMATCH', change: { request: { from: keys.other.address } } },
  { what: 'an index for a private key', code: 'INDEX_UNEXPECTED', change: { index: 0 } },
  { what: 'no index for a mnemonic', code: 'INDEX_MISSING', wallet: (ids) => ids.hd },
  { what: 'a wallet that is not there', code: 'WALLET_UNKNOWN', wallet: () => '00000000-0000-4000-8000-000000000000' },
  { what: 'no signature ID', code: 'KEY_MISSING', change: { hashes: [] } },
  { what: 'no hashes', code: 'KEY_MISSING', change: { hashes: undefined } },
  { what: 'hashes that are null', code: 'KEY_MISSING', change: { hashes: null } },
  { what: 'a transaction that is not JSON', code: 'TRANSACTION_INVALID', change: { serializedTransaction: '{"to"' } },
  { what: 'a transaction of bytes', code: 'TRANSACTION_INVALID', change: { serializedTransaction: '0xdeadbeef' } },
  { what: 'trailing text', code: 'TRANSACTION_INVALID', change: { serializedTransaction: '{} {}' } },
  {
    what: 'index 2^31',
    code: 'INDEX_INVALID',
    wallet: (ids) => ids.hd,
    change: { index: 2 ** 31 },
    unreadable: true,
  },
  { what: 'index "1"', code: 'INDEX_INVALID', wallet: (ids) => ids.hd, change: { index: '1' }, unreadable: true },
  { what: 'index -1', code: 'INDEX_INVALID', wallet: (ids) => ids.hd, change: { index: -1 }, unreadable: true },
  { what: 'index 1.5', code: 'INDEX_INVALID', wallet: (ids) => ids.hd, change: { index: 1.5 }, unreadable: true },
  { what: 'another chain than asked', code: 'CHAIN_MISMATCH', change: { chain: 'BTC' }, unreadable: true },
  { what: 'no chain', code: 'CHAIN_UNKNOWN', change: { chain: undefined }, unreadable: true },
  { what: 'no transaction', code: 'PENDING_INVALID', change: { serializedTransaction: undefined }, unreadable: true },
  {
    what: 'a transaction over 1 MiB',
    code: 'TRANSACTION_TOO_LARGE',
    change: { serializedTransaction: JSON.stringify({ data: `0x${'00'.repeat(600_000)}` }) },
    unreadable: true,
  },
  { what: 'hashes that are not a list', code: 'PENDING_INVALID', change: { hashes: 'x' }, unreadable: true },
  { what: 'a hash that is not a UUID', code: 'SIGNATURE_ID_INVALID', change: { hashes: ['x'] }, unreadable: true },
];
/** Elements without a readable id: nobody can be told of them. */
const nameless = [null, 'text', 17, [], {}, { chain: 'ETH' }];

const idOf = (what: string) => what.replace(/[^a-z0-9]+/gi, '-').slice(0, 60);

describe('in one answer of the cloud', () => {
  let kms: Kms;
  let ended: Ended;

  beforeAll(async () => {
    kms = await startKms();
    const { ids, stub } = kms;
    const twice = transfer('twice', ids.other, { request: { nonce: 2 } });
    const bad = refusals.map(({ what, wallet, change }) => transfer(idOf(what), wallet?.(ids) ?? ids.key, change));
    const unnamed = { ...transfer('x', ids.key), id: undefined };
    stub.queue('ETH').push(...nameless, unnamed, twice, ...bad, twice);
    stub.queue('ETH').push(transfer('conflict', ids.key), transfer('conflict', ids.key, { request: { value: '2' } }));
    stub.queue('ETH').push(transfer('good', ids.key, { request: { nonce: 1 } }));
    stub.queue('ETH').push(transfer('good-index', ids.hd, { index: 3 }));
    const bscRequest = { chainId: 97 };
    stub.queue('BSC').push(transfer('good-bsc', ids.bsc, { chain: 'BSC', request: bscRequest }));
    stub.answer('eth_estimateGas', '0x5208');
    ended = await kms.daemon('--testnet');
  });
  afterAll(() => kms.close());

  it.each(refusals)('$what is refused with $code', async ({ what, code, unreadable }) => {
    const id = idOf(what);
    expect(kms.stub.broadcasts.filter(({ body }) => body['signatureId'] === id)).toEqual([]);
    const reports = kms.stub.reports.filter(({ signatureId }) => signatureId === id);
    expect(reports).toHaveLength(1);
    expect(reports[0]!.error).toMatch(new RegExp(`^${code}: [-a-z0-9\`"]`));
    expect(reports[0]!.error).not.toMatch(/TypeError|Cannot read|undefined \(reading| at .*\.js/);
    if (unreadable) return;
    const story = await kms.story(id);
    expect(story).toMatchObject({ state: 'failed', error: { code } });
    expect(story.signed).toBeUndefined();
  });

  it('a valid transaction among refused ones is signed, and signed once when it is listed twice', () => {
    const sent = kms.stub.broadcasts.map(({ body }) => body['signatureId']);
    expect(sent.sort()).toEqual(['good', 'good-bsc', 'good-index', 'twice']);
  });

  it('two payloads under one id are both refused', () => {
    expect(kms.stub.reports.filter(({ signatureId }) => signatureId === 'conflict')).toEqual([
      { signatureId: 'conflict', error: expect.stringMatching(/^PENDING_CHANGED: /) },
    ]);
  });

  it('an element without an id is logged and not reported', () => {
    const lines = ended.stderr.split('\n').filter((line) => line.includes('PENDING_INVALID'));
    expect(lines.length).toBeGreaterThanOrEqual(nameless.length + 1);
    const known = new Set(['conflict', ...refusals.map(({ what }) => idOf(what))]);
    expect(kms.stub.reports.filter(({ signatureId }) => !known.has(signatureId))).toEqual([]);
  });

  it('a round in which something was refused ends with 1', () => {
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe('');
  });

  it('a second round does not sign or report again what the journal knows', async () => {
    const [sent, told] = [kms.stub.broadcasts.length, kms.stub.reports.length];
    await kms.daemon('--testnet');
    expect(kms.stub.broadcasts).toHaveLength(sent);
    const journaled = refusals.filter(({ unreadable }) => !unreadable).map(({ what }) => idOf(what));
    const again = kms.stub.reports.slice(told).map(({ signatureId }) => signatureId);
    expect(again.filter((id) => journaled.includes(id))).toEqual([]);
  });

  it('--wallets limits what is asked for and what may sign', async () => {
    const { ids, stub } = kms;
    stub.queue('ETH').splice(0);
    stub
      .queue('ETH')
      .push(
        transfer('unlisted', ids.other, { request: { nonce: 30 } }),
        transfer('listed', ids.key, { request: { nonce: 31 } }),
      );
    const before = stub.requests.length;
    expect(await kms.daemon('--testnet', `--wallets=${ids.key}`)).toMatchObject({ code: 1 });
    const polls = stub.requests.slice(before).filter(({ path }) => path.startsWith('/v3/kms/pending/'));
    expect(polls.map(({ path, body }) => ({ path, body }))).toEqual([
      { path: '/v3/kms/pending/ETH', body: { signatureIds: [ids.key] } },
    ]);
    expect(stub.reports.at(-1)).toMatchObject({
      signatureId: 'unlisted',
      error: expect.stringMatching(/^WALLET_NOT_ALLOWED: /),
    });
    expect(stub.broadcasts.at(-1)?.body['signatureId']).toBe('listed');
    expect(stub.broadcasts.filter(({ body }) => body['signatureId'] === 'unlisted')).toEqual([]);
  });

  it('--transactionIds takes only the named ones', async () => {
    const { ids, stub } = kms;
    stub.queue('ETH').splice(0);
    stub
      .queue('ETH')
      .push(
        transfer('left', ids.other, { request: { nonce: 40 } }),
        transfer('taken', ids.key, { request: { nonce: 41 } }),
      );
    expect(await kms.daemon('--testnet', '--transactionIds=taken')).toMatchObject({ code: 0 });
    expect(stub.broadcasts.at(-1)?.body['signatureId']).toBe('taken');
    expect((await kms.run('transaction', 'show', 'left')).stderr).toContain('(PENDING_UNKNOWN)');
  });
});
