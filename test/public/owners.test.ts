import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, type Ended, removeHome } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';

const password = 'five words make it well';
let home = '';
beforeAll(async () => {
  home = await makeQuickHome({ CUSTOS_PASSWORD: password });
});
afterAll(() => removeHome(home));

const run = (...args: string[]) => custos(args, { home, env: { CUSTOS_PASSWORD: password } });
const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const json = async (...args: string[]) => JSON.parse(await good(run(...args)));
const idsOf = async (...args: string[]) =>
  (await good(run(...args, '--json')))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).signatureId);

describe('owners on the command line', () => {
  it('a wallet of a tenant and owner is found by each of them and by its address, and by nothing of another', async () => {
    const made = await json('wallet', 'create', 'XRP', '--testnet', '--tenant', 'shop', '--owner', 'u-17');
    const other = await json('wallet', 'create', 'XRP', '--testnet', '--owner', 'u-17');
    expect(await json('wallet', 'show', made.signatureId)).toMatchObject({ tenant: 'shop', owner: 'u-17' });
    expect(await json('wallet', 'show', other.signatureId)).not.toHaveProperty('tenant');
    expect(await idsOf('wallet', 'list', '--tenant', 'shop')).toEqual([made.signatureId]);
    expect(await idsOf('wallet', 'list', '--address', made.address)).toEqual([made.signatureId]);
    expect(await idsOf('wallet', 'list', '--address', made.address, '--tenant', 'default')).toEqual([]);
    expect(await idsOf('owner', 'wallets', 'u-17', '--tenant', 'shop')).toEqual([made.signatureId]);
    expect(await idsOf('owner', 'wallets', 'u-17')).toEqual([other.signatureId]);
    expect(await run('wallet', 'list', '--address', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ADDRESS_INVALID'),
    });
    expect(await run('owner', 'show', 'u-18')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('OWNER_UNKNOWN'),
    });
    expect(await run('wallet', 'create', 'XRP', '--tenant', 'Shop')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('TENANT_INVALID'),
    });
  });

  it('an owner has a limit, and nothing is made above it', async () => {
    await good(run('owner', 'limit', 'u-17', '60', '--requests', '--tenant', 'shop'));
    await good(run('owner', 'limit', 'u-17', '2', '--tenant', 'shop'));
    const limits = { mostWallets: 2, mostRequests: 60 };
    expect(await json('owner', 'show', 'u-17', '--tenant', 'shop')).toMatchObject({ ...limits, wallets: 1 });
    const two = ['wallet', 'create', 'XRP', '--testnet', '--tenant', 'shop', '--owner', 'u-17', '--count', '2'];
    expect(await run(...two)).toMatchObject({ code: 1, stderr: expect.stringContaining('OWNER_LIMIT') });
    await good(run('owner', 'limit', 'u-17', '--none', '--tenant', 'shop'));
    await good(run(...two));
    expect(await idsOf('owner', 'wallets', 'u-17', '--tenant', 'shop')).toHaveLength(3);
    const owners = (await good(run('owner', 'list', '--json')))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(owners.map(({ tenant, owner }) => `${tenant} ${owner}`).sort()).toEqual(['default u-17', 'shop u-17']);
  });

  it('an owner has limits of what they spend, each of which changes by itself', async () => {
    const limit = (...flags: string[]) => run('owner', 'limit', 'u-17', ...flags, '--spend', 'ETH', '--tenant', 'shop');
    const usdc = '0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238';
    await good(limit('1.5'));
    await good(limit('100', '--token', usdc, '--decimals', '6'));
    await good(limit('--none'));
    await good(limit('0.25', '--each'));
    expect((await json('owner', 'show', 'u-17', '--tenant', 'shop')).mostSpent).toEqual([
      { chain: 'ETH', token: usdc.toLowerCase(), decimals: 6, aDay: '100' },
      { chain: 'ETH', decimals: 18, aTransaction: '0.25' },
    ]);
    const refused = { code: 2, stderr: expect.stringContaining('SPENDING_INVALID') };
    expect(await limit('1.0000000000000000001')).toMatchObject(refused);
  });

  it('the next address of a mnemonic is printed once for each call, and found afterwards', async () => {
    const { signatureId } = await json('wallet', 'create', 'ETH');
    const first = await json('wallet', 'address', signatureId, '--next', '--json');
    const both = await Promise.all([1, 2].map(() => json('wallet', 'address', signatureId, '--next', '--json')));
    expect([first, ...both].map(({ index }) => index).sort()).toEqual([1, 2, 3]);
    expect(await good(run('wallet', 'address', signatureId, '1'))).toBe(`${first.address}\n`);
    expect(await good(run('wallet', 'address', signatureId, '--next', '--least', '50'))).toMatch(
      /^50 0x[0-9a-f]{40}\n$/,
    );
    expect(await idsOf('wallet', 'list', '--address', first.address)).toEqual([signatureId]);
    expect(await run('wallet', 'address', signatureId, '3', '--next')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('USAGE'),
    });
  });

  it('a wallet that requires a proof of its owner says so until that is ended', async () => {
    const { signatureId } = await json('wallet', 'create', 'XLM', '--owner', 'u-18', '--require-user-token');
    expect(await json('wallet', 'show', signatureId)).toMatchObject({ requireUserToken: true });
    await good(run('wallet', 'user-token', signatureId, '--none'));
    expect(await json('wallet', 'show', signatureId)).not.toHaveProperty('requireUserToken');
    await good(run('wallet', 'user-token', signatureId));
    await good(run('wallet', 'owner', signatureId, 'u-19'));
    expect(await idsOf('owner', 'wallets', 'u-19')).toEqual([signatureId]);
    expect(await json('wallet', 'show', signatureId)).toMatchObject({ requireUserToken: true, owner: 'u-19' });
    expect(await idsOf('owner', 'wallets', 'u-18')).toEqual([]);
  });

  it('the identity provider of a tenant is named and shown', async () => {
    await good(run('tenant', 'create', 'shop'));
    const oidc = { issuer: 'https://id.example/', audience: 'web', ownerClaim: 'sub' };
    const named = ['--oidc-issuer', oidc.issuer, '--oidc-audience', 'web'];
    expect(await json('tenant', 'set', 'shop', ...named)).toEqual({ tenant: 'shop', oidc });
    expect(await json('tenant', 'set', 'shop')).toEqual({ tenant: 'shop', oidc });
    for (const flags of [[], named, ['--oidc-off']]) {
      const unknown = await run('tenant', 'set', 'stranger', ...flags);
      expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('TENANT_UNKNOWN') });
    }
  });

  it('tenants, owners and allotted addresses come back from a backup', async () => {
    const [id] = await idsOf('wallet', 'list', '--chain', 'ETH');
    const { address } = await json('wallet', 'address', id, '--next', '--json');
    await good(run('backup', `${home}/backup`));
    const there = ['--store', `${home}/restored.db`];
    await good(run('restore', `${home}/backup`, ...there));
    expect(await idsOf('wallet', 'list', '--address', address, ...there)).toEqual([id]);
    expect(await json('wallet', 'address', id, '--next', '--json', ...there)).toMatchObject({ index: 52 });
    expect(await idsOf('owner', 'wallets', 'u-17', '--tenant', 'shop', ...there)).toHaveLength(3);
  });
});
