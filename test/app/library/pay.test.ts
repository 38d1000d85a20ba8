import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStore, type Payment, Secret, type WalletStore } from '../../../src/index.js';
import { type Anvil, startAnvil } from '../../support/anvil.js';

const directory = mkdtempSync(join(tmpdir(), 'custos-pay-'));
const to = '0x00000000000000000000000000000000C0FFEE00';
let anvil: Anvil;
let store: WalletStore;
let carrier: Carrier;
let signatureId = '';

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 11155111 });
  const password = Secret.text('password of a program that pays');
  ({ store } = await createStore({ location: join(directory, 'store.db'), password }));
  const privateKey = Secret.text(anvil.accounts[0]!.privateKey);
  ({ signatureId } = await store.importWallet({ chain: 'ETH', network: 'testnet', privateKey }));
  carrier = await store.carrier({ network: 'testnet', nodes: { ETH: anvil.url }, judges: [] });
});
afterAll(async () => {
  await carrier.close();
  await store.close();
  await anvil.close();
  rmSync(directory, { recursive: true });
});

function payment(change: Partial<Payment> = {}): Payment {
  return { id: 'invoice-1', chain: 'ETH', from: { signatureId }, to, amount: '1.5', ...change };
}

describe('pay', () => {
  it('builds, signs and sends a payment once, however often it is asked for', async () => {
    const first = await carrier.pay(payment());
    const again = await carrier.pay(payment());
    await carrier.runOnce();
    expect(first.txId).toMatch(/^0x[0-9a-f]{64}$/);
    expect(again.txId).toBe(first.txId);
    expect(await anvil.receipt(String(first.txId))).toMatchObject({ status: '0x1', to: to.toLowerCase() });
    expect(await anvil.rpc('eth_getBalance', [to, 'latest'])).toBe('0x14d1120d7b160000');
  });

  it('refuses another payment under a known id', async () => {
    await expect(carrier.pay(payment({ amount: '1.6' }))).rejects.toMatchObject({ code: 'PENDING_CHANGED' });
  });

  it('gives several payments at once their own numbers', async () => {
    const many = ['2', '3', '4'].map((number) => carrier.pay(payment({ id: `invoice-${number}`, amount: '0.1' })));
    const txIds = (await Promise.all(many)).map(({ txId }) => txId);
    expect(new Set(txIds).size).toBe(3);
    for (const txId of txIds) expect(await anvil.receipt(String(txId))).toMatchObject({ status: '0x1' });
  });

  it.each<[Partial<Payment>, string]>([
    [{ amount: '0' }, 'AMOUNT_INVALID'],
    [{ to: '0x1' }, 'ADDRESS_INVALID'],
    [{ token: to }, 'DECIMALS_UNKNOWN'],
    [{ maxFee: '0.000000000000000001' }, 'FEE_INVALID'],
    [{ chain: 'XRP' }, 'ARGUMENT_INVALID'],
    [{ id: 'a b' }, 'PENDING_INVALID'],
  ])('throws what is refused before the journal has it (%#)', async (change, code) => {
    await expect(carrier.pay(payment({ id: 'refused', ...change }))).rejects.toMatchObject({ code });
  });

  it('refuses members that no payment has', async () => {
    const foreign = { ...payment({ id: 'refused' }), gas: '1' };
    await expect(carrier.pay(foreign as Payment)).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});
