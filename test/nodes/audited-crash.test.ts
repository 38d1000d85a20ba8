import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import type { Journal } from '../../dist/core/store/journal.js';
import { program } from '../support/custos.js';
import { startHalting, until } from '../support/halting.js';
import { Payments } from '../support/payments.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { chainId, startWay, type Way } from '../support/way.js';

const noPostgres = await whyNoPostgres();
/** Before and after each write of the journal that is an event of the log: signed, broadcast, completed. */
const points = [1, 2, 3].flatMap((count) => [
  { step: 'record', moment: 'begin', count } as const,
  { step: 'record', moment: 'end', count } as const,
]);
/** Lines of the story that are events of the log. */
const told = new Set(['signed', 'broadcast', 'completed', 'failed', 'denied', 'held', 'expired']);

describe.each([
  { name: 'SQLite', onPostgres: false },
  { name: 'PostgreSQL', onPostgres: true },
])('the audit log of daemons that are killed ($name)', ({ onPostgres }) => {
  const isThere = !onPostgres || noPostgres === undefined;
  let way: Way;
  let house: House;
  let journal: Journal;
  let payments: Payments;

  beforeAll(async () => {
    if (!isThere) return;
    way = await startWay(onPostgres ? await freshSchema() : undefined);
    house = way.house();
    ({ journal } = await house.store());
    payments = new Payments(way, journal, [await way.wallet('key'), await way.wallet('key')]);
  });
  afterAll(async () => {
    await house?.close();
    await way?.close();
  });

  const flags = () => ({ chainId: `ETH=${chainId}`, cloudUrl: way.gatewayUrl, node: `ETH=${way.chain.url}` });
  const custos = (...args: string[]) => {
    const ended = spawnSync(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], HOME: way.home, ...way.environment },
      encoding: 'utf8',
    });
    expect(ended).toMatchObject({ status: 0 });
    return ended.stdout;
  };

  it.runIf(isThere).each(points)('a daemon is killed at $step $moment ($count)', async (point) => {
    const id = await payments.send(`${point.step} ${point.moment} ${point.count}`);
    const daemon = startHalting(way, flags(), { ...point, id });
    await daemon.halted;
    expect(await daemon.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    if (onPostgres) await journal.endLeases();
  });

  it.runIf(isThere)('two daemons at once finish the work', async () => {
    const daemons = Array.from({ length: onPostgres ? 2 : 1 }, () => startHalting(way, flags()));
    await Promise.all(daemons.map(({ started }) => started));
    for (let at = 0; at < 12; at++) await payments.send(`payment ${at}`);
    await until(() => payments.areCompleted());
    for (const daemon of daemons) expect(await daemon.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  });

  it.runIf(isThere)('each step has its event, each event its step, and the export is sound', async () => {
    const file = join(way.home, 'export.jsonl');
    custos('audit', 'export', file);
    const key = custos('audit', 'key').trim();
    expect(custos('audit', 'verify', file, '--key', key)).toContain('events are as they were signed');
    const events = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const logged = events
      .filter(({ code }) => String(code).startsWith('transaction.'))
      .map(({ code, detail }) => `${detail.transaction} ${String(code).slice('transaction.'.length)}`);
    const stories = await Promise.all(
      payments.ids.map(async (id) =>
        (await journal.events(id)).filter(({ event }) => told.has(event)).map(({ event }) => `${id} ${event}`),
      ),
    );
    expect(logged.sort()).toEqual(stories.flat().sort());
  });
});
