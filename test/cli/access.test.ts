import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../src/app/house.js';
import {
  createTenant,
  createToken,
  listTenants,
  listTokens,
  revokeToken,
  setTenant,
} from '../../src/cli/commands/service/access.js';
import { applicationScopes } from '../../src/core/access/scopes.js';
import { makeHome, onTerminal, removeHome } from '../support/custos.js';
import { openHouse, runInProcess } from '../support/in-process.js';

let home: string;
let house: House;

beforeAll(async () => {
  home = makeHome();
  house = await openHouse(home);
});
afterAll(async () => {
  await house?.close();
  removeHome(home);
});

type Command = Parameters<typeof runInProcess>[1];
type Given = Parameters<typeof runInProcess>[2];
const run = (command: Command, given?: Given) => runInProcess(house, command, given);
const json = { json: true };

describe('tokens on the command line', () => {
  it('a token is shown once, listed without its secret, and ended', async () => {
    const made = await run(createToken, { args: ['shop'], flags: { ...json, rate: '7', expiresIn: '90' } });
    const [{ id, token } = { id: '', token: '' }] = made.results;
    expect(made.results).toEqual([{ id, token, tenant: 'default', name: 'shop' }]);
    expect(made.notes.join()).toContain('shown only this once');
    const listed = async () => (await run(listTokens, { flags: json })).results.find((one) => one['id'] === id);
    expect(await listed()).toMatchObject({ state: 'active', name: 'shop', rate: 7, scopes: [...applicationScopes] });
    const [, , secret = ''] = String(token).split('_');
    expect(JSON.stringify(await run(listTokens))).not.toContain(secret);
    await run(revokeToken, { args: [String(id)] });
    await run(revokeToken, { args: [String(id)] });
    expect(await listed()).toMatchObject({ state: 'revoked' });
  });

  it.each<[what: string, code: string, args: readonly string[], flags: Record<string, unknown>]>([
    ['a scope that is not there', 'TOKEN_FACTS_INVALID', ['one'], { scope: ['wallets:read', 'all'] }],
    ['scopes that ask and decide', 'TOKEN_FACTS_INVALID', ['one'], { scope: ['transactions:create,approvals:decide'] }],
    ['no name', 'TOKEN_FACTS_INVALID', [''], {}],
    ['a name that is too long', 'TOKEN_FACTS_INVALID', ['x'.repeat(65)], {}],
    ['a name with a line break', 'TOKEN_FACTS_INVALID', ['a\nb'], {}],
    ['a network that is none', 'TOKEN_FACTS_INVALID', ['one'], { fromNetwork: ['10.0.0.0/33'] }],
    ['a tenant that is not there', 'TENANT_UNKNOWN', ['one'], { tenant: 'nobody' }],
    ['a tenant of another form', 'TENANT_INVALID', ['one'], { tenant: 'No Body' }],
    ['an owner without a name', 'OWNER_INVALID', ['one'], { owner: '' }],
    ['a rate of nothing', 'USAGE', ['one'], { rate: '0' }],
    ['a rate that is no number', 'USAGE', ['one'], { rate: 'fast' }],
    ['an end that is past', 'USAGE', ['one'], { expiresIn: '-1' }],
  ])('a token with %s is not made', async (_what, code, args, flags) => {
    const before = (await run(listTokens, { flags: json })).results;
    await expect(run(createToken, { args, flags: flags as never })).rejects.toMatchObject({ code });
    expect((await run(listTokens, { flags: json })).results).toEqual(before);
  });

  it.each(['', 'x', '0123456789abcdef', 'custos_0123456789abcdef'])('there is no token %j to end', async (id) => {
    await expect(run(revokeToken, { args: [id] })).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
  });
});

describe('tenants on the command line', () => {
  it('a tenant is made once, and listed', async () => {
    await run(createTenant, { args: ['shop'] });
    await expect(run(createTenant, { args: ['shop'] })).rejects.toMatchObject({ code: 'TENANT_EXISTS' });
    const { results } = await run(listTenants, { flags: json });
    expect(results.map(({ id }) => id)).toContain('shop');
  });

  it.each(['', 'Shop', 'a b', 'x'.repeat(65), 'shop/2'])('%j is not the name of a tenant', async (name) => {
    await expect(run(createTenant, { args: [name] })).rejects.toMatchObject({ code: 'TENANT_INVALID' });
    await expect(run(setTenant, { args: [name] })).rejects.toMatchObject({ code: 'TENANT_INVALID' });
  });
});

it('a first start on a terminal asks for a password twice, and shows recovery key, token and URL once', async () => {
  const fresh = makeHome();
  const password = 'typed and never shown';
  const given = ['--testnet', '--node', 'ETH=http://127.0.0.1:9', '--listen', '127.0.0.1:0'];
  const running = onTerminal(['serve', ...given], { home: fresh });
  await running.line(/New password/);
  running.type(`${password}\r`);
  await running.line(/Once more/);
  running.type(`${password}\r`);
  await running.line(/"url": "http:\/\/127/);
  // Ctrl-C, as somebody at the terminal ends it.
  running.type('\u0003');
  const { stdout, stderr } = await running.ended;
  const screen = stdout + stderr;
  expect(screen).not.toContain(password);
  expect(screen.match(/custos_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}/g)).toHaveLength(1);
  expect(screen.match(/([0-9A-Z]{4}-){13}[0-9A-Z]{4}/g)).toHaveLength(1);
  removeHome(fresh);
}, 120_000);
