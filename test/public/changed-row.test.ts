import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/storage/open-database.js';
import type { StoreTables } from '../../src/storage/schema.js';
import { storeOf } from '../support/home-store.js';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';

const thief = '0x2222222222222222222222222222222222222222';

describe('a payment that is held while somebody changes the database', () => {
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
  }, 180_000);
  afterAll(() => kms.close());

  it('is not signed, reported to the log with its code, and keeps no other one from its way', async () => {
    kms.stub.approveStatus = 200;
    const { stderr } = await approved();
    expect(kms.stub.broadcasts.filter(({ body }) => body['signatureId'] === 'redirected')).toEqual([]);
    const lines = stderr.split('\n').filter((line) => line.includes('"redirected"') && line.includes('passed over'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('RECORD_DAMAGED');
    expect(await kms.story('redirected')).toMatchObject({ state: 'held' });
  });

  it.each(['retry', 'cancel'])('is not changed by `transaction %s` either', async (verb) => {
    const ended = await kms.run('transaction', verb, 'redirected');
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('(RECORD_DAMAGED)') });
  });
});
