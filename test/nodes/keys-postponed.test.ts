import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import { attachWallet } from '../../dist/app/hsm/attach.js';
import { keyHolders } from '../../dist/app/hsm/holders.js';
import { parseChainId } from '../../dist/core/ids.js';
import type { Wallet } from '../../dist/core/signing/wallet.js';
import type { Journal } from '../../dist/core/store/journal.js';
import { type Running, start } from '../support/custos.js';
import { until } from '../support/halting.js';
import { awsKeys, type KeyServices, startKeyServices } from '../support/key-services.js';
import { Payments } from '../support/payments.js';
import { childrenOf } from '../support/processes.js';
import { type SoftHsm, startSoftHsm, TOKEN_PIN, whyNoSoftHsm } from '../support/soft-hsm.js';
import { chainId, startWay, type Way } from '../support/way.js';

/** Longer than Custos waits for a module. */
const LIMIT = 90_000;

describe.skipIf(whyNoSoftHsm() !== undefined)('custos daemon with keys in a token and at a key service', () => {
  let hsm: SoftHsm;
  let services: KeyServices;
  let way: Way;
  let house: House;
  let journal: Journal;
  let daemon: Running;
  let payments: { readonly token: Payments; readonly service: Payments; readonly own: Payments };

  beforeAll(async () => {
    hsm = startSoftHsm();
    services = await startKeyServices();
    const aws = { AWS_ACCESS_KEY_ID: awsKeys.id, AWS_SECRET_ACCESS_KEY: awsKeys.secret };
    const elsewhere = { ...hsm.environment, CUSTOS_HSM_PIN: TOKEN_PIN, ...aws, AWS_ENDPOINT_URL_KMS: services.url };
    way = await startWay(undefined, elsewhere);
    house = way.house();
    ({ journal } = await house.store());
    const of = async (wallet: Promise<Wallet>) => new Payments(way, journal, [await wallet]);
    payments = {
      token: await of(attached(hsm.make('EC:secp256k1', 'hot'))),
      service: await of(attached('awskms:arn:aws:kms:eu-west-1:111122223333:key/hot')),
      own: await of(way.wallet('key')),
    };
    const node = `--node=ETH=${way.chain.url}`;
    const flags = ['--testnet', `--chain-id=ETH=${chainId}`, `--cloud-url=${way.gatewayUrl}`, node, '--period=0.2'];
    daemon = start(['daemon', ...flags], { home: way.home, env: way.environment });
    await daemon.line(/"event":"daemon-started"/);
  }, 120_000);

  afterAll(async () => {
    await daemon?.kill('SIGKILL');
    await house?.close();
    await way?.close();
    await services?.close();
    hsm?.remove();
  });

  async function attached(uri: string): Promise<Wallet> {
    const { config, chains, openForAdding } = house;
    const holders = keyHolders({ config });
    const parts = { chains, holders, open: openForAdding, review: async () => undefined };
    const wallet = await attachWallet(parts, { chain: parseChainId('ETH'), network: 'testnet', uri });
    holders.close();
    await way.chain.rpc('anvil_setBalance', [wallet.address, `0x${(10n ** 19n).toString(16)}`]);
    return wallet;
  }

  const stateOf = async (id: string) => (await journal.get(id))?.state;
  const completed = (...ids: readonly string[]) =>
    until(async () => (await Promise.all(ids.map(stateOf))).every((state) => state === 'completed'), LIMIT);
  const postponed = async (id: string, errorCode: string) => {
    await until(async () => (await journal.get(id))?.errorCode !== undefined, LIMIT);
    expect(await journal.get(id)).toMatchObject({ state: 'claimed', errorCode, attempts: 0 });
  };

  /** The process that has the token, somewhere below the daemon. */
  function tokenProcess(pid = daemon.pid): number | undefined {
    for (const child of childrenOf(pid)) {
      const [line, environment] = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${child}/${name}`, 'utf8'));
      if (line?.includes('hsm-main') && environment?.includes('SOFTHSM2_CONF')) return child;
      const below = tokenProcess(child);
      if (below !== undefined) return below;
    }
    return undefined;
  }

  it('postpones what a hung module and a throttled service should sign, pays the rest, and signs when they are back', async () => {
    const first = await Promise.all([payments.token, payments.service].map((one) => one.send('before')));
    await completed(...first);
    process.kill(tokenProcess() ?? 0, 'SIGSTOP');
    services.throttled = true;
    const hung = await payments.token.send('with a hung module');
    const throttled = await payments.service.send('with a throttled service');
    await completed(await payments.own.send('with a key of the store'));
    await postponed(throttled, 'KEY_THROTTLED');
    // Custos ends the process that hangs, and starts another one.
    await postponed(hung, 'KEY_UNREACHABLE');
    expect(await stateOf(throttled)).toBe('claimed');
    services.throttled = false;
    await completed(hung, throttled);
  });

  it('postpones what a pulled token should sign, and signs when it is back', async () => {
    hsm.pull();
    process.kill(tokenProcess() ?? 0, 'SIGKILL');
    const waiting = await payments.token.send('with a pulled token');
    await postponed(waiting, 'KEY_UNREACHABLE');
    hsm.plugIn();
    await completed(waiting);
  });

  it('has paid each once', async () => {
    expect(await daemon.kill('SIGTERM')).toMatchObject({ code: 0 });
    for (const one of Object.values(payments)) {
      for (const id of one.ids) {
        const events = (await journal.events(id)).map(({ event }) => event);
        expect(events.filter((event) => event === 'signed')).toHaveLength(1);
        expect(events.filter((event) => event === 'completed')).toHaveLength(1);
      }
    }
    const counts = await Promise.all(
      Object.values(payments).map(async ({ senders: [sender], ids }) => [
        Number(await way.chain.rpc('eth_getTransactionCount', [sender?.address, 'latest'])),
        ids.length,
      ]),
    );
    expect(counts).toEqual(counts.map(([, sent]) => [sent, sent]));
  });
});
