import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import { attachWallet } from '../../dist/app/hsm/attach.js';
import { keyHolders } from '../../dist/app/hsm/holders.js';
import { parseChainId } from '../../dist/core/ids.js';
import type { Wallet } from '../../dist/core/signing/wallet.js';
import type { Journal } from '../../dist/core/store/journal.js';
import { startHalting, until } from '../support/halting.js';
import { Payments } from '../support/payments.js';
import { type SoftHsm, startSoftHsm, TOKEN_PIN, whyNoSoftHsm } from '../support/soft-hsm.js';
import { chainId, startWay, type Way } from '../support/way.js';

describe.skipIf(whyNoSoftHsm() !== undefined)('a daemon with a key in a token', () => {
  let hsm: SoftHsm;
  let way: Way;
  let house: House;
  let journal: Journal;
  let wallet: Wallet;
  let payments: Payments;
  let flags: Record<string, unknown>;

  beforeAll(async () => {
    hsm = startSoftHsm();
    const uri = hsm.make('EC:secp256k1', 'hot');
    way = await startWay(undefined, { ...hsm.environment, CUSTOS_HSM_PIN: TOKEN_PIN });
    house = way.house();
    const { config, chains, openForAdding } = house;
    const holders = keyHolders({ config });
    const parts = { chains, holders, open: openForAdding, review: async () => undefined };
    wallet = await attachWallet(parts, { chain: parseChainId('ETH'), network: 'testnet', uri });
    holders.close();
    await way.chain.rpc('anvil_setBalance', [wallet.address, `0x${(10n ** 19n).toString(16)}`]);
    ({ journal } = await house.store());
    payments = new Payments(way, journal, [wallet]);
    flags = { chainId: `ETH=${chainId}`, cloudUrl: way.gatewayUrl, node: `ETH=${way.chain.url}` };
  }, 120_000);

  afterAll(async () => {
    await house?.close();
    await way?.close();
    hsm?.remove();
  });

  it.each([
    ['sign', 'end', 1],
    ['record', 'begin', 1],
    ['record', 'end', 1],
  ] as const)(
    'a daemon is killed at %s %s (%i), though the token signs with another nonce each time',
    async (...point) => {
      const [step, moment, count] = point;
      const id = await payments.send(point.join(' '));
      const daemon = startHalting(way, flags, { step, moment, count, id });
      await daemon.halted;
      await daemon.kill('SIGKILL');
    },
  );

  it('each was signed and sent once, and the bytes in the journal are those of the chain', async () => {
    const daemon = startHalting(way, flags);
    await daemon.started;
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });
    await payments.expectOnce();
    for (const id of payments.ids) {
      const { txId } = (await journal.get(id)) ?? {};
      expect(await way.chain.rpc('eth_getTransactionByHash', [txId])).toMatchObject({ from: wallet.address });
    }
  });

  it('a pulled token postpones its own payments alone, with a code, and they go on when it is back', async () => {
    const other = new Payments(way, journal, [await way.wallet('key')]);
    hsm.pull();
    const daemon = startHalting(way, flags);
    await daemon.started;
    const waiting = await payments.send('with a pulled token');
    const paid = await other.send('with a key of the store');
    const stateOf = async (id: string) => (await journal.get(id))?.state;
    await until(async () => (await stateOf(paid)) === 'completed');
    await until(async () => (await journal.get(waiting))?.errorCode !== undefined);
    expect(await journal.get(waiting)).toMatchObject({ state: 'claimed', errorCode: 'KEY_UNREACHABLE', attempts: 0 });
    hsm.plugIn();
    await until(async () => (await stateOf(waiting)) === 'completed');
    expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });
  });
});
