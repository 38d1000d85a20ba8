import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import { type Journal, LEASE_TIME } from '../../dist/core/store/journal.js';
import { type Running, start } from '../support/custos.js';
import { until } from '../support/halting.js';
import { hanging, json, type Server, startServer } from '../support/http.js';
import { Payments } from '../support/payments.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { chainId, startWay, type Way } from '../support/way.js';

const noPostgres = await whyNoPostgres();
const PERIOD = 500;
/** What a step may take on a machine with much to do, in milliseconds. */
const SLACK = 10_000;

describe.skipIf(noPostgres !== undefined)('two daemons on one store in PostgreSQL', () => {
  let way: Way;
  let house: House;
  let journal: Journal;
  const running: Running[] = [];

  beforeAll(async () => {
    way = await startWay(await freshSchema());
    house = way.house();
    ({ journal } = await house.store());
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((daemon) => daemon.kill('SIGKILL')));
  });
  afterAll(async () => {
    await house?.close();
    await way?.close();
  });

  async function startDaemon(...flags: string[]): Promise<Running> {
    const args = [
      '--testnet',
      `--period=${PERIOD / 1000}`,
      `--chain-id=ETH=${chainId}`,
      `--cloud-url=${way.gatewayUrl}`,
    ];
    const daemon = start(['daemon', '--log-level=info', '--concurrency=4', ...args, ...flags], {
      home: way.home,
      env: way.environment,
    });
    running.push(daemon);
    await daemon.line(/daemon started/);
    return daemon;
  }

  function completedBy(stderr: string): readonly string[] {
    const lines = stderr.split('\n').filter((line) => line.includes('transaction completed'));
    return lines.map((line) => String(JSON.parse(line).id));
  }

  it('two daemons share 40 transactions of five senders, whose nonces have no gaps and no repetitions', async () => {
    const senders = [];
    for (let at = 0; at < 5; at++) senders.push(await way.wallet('key'));
    const payments = new Payments(way, journal, senders);
    const daemons = await Promise.all([startDaemon(), startDaemon()]);
    for (let at = 0; at < 40; at++) await payments.send(`transfer ${at}`);
    await until(() => payments.areCompleted());
    const ends = await Promise.all(daemons.map((daemon) => daemon.kill('SIGTERM')));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    await payments.expectOnce();
    const shares = ends.map(({ stderr }) => completedBy(stderr));
    expect(shares.flat().sort()).toEqual([...payments.ids].sort());
    for (const share of shares) expect(share.length).toBeGreaterThan(0);
  });

  it('one daemon continues without the killed one as soon as its leases have run out', async () => {
    const approver: Server = await startServer(hanging);
    const before = (await journal.find({})).length;
    const senders = [await way.wallet('key'), await way.wallet('key'), await way.wallet('key')];
    const payments = new Payments(way, journal, senders);
    const flags = [`--external-url=${approver.url}`, '--external-url-method=POST'];
    const lost = await startDaemon(...flags);
    for (let at = 0; at < 3; at++) await payments.send(`transfer ${at}`);
    await until(async () => approver.seen.length === 3);
    const other = await startDaemon(...flags);
    approver.reply = json({ approved: true });
    expect(await lost.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    const killed = Date.now();
    await until(async () => (await journal.find({ states: ['completed'] })).length === before + 3);
    expect(await other.kill('SIGTERM')).toMatchObject({ code: 0 });
    await approver.close();

    // Filled in once more where the fees have changed meanwhile.
    const story = ['claimed', 'taken over', 'signed', 'broadcast', 'completed'];
    for (const id of payments.ids) {
      const events = await journal.events(id);
      const known = events.map(({ event }) => event);
      expect(known.filter((event) => event !== 'filled')).toEqual(story);
      // Held until its lease ended, and taken over at the next poll.
      const takenOver = events[known.indexOf('taken over')]!.at;
      expect(takenOver - events[known.indexOf('filled')]!.at).toBeGreaterThanOrEqual(LEASE_TIME);
      expect(takenOver - killed).toBeLessThan(LEASE_TIME + PERIOD + SLACK);
    }
    for (const { address } of senders) {
      expect(await way.chain.rpc('eth_getTransactionCount', [address, 'latest'])).toBe('0x1');
    }
  });
});
