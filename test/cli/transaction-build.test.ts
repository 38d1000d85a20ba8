import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import { createHouse } from '../../src/app/house.js';
import { build } from '../../src/cli/commands/build.js';
import { type Server, startServer } from '../support/http.js';
import { runInProcess } from '../support/in-process.js';
import { xrpPayments } from '../support/payment-nodes/xrp.js';
import { silentTerminal } from '../support/silent-terminal.js';

const { answers, request } = xrpPayments[0]!;
let node: Server;

beforeAll(async () => {
  node = await startServer((response, { body }) => {
    const { id, method, params } = JSON.parse(body);
    const found = answers[method];
    const result = typeof found === 'function' ? found(params) : found;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id, result }));
  });
});
afterAll(() => node.close());

async function run(flags: Record<string, string | boolean>) {
  const given = { testnet: true, node: `XRP=${node.url}`, ...flags };
  const house = createHouse(readConfig(given, {}, undefined), silentTerminal);
  try {
    return (await runInProcess(house, build, { flags: given })).results[0];
  } finally {
    await house.close();
  }
}

const payment = { chain: 'XRP', from: request.from.address, to: request.to, amount: '12.5' };

describe('custos transaction build', () => {
  it('prints the unsigned transaction and what it does, without a store', async () => {
    const result = await run({ ...payment, destinationTag: '7' });
    expect(JSON.parse(String(result?.['unsigned']))).toMatchObject({
      Amount: '12500000',
      DestinationTag: 7,
      Fee: '10',
    });
    expect(result).toMatchObject({ chain: 'XRP', summary: { kind: 'transfer', to: request.to, memo: '7' } });
  });

  it.each<[Record<string, string>, string]>([
    [{ amount: '' }, 'AMOUNT_INVALID'],
    [{ maxFee: '0.000001' }, 'FEE_INVALID'],
    [{ feeCeiling: 'XRP=0.000001' }, 'FEE_INVALID'],
    [{ decimals: 'six' }, 'USAGE'],
    [{ chain: 'XYZ' }, 'CHAIN_UNKNOWN'],
  ])('refuses %j (%s)', async (change, code) => {
    await expect(run({ ...payment, ...change })).rejects.toMatchObject({ code });
  });

  it('names what a payment needs', async () => {
    const { to: _none, ...rest } = payment;
    await expect(run(rest)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
