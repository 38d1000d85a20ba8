import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Carrier, problemsOf, startCarrier } from './carrier.js';
import { contractForms } from './form-table.js';

let way: Carrier;
beforeAll(async () => {
  way = await startCarrier();
});
afterAll(() => way.close());

describe.each(contractForms)('%s', (operation, form) => {
  const [method = '', path = ''] = operation.split(' ');
  const submit = (change: object) => {
    return way.submit(path, { ...form, ...change }, { method: method === 'PUT' ? 'PUT' : 'POST' });
  };

  test.each([...Object.keys(form), 'signatureId'])('needs %s', async (name) => {
    for (const value of [undefined, null]) expect(problemsOf(await submit({ [name]: value }))).toEqual([name]);
    const [problem] = problemsOf(await submit({ [name]: { odd: true } }));
    expect(problem).toBe(name);
  });

  test('names no key, and another chain or none is refused', async () => {
    expect(problemsOf(await submit({ fromPrivateKey: `0x${'11'.repeat(32)}` }))).toEqual(['fromPrivateKey']);
    for (const chain of [undefined, null, 7, 'NONE']) expect(problemsOf(await submit({ chain }))).toEqual(['chain']);
    expect(problemsOf(await submit({ signatureId: 'x' }))).toEqual(['signatureId']);
    expect(problemsOf(await submit({ index: -1 }))).toEqual(['index']);
  });

  test('does not mind further members, or null ones', async () => {
    const { status, body } = await submit({ unknown: { deep: [1] }, index: null, nonce: null, fee: null });
    // What it wants of the node, which has no such contract, is another matter.
    const named = body.data?.map(({ property }: { property: string }) => property) ?? [];
    expect(['unknown', 'index', 'nonce', 'fee'].some((name) => named.includes(name))).toBe(false);
    expect([200, 400, 501]).toContain(status);
  });
});
