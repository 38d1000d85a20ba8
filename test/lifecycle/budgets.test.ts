import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from '../../src/lifecycle/step.js';
import { openStore } from '../../src/storage/open-store.js';
import { kinds } from '../storage/support.js';
import { childProgram } from '../support/child-program.js';
import { custos, removeHome } from '../support/custos.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { startTakingNode, type TakingNode } from '../support/taking-node.js';

const script = await childProgram('handing-over');
const noPostgres = await whyNoPostgres();
const gas = 21_000n * 1_000_000_000n;
const value = 1_000_000_000_000n;
/** What each payment takes. */
const charge = value + gas;
const policy = JSON.stringify({
  custosPolicy: 1,
  version: 1,
  timeZone: 'UTC',
  assets: { ETH: { network: 'testnet', chain: 'ETH', decimals: 18 } },
  books: {},
  groups: {},
  permits: [{ id: 'open', to: 'any', max: 'any' }],
  forbids: [],
  limits: [{ id: 'day', asset: 'ETH', rolling: '24h', max: '1' }],
});
const points: readonly (readonly [Step, 'begin' | 'end', isReserved: boolean])[] = [
  ['judge', 'begin', false],
  ['judge', 'end', false],
  ['reserve', 'begin', false],
  ['reserve', 'end', true],
  ['sign', 'begin', true],
  ['sign', 'end', true],
  ['broadcast', 'begin', true],
  ['broadcast', 'end', true],
  ['close', 'begin', true],
  ['close', 'end', true],
];

describe.each(kinds)('a process that is killed over a limit on %s', (kind) => {
  const isThere = kind === 'sqlite' || noPostgres === undefined;
  let home: string;
  let env: Readonly<Record<string, string>>;
  let signatureId: string;
  let node: TakingNode;
  let number = 0;

  beforeAll(async () => {
    if (!isThere) return;
    node = await startTakingNode();
    const location =
      kind === 'sqlite' ? join(mkdtempSync(join(tmpdir(), 'custos-budgets-')), 'store.db') : await freshSchema();
    env = { CUSTOS_PASSWORD: 'password of a limit', CUSTOS_STORE: location };
    home = await makeQuickHome(env);
    const { stdout } = await custos(['wallet', 'create', 'ETH', '--private-key', '--testnet', '--json'], { home, env });
    signatureId = [JSON.parse(stdout)].flat()[0].signatureId;
  });
  afterEach(() => {
    if (isThere) node.sent.length = 0;
  });
  afterAll(async () => {
    await node?.close();
    if (home !== undefined) removeHome(home);
  });

  function payment(amount = value): Readonly<Record<string, unknown>> {
    number += 1;
    const request = { to: `0x${'11'.repeat(20)}`, value: String(amount), gas: '21000', gasPrice: '1000000000' };
    const serializedTransaction = JSON.stringify({ ...request, chainId: 11155111 });
    return { id: `limited-${number}`, chain: 'ETH', hashes: [signatureId], serializedTransaction };
  }

  async function run(request: { pending?: object; kill?: readonly [Step, 'begin' | 'end'] }) {
    const args = [script, home, node.url, JSON.stringify({ ...request, policy })];
    const options = { env: { PATH: process.env['PATH'], HOME: home, ...env } };
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
    const [stdout, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return { signal, ...(stdout !== '' && JSON.parse(stdout)) };
  }

  /** What another process sees of the limit. It stands for the 30 seconds after which others take over what a dead one held. */
  async function used(): Promise<bigint> {
    const { journal, close } = await openStore(env['CUSTOS_STORE'] ?? '');
    await journal.endLeases();
    const [found] = await journal.budgetsUsed([{ budget: 'day testnet ETH', since: 0 }], { id: '', attempt: '0' });
    await close();
    return found ?? -1n;
  }

  it.runIf(isThere).each(points)(
    'a process that is killed at %s %s loses no reservation, frees none, and makes none twice',
    async (step, moment, isReserved) => {
      const before = await used();
      expect(await run({ pending: payment(), kill: [step, moment] })).toEqual({ signal: 'SIGKILL' });
      expect(await used()).toBe(before + (isReserved ? charge : 0n));
      await run({});
      expect(await used()).toBe(before + charge);
      expect(new Set(node.sent).size).toBe(1);
    },
  );

  it.runIf(isThere)('a payment beyond what is left is denied, and takes nothing', async () => {
    const before = await used();
    const { came, steps } = await run({ pending: payment(10n ** 18n - gas - before + 1n) });
    expect(came).toMatchObject({ kind: 'denied' });
    expect(steps).not.toContain('reserve');
    expect(await used()).toBe(before);
    const last = await run({ pending: payment(10n ** 18n - gas - before) });
    expect(last.came).toMatchObject({ kind: 'completed' });
    expect(await used()).toBe(10n ** 18n);
  });
});
