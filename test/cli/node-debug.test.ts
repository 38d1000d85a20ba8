import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';

let kms: Kms;
beforeAll(async () => {
  kms = await startKms();
});
afterAll(() => kms.close());

it('NODE_DEBUG never shows the API key of a running daemon, and the warning says so', async () => {
  kms.stub.queue('ETH').push(transfer('with-debug', kms.ids.key));
  const env = { ...kms.env, NODE_DEBUG: '*' };
  const { code, stdout, stderr } = await custos(['daemon', '--testnet', '--run-once'], { home: kms.home, env });
  expect(code).toBe(0);
  expect(await kms.story('with-debug')).toMatchObject({ state: 'completed' });
  expect(`${stdout}${stderr}`).not.toContain(kms.env['CUSTOS_API_KEY']);
  expect(stderr).toContain('custos: warning: NODE_DEBUG is set');
});
