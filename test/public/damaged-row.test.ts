import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/storage/open-database.js';
import type { StoreTables } from '../../src/storage/schema.js';
import type { Ended } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { type Kms, startKms, transfer } from '../support/kms.js';

describe('damaged rows of the journal', () => {
  let kms: Kms;
  let ended: Ended;

  /** What is listed once more, and what is signed and listed no longer. */
  const damage = async () => {
    const database = await openDatabase<StoreTables>(
      storeOf(kms.home)['CUSTOS_STORE'] ?? join(kms.home, '.custos', 'store.db'),
    );
    await database.write((db) => db.updateTable('transactions').set({ pending: '{', state: 'signed' }).execute());
    await database.close();
  };

  beforeAll(async () => {
    kms = await startKms();
    const { ids, stub } = kms;
    stub.queue('ETH').push(transfer('listed', ids.key), transfer('unlisted', ids.other));
    expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
    await damage();
    stub.broadcasts.splice(0);
    stub.queue('ETH').push(transfer('listed', ids.key), transfer('good', ids.hd, { index: 3 }));
    ended = await kms.daemon('--testnet');
  });
  afterAll(() => kms.close());

  it('a damaged row does not stop other transactions from being sent', () => {
    expect(kms.stub.broadcasts.map(({ body }) => body['signatureId'])).toEqual(['good']);
  });

  it.each(['listed', 'unlisted'])('a damaged row is logged once (%s), and the round ends with 1', (id) => {
    const lines = ended.stderr.split('\n').filter((line) => line.includes(`"${id}"`) && line.includes('passed over'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('RECORD_DAMAGED');
    expect(ended.code).toBe(1);
  });

  it('a damaged row is not reported to the cloud as a failed payment', () => {
    expect(kms.stub.reports).toEqual([]);
  });
});
