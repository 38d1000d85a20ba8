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

it('the second act holds a large payment until two persons approve it, and stops and verifies everything', async () => {
  const env = { CUSTOS_PASSWORD: 'password of the demo' };
  const { code, stdout, stderr } = await custos(['demo', 'control'], { home, env });
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error|warning/i)]);
  const lines = stdout.trim().split('\n');
  expect(lines.filter((line) => line.includes('held:'))).toEqual([
    '  held: policy: large needs 2 of treasury: no approval yet, bea, ben can',
    expect.stringMatching(/^ {2}held: freeze [0-9a-f]{32} stops all: a demo of the emergency stop$/),
  ]);
  expect(lines.filter((line) => line.includes('paid:'))).toHaveLength(3);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ events: expect.any(Number) });
});

it('the third act serves an application, and pays once however often it asks', async () => {
  const { code, stdout, stderr } = await custos(['demo', 'api'], { home });
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error|warning/i)]);
  const lines = stdout.trim().split('\n');
  const result = JSON.parse(lines.at(-1) ?? '');
  expect(result).toEqual({ id: expect.any(String), txId: expect.stringMatching(/^0x[0-9a-f]{64}$/), block: 1 });
  expect(lines).toContain(`  both are transaction ${result.id}`);
  expect(lines).toContain('  bob 0 → 0.25 ETH');
});
