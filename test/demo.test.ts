import { afterAll, expect, it } from 'vitest';
import { custos, makeHome, removeHome } from './support/custos.js';

const home = makeHome();
afterAll(() => removeHome(home));

it('the demo signs in a signer process, on each Node that the checks try', async () => {
  const { code, stdout, stderr } = await custos(['demo'], { home, env: { CUSTOS_PASSWORD: 'password of the demo' } });
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error|warning/i)]);
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    block: 1,
    signedBy: expect.stringMatching(/^signer process \d+$/),
  });
});
