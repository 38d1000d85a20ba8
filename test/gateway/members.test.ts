import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scene, startScene } from './clients/scene.js';
import { exampleOf, forms } from './documented-forms.js';
import { type Answer, client } from './running.js';

/** What the gateway can do without, although the API cannot: member and forms. */
const spared: Readonly<Record<string, RegExp>> = {
  // The coin pays.
  feeCurrency: /Celo/i,
  // The mint says it.
  digits: /SolanaSpl/,
  // The least fee, and change that goes back.
  fee: /^Ada/,
  changeAddress: /^Ada/,
  // A contract is asked, and nothing signed.
  signatureId: /SmartContractMethod/,
  // The refusal names the issuer that is left over.
  token: /^Transfer(Xlm|Xrp)/,
};

/** What it needs, although the API's document says that it does not. */
const demanded: Readonly<Record<string, RegExp>> = {
  // Without them nobody knows how much, and where.
  digits: /AlgoErc20/,
  contractAddress: /^BidOnAuction/,
};

describe.each(forms)('$operation $form', (form) => {
  const { method, path, body } = exampleOf(form);
  const send = (change: object = {}) => {
    const sent = JSON.stringify({ ...body, ...change });
    return method === 'PUT' ? scene.ask.put(path, sent) : scene.ask.post(path, sent);
  };

  test('has a reason where it is not offered, and elsewhere takes the documented types and minds no others', async () => {
    const plain = await send();
    expect([404, 405, 500], JSON.stringify(plain.body)).not.toContain(plain.status);
    if (plain.status === 501) {
      expect(plain.body).toMatchObject({
        errorCode: 'NOT_OFFERED',
        message: expect.stringMatching(/: .{10,}|not offer/),
      });
      return;
    }
    for (const { property, constraints } of plain.body.data ?? []) {
      if (demanded[property]?.test(form.form) === true) continue;
      expect([property, Object.keys(constraints)]).not.toEqual([property, ['invalid_type']]);
    }
    const optional = { index: null, nonce: null, fee: null, data: null, feeCurrency: null, note: null, message: null };
    const given = Object.entries(optional).filter(([name]) => !Object.hasOwn(body, name));
    expect(outcome(await send({ unknown: { deep: [null, { a: 1 }] }, other: null }))).toEqual(outcome(plain));
    expect(outcome(await send(Object.fromEntries(given)))).toEqual(outcome(plain));
    for (const name of Object.keys(body)) {
      const absent = await send({ [name]: undefined });
      expect(outcome(await send({ [name]: null })), name).toEqual(outcome(absent));
      if (spared[name]?.test(form.form) === true) continue;
      const named = (absent.body.data ?? []).map(({ property }: { property: string }) => property.split('.')[0]);
      const isSource = absent.body.errorCode === 'transaction.invalid.body';
      expect([name, absent.status, isSource ? name : named.includes(name) && name]).toEqual([
        name,
        isSource ? 403 : 400,
        name,
      ]);
    }
  });
});

/** Everything but the id of what was queued. */
function outcome({ status, body }: Answer): unknown {
  return status === 200 ? status : { status, ...body };
}

const scene = {} as Scene & { ask: ReturnType<typeof client> };
beforeAll(async () => {
  Object.assign(scene, await startScene());
  scene.ask = client(scene.url);
});
afterAll(() => scene.close());
