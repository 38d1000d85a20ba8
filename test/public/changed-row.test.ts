import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/storage/open-database.js';
import type { StoreTables } from '../../src/storage/schema.js';
import { custos } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';

const thief = '0x2222222222222222222222222222222222222222';

function verifiedIn(lines: string): Record<string, boolean> {
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; verified: boolean });
  return Object.fromEntries(rows.map(({ id, verified }) => [id, verified]));
}

describe('a held payment whose row somebody changes', () => {
  let kms: Kms;
  const approved = () => kms.daemon('--testnet', `--external-url=${kms.stub.approveUrl}`);

  beforeAll(async () => {
    kms = await startKms();
    const { ids, stub } = kms;
    stub.approveStatus = 503;
    stub.queue('ETH').push(transfer('redirected', ids.key), transfer('left-alone', ids.other));
    await approved();
    const database = await openDatabase<StoreTables>(
      storeOf(kms.home)['CUSTOS_STORE'] ?? join(kms.home, '.custos', 'store.db'),
    );
    await database.write(async (db) => {
      const [from, to] = [receiver.slice(2), thief.slice(2)];
      await sql`UPDATE transactions SET pending = replace(pending, ${from}, ${to}), next_attempt_at = 0
        WHERE id = 'redirected'`.execute(db);
      await sql`UPDATE transactions SET lease_owner = NULL, lease_expires_at = NULL`.execute(db);
    });
    await database.close();
  });
  afterAll(() => kms.close());

  it('a changed payment is not signed, is logged with its code, and does not block others', async () => {
    kms.stub.approveStatus = 200;
    const { stderr } = await approved();
    expect(kms.stub.broadcasts.filter(({ body }) => body['signatureId'] === 'redirected')).toEqual([]);
    const lines = stderr.split('\n').filter((line) => line.includes('"redirected"') && line.includes('passed over'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('RECORD_DAMAGED');
    expect(await kms.story('redirected')).toMatchObject({ state: 'held' });
  });

  it('list and show present a changed payment as not verified, with its code and a failure', async () => {
    const story = await kms.run('transaction', 'show', 'redirected');
    expect(story).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^not verified: .*redirected.*RECORD_DAMAGED/),
    });
    expect(JSON.parse(story.stdout)).toMatchObject({ id: 'redirected', verified: false });
    const rows = await kms.run('transaction', 'list', '--json');
    expect(rows).toMatchObject({ code: 1, stderr: expect.stringContaining('(RECORD_DAMAGED)') });
    expect(verifiedIn(rows.stdout)).toEqual({ redirected: false, 'left-alone': true });
    expect(await kms.run('transaction', 'show', 'left-alone')).toMatchObject({ code: 0, stderr: '' });
  });

  it('no payment is called verified without a password', async () => {
    const env = { ...kms.env, CUSTOS_PASSWORD: undefined };
    const rows = await custos(['transaction', 'list', '--json'], { home: kms.home, env });
    expect(rows).toMatchObject({ code: 0, stderr: expect.stringMatching(/^not verified: [^\n]*\n$/) });
    expect(verifiedIn(rows.stdout)).toEqual({ redirected: false, 'left-alone': false });
    const table = await custos(['transaction', 'list'], { home: kms.home, env });
    expect(table).toMatchObject({ code: 0, stderr: rows.stderr });
    const story = await custos(['transaction', 'show', 'left-alone'], { home: kms.home, env });
    expect(story).toMatchObject({ code: 0, stderr: rows.stderr });
    expect(JSON.parse(story.stdout)).toMatchObject({ id: 'left-alone', verified: false });
  });

  it('no payment is shown as verified with a wrong password', async () => {
    const env = { ...kms.env, CUSTOS_PASSWORD: 'another password' };
    const rows = await custos(['transaction', 'list', '--json'], { home: kms.home, env });
    expect(rows).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('PASSWORD_WRONG') });
  });

  it.each(['retry', 'cancel'])('`transaction %s` does not change a changed payment either', async (verb) => {
    const ended = await kms.run('transaction', verb, 'redirected');
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('(RECORD_DAMAGED)') });
  });
});
