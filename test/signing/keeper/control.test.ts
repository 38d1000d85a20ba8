import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../../src/core/signing/signer.js';
import type { MadeWallet } from '../../../src/core/signing/vault.js';
import { createKeeperClient } from '../../../src/signing/keeper/keeper-client.js';
import { controlSuite } from '../../suites/control.js';
import { decreeSuite } from '../../suites/decrees.js';
import { anyPayment, dayLimit, documentsOf, sealer } from '../../support/control.js';
import { type SignerService, signerService } from '../../support/signer-service.js';
import { password, type SigningParts, signingParts, signRequest } from '../../support/signing-parts.js';

const makeSigner: Parameters<typeof controlSuite>[1] = ({ slots, storeId }, secret) => {
  let service: Promise<SignerService> | undefined;
  const client = createKeeperClient({
    name: 'keeper',
    async connect() {
      service ??= signerService(storeId, secret.exposeText());
      return (await service).connect();
    },
    storeId,
    slots,
    rules: new Map(),
  });
  return {
    ...client,
    async close() {
      await client.close();
      await (await service)?.close();
    },
  };
};

controlSuite('the keeper', makeSigner);
decreeSuite('the keeper', makeSigner);

describe('a signer service with a state file', () => {
  let parts: SigningParts;
  let made: MadeWallet;
  let seals: ReturnType<typeof sealer>;
  let home: string;
  let state: string;
  const open: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    parts = await signingParts();
    made = await parts.wallet('key');
    seals = sealer(parts);
    home = mkdtempSync(join(tmpdir(), 'custos-state-'));
    state = join(home, 'signer.state');
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    rmSync(state, { force: true });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  async function service(): Promise<SignerService> {
    const made = await signerService(parts.storeId, password, { stateFile: state });
    open.push(made);
    return made;
  }

  function front(connect: SignerService['connect']): Signer {
    const { storeId, slots } = parts;
    const made = createKeeperClient({ name: 'keeper', connect, storeId, slots, rules: new Map() });
    open.push(made);
    return made;
  }

  // Each takes 1,000 and a fee of 21,000: two of them fit.
  const documents = () => documentsOf(seals.policy({ permits: [anyPayment], limits: [dayLimit(44_000)] }));
  const payment = (nonce: number) => signRequest(made, { value: '1000', gasPrice: '1', nonce });
  const denied = { code: 'POLICY_DENIED' };

  it('a signer without a policy makes no state file, and one with a policy keeps what was spent over a restart', async () => {
    const first = await service();
    const one = front(first.connect);
    await one.sign(payment(0));
    expect(existsSync(state)).toBe(false);
    expect(first.log.join('')).toContain('"event":"signer-state-new"');
    await one.control(documents());
    await one.sign(payment(0));
    await one.sign(payment(1));
    await expect(one.sign(payment(2))).rejects.toMatchObject(denied);
    await first.close();
    const second = await service();
    expect(second.log.join('')).not.toContain('"event":"signer-state-new"');
    const other = front(second.connect);
    // It knows that there is a policy, and signs nothing until it has it.
    await expect(other.sign(payment(1))).rejects.toMatchObject({ code: 'CONTROL_WITHHELD' });
    await expect(other.control(documentsOf())).rejects.toMatchObject({ code: 'CONTROL_OLD' });
    await other.control(documents());
    await expect(other.sign(payment(2))).rejects.toMatchObject(denied);
    expect(await other.sign(payment(1))).toHaveProperty('raw');
  });

  it('two fronts of one signer share its budgets', async () => {
    const { connect } = await service();
    const [one, other] = [front(connect), front(connect)];
    await one.control(documents());
    const asked = Array.from({ length: 20 }, (_, nonce) => (nonce % 2 === 0 ? one : other).sign(payment(nonce)));
    const answers = await Promise.allSettled(asked);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('a front that knew a newer state of its signer gets nothing signed by an older one', async () => {
    const first = await service();
    let { connect } = first;
    const one = front(() => connect());
    await one.control(documents());
    await one.sign(payment(0));
    copyFileSync(state, join(home, 'older'));
    await one.sign(payment(1));
    await first.close();
    copyFileSync(join(home, 'older'), state);
    const second = await service();
    ({ connect } = second);
    await expect(one.sign(payment(2))).rejects.toMatchObject({ code: 'KEEPER_STATE_OLD' });
  });

  it.each<[string, (path: string) => void]>([
    [
      'of another store',
      (path) => writeFileSync(path, Buffer.concat([Buffer.from([0, 0, 0, 40]), Buffer.alloc(40, 7)])),
    ],
    ['that is no state', (path) => writeFileSync(path, 'custos')],
  ])('a signer with a state file %s opens no store', async (_what, spoil) => {
    spoil(state);
    const { connect } = await service();
    await expect(front(connect).unlock()).rejects.toMatchObject({ code: 'KEEPER_STATE_DAMAGED' });
  });

  it('a signature whose charge cannot be kept is not given, and what needs no keeping is signed on', async () => {
    const { connect } = await service();
    const one = front(connect);
    await one.control(documents());
    await one.sign(payment(0));
    rmSync(state);
    await expect(one.sign(payment(1))).rejects.toMatchObject({ code: 'KEEPER_STATE_UNWRITTEN' });
    expect(await one.identify({ sealed: [], keys: [] })).toEqual([]);
  });

  it('a signer that had no room for new documents takes them as soon as there is some', async () => {
    const made = await signerService(parts.storeId, password, { stateFile: join(home, 'none', 'signer.state') });
    open.push(made);
    writeFileSync(join(home, 'none'), 'in the place of its directory');
    const one = front(made.connect);
    const unwritten = { code: 'KEEPER_STATE_UNWRITTEN' };
    await expect(one.control(documents())).rejects.toMatchObject(unwritten);
    await expect(one.sign(payment(0))).rejects.toMatchObject(unwritten);
    rmSync(join(home, 'none'));
    expect(await one.sign(payment(0))).toHaveProperty('raw');
    await one.control(documents());
  });

  it('a signer process that is killed after it reserved keeps what it reserved', async () => {
    const { connect, log } = await service();
    const one = front(connect);
    await one.control(documents());
    const asked = [one.sign(payment(0)), one.sign(payment(1))];
    const [, started = ''] = /"signer":(\d+)/.exec(log.join('')) ?? [];
    process.kill(Number(started), 'SIGKILL');
    // The questions are asked again in the next process, and are not charged twice.
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ raw }) => raw)).size).toBe(2);
    await expect(one.sign(payment(2))).rejects.toMatchObject(denied);
  });
});
