import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import { type Running, start } from '../support/custos.js';
import { until } from '../support/halting.js';
import { Payments } from '../support/payments.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { type Commits, type PostgresWay, postgresWay } from '../support/postgres-way.js';
import { chainId, startWay, type Way } from '../support/way.js';

const lost = ['lose-answer', 'lose-request'] as const;

const noPostgres = await whyNoPostgres();

describe.skipIf(noPostgres !== undefined)('a daemon whose connection to PostgreSQL breaks over commits', () => {
  let way: Way;
  let toStore: PostgresWay;
  let house: House;
  let payments: Payments;
  let daemon: Running | undefined;

  beforeAll(async () => {
    const url = await freshSchema();
    way = await startWay(url);
    toStore = await postgresWay(url);
    house = way.house();
    const { journal } = await house.store();
    payments = new Payments(way, journal, [await way.wallet('key'), await way.wallet('key')]);
  });
  afterEach(() => daemon?.kill('SIGKILL'));
  afterAll(async () => {
    await house?.close();
    await toStore?.close();
    await way?.close();
  });

  // Each of these puts a transaction off for longer, so they end after a while.
  const third = (number: number) => number % 3 === 0 && number <= 18;

  it.each<readonly [string, (number: number) => Commits]>([
    ['after the server has committed', (number) => (third(number) ? 'lose-answer' : 'pass')],
    ['before the server has heard of it', (number) => (third(number) ? 'lose-request' : 'pass')],
    ['now before and now after', (number) => (third(number) ? lost[number % 2]! : 'pass')],
  ])('a daemon whose connection breaks sends each transaction once: %s', async (name, commits) => {
    const brokenBefore = toStore.broken;
    const flags = ['--testnet', '--period=1', '--concurrency=4', `--chain-id=ETH=${chainId}`];
    daemon = start(['daemon', ...flags, `--cloud-url=${way.gatewayUrl}`], {
      home: way.home,
      env: { ...way.environment, CUSTOS_STORE: toStore.url },
    });
    await daemon.line(/daemon started/);
    let seen = 0;
    toStore.commits = () => commits(++seen);
    for (let at = 0; at < 6; at++) await payments.send(`${name} ${at}`);
    await until(() => payments.areCompleted(), 120_000);
    toStore.commits = () => 'pass';
    expect(await daemon.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect(toStore.broken - brokenBefore).toBeGreaterThan(2);
    await payments.expectOnce();
  });
});
