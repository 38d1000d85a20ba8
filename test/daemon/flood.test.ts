import { expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { parseChainId } from '../../src/core/ids.js';
import { noMeter } from '../../src/core/meter.js';
import type { PolledTransaction } from '../../src/core/network/cloud.js';
import type { Source } from '../../src/core/network/source.js';
import type { WalletTable } from '../../src/core/store/store.js';
import { A_TURN, nextTurn } from '../../src/core/turn.js';
import { ErrorReports } from '../../src/daemon/error-reports.js';
import { Lane } from '../../src/daemon/lane.js';
import { Places } from '../../src/daemon/places.js';
import { carrying } from '../lifecycle/carrying.js';
import { anyWallet, eth } from '../storage/support.js';
import { turnsDuring } from '../support/turns.js';

const daemon = carrying();
const periods = { shortest: 5_000, longest: 40_000 };
const COUNT = 40 * A_TURN;

const refused = (n: number): PolledTransaction => ({
  kind: 'refused',
  error: new CustosError('PENDING_INVALID', `number ${n} is none`, { details: { id: `bad-${n}` } }),
});
const flood = Array.from({ length: COUNT }, (_, n) => refused(n));

/** Lanes over one cloud whose list for Ethereum is a flood; everything that they say is counted. */
function flooded() {
  const lines: string[] = [];
  const ended: string[] = [];
  const reported: string[] = [];
  const polls: string[] = [];
  const source: Partial<Source> = {
    async pending(chain) {
      polls.push(chain);
      return chain === eth ? flood : [];
    },
    async report(reports) {
      reported.push(...reports.map(({ pendingId }) => pendingId));
    },
  };
  const wallets: WalletTable = {
    ...daemon.daemonParts({}).wallets,
    async *idPages() {
      yield [anyWallet().signatureId];
    },
  };
  const say = (_fields: unknown, message: string) => void lines.push(message);
  const log = { debug: say, info: say, warn: say, error: say };
  const meter = { ...noMeter, ended: (_chain: unknown, outcome: string) => void ended.push(outcome) };
  const parts = daemon.daemonParts(source, { wallets, log, meter });
  const tally = { completed: 0, unconfirmed: 0, held: 0, denied: 0, failed: 0, waiting: 0, refused: 0, pollErrors: 0 };
  const reports = new ErrorReports(parts.source, parts.log);
  const options = { periods, places: new Places(8), tally, reports };
  const lane = (chain: string) => new Lane(parts, parseChainId(chain), options);
  return { lane, lines, ended, reported, reports, tally, polls };
}

test('every refused element of a flood is counted, and log and reports name only the first ones', async () => {
  const { lane, lines, ended, reported, reports, tally } = flooded();
  const ethereum = lane('ETH');
  await ethereum.round();
  await ethereum.settled();
  await reports.flush();
  expect(tally.refused).toBe(COUNT);
  expect(ended.filter((outcome) => outcome === 'refused')).toHaveLength(COUNT);
  expect(lines.filter((line) => line === 'pending transaction refused')).toHaveLength(20);
  expect(lines.filter((line) => line === 'more pending transactions refused')).toHaveLength(1);
  expect(reported).toHaveLength(500);
});

test('a daemon polls another chain while it works on a flood', async () => {
  const { lane, polls } = flooded();
  const [ethereum, polygon] = [lane('ETH'), lane('MATIC')];
  let isOver = false;
  const flooding = ethereum.round().finally(() => {
    isOver = true;
  });
  let others = 0;
  while (!isOver) {
    await polygon.round();
    await nextTurn();
    if (!isOver) others += 1;
  }
  await flooding;
  expect(others).toBeGreaterThan(2);
  expect(polls.filter((chain) => chain === 'MATIC').length).toBeGreaterThanOrEqual(others);
});

test('a daemon stops in the middle of a flood when it gets a signal', async () => {
  const { lane, tally } = flooded();
  const ethereum = lane('ETH');
  let heard = 0;
  const listen = () => {
    if (tally.refused === 0) return void setImmediate(listen);
    heard = tally.refused;
    ethereum.stop();
  };
  setImmediate(listen);
  const { turns } = await turnsDuring(ethereum.round());
  expect(turns).toBeGreaterThan(0);
  expect(heard).toBeGreaterThan(0);
  expect(tally.refused).toBeLessThanOrEqual(heard + A_TURN);
  expect(tally.refused).toBeLessThan(COUNT);
});
