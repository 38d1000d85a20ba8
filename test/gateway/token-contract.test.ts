import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { tokenCalls, tokenCreationCode } from '../support/contracts.js';

let node: Anvil;
beforeAll(async () => {
  node = await startAnvil({ chainId: 31337 });
});
afterAll(() => node.close());

test('the test token moves balances, keeps allowances and reverts an overdraft', async () => {
  const [owner, other] = node.accounts.map(({ address }) => address);
  const supply = 1000n * 10n ** 18n;
  const send = async (fields: object) =>
    node.receipt(String(await node.rpc('eth_sendTransaction', [{ from: owner, ...fields }])));
  const created = await send({ data: tokenCreationCode(supply) });
  expect(created.status).toBe('0x1');
  const to = created.contractAddress;
  const ask = async (data: string) => BigInt((await node.rpc('eth_call', [{ to, data }, 'latest'])) as string);
  expect(await ask(tokenCalls.balanceOf(owner!))).toBe(supply);
  await send({ to, data: tokenCalls.transfer(other!, 7n) });
  expect(await ask(tokenCalls.balanceOf(owner!))).toBe(supply - 7n);
  expect(await ask(tokenCalls.balanceOf(other!))).toBe(7n);
  await send({ to, data: tokenCalls.approve(other!, 99n) });
  expect(await ask(tokenCalls.allowance(owner!, other!))).toBe(99n);
  expect(await ask(tokenCalls.allowance(other!, owner!))).toBe(0n);
  expect(await ask(tokenCalls.decimals())).toBe(18n);
  await expect(node.rpc('eth_call', [{ from: other, to, data: tokenCalls.transfer(owner!, 8n) }])).rejects.toThrow();
});
