import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosClientError, CustosWebhookError, verifyWebhook } from '../../src/client/index.js';
import { publicKeyText, sharedSecretText, signedHeaders, webhookKeys } from '../../src/webhooks/sign.js';

const keys = webhookKeys({ shared: new Uint8Array(32).fill(7), seed: new Uint8Array(32).fill(9) });
const [secret, publicKey] = [sharedSecretText(keys), publicKeyText(keys)];
const seconds = 1_800_000_000;
const now = seconds * 1000;
const body = JSON.stringify({ id: 'evt_1', type: 'transaction.completed', timestamp: 'x', data: { note: 'é' } });
const headers = signedHeaders(keys, { id: 'evt_1', seconds, body });
const refused = { name: 'CustosWebhookError', code: 'WEBHOOK_INVALID' };

describe('verifyWebhook', () => {
  it.each([
    ['the secret', { secret }],
    ['the public key', { publicKey }],
    ['a new secret beside the former one', { secret: [`whsec_${'A'.repeat(43)}=`, secret] }],
  ])('a message of the server is verified with %s', async (_name, known) => {
    expect(await verifyWebhook({ headers, body }, { ...known, now })).toEqual(JSON.parse(body));
    const web = { headers: new Headers(headers), body: new TextEncoder().encode(body) };
    expect(await verifyWebhook(web, { ...known, now })).toEqual(JSON.parse(body));
  });

  it('a body that was parsed already, and a key that is missing, are said to be mistakes of the application', async () => {
    const mistaken: readonly (readonly [unknown, unknown])[] = [
      ...[[JSON.parse(body), secret] as const, [undefined, secret] as const, [new ArrayBuffer(2), secret] as const],
      ...[[body, null] as const, [body, [undefined]] as const],
    ];
    for (const [given, known] of mistaken) {
      const asked = Reflect.apply(verifyWebhook, undefined, [
        { headers, body: given },
        { secret: known, now },
      ]);
      await expect(asked).rejects.toMatchObject({ name: 'CustosClientError', code: 'CLIENT_OPTIONS' });
    }
  });

  it('the published example of a signature is right', async () => {
    // source: https://docs.svix.com/receiving/verifying-payloads/how-manual
    const given = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const known = { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', now: 1_614_265_330_000 };
    expect(await verifyWebhook({ headers: given, body: '{"test": 2432232314}' }, known)).toEqual({ test: 2432232314 });
    const other = verifyWebhook({ headers: given, body: '{"test": 2432232315}' }, known);
    await expect(other).rejects.toMatchObject(refused);
  });

  it.each([
    ['another body', { body: body.replace('completed', 'failed') }],
    ['another id', { headers: { ...headers, 'webhook-id': 'evt_2' } }],
    ['another time', { headers: { ...headers, 'webhook-timestamp': String(seconds + 1) } }],
    ['a time that is no number', { headers: { ...headers, 'webhook-timestamp': `${seconds}x` } }],
    ['no id', { headers: { ...headers, 'webhook-id': undefined } }],
    ['a header twice', { headers: { ...headers, 'webhook-id': ['evt_1', 'evt_1'] } }],
    ['no signature', { headers: { ...headers, 'webhook-signature': '' } }],
    ['no Base64', { headers: { ...headers, 'webhook-signature': 'v1,§ v1a,§' } }],
    [
      'signatures of another version',
      { headers: { ...headers, 'webhook-signature': headers['webhook-signature']?.replace(/v1a?,/g, 'v2,') } },
    ],
  ])('a message with %s is refused', async (_name, changed) => {
    await expect(verifyWebhook({ headers, body, ...changed }, { secret, publicKey, now })).rejects.toMatchObject(
      refused,
    );
  });

  it('a signature of one kind does not count as one of the other', async () => {
    const swapped = headers['webhook-signature']?.replace('v1a,', 'x,').replace('v1,', 'v1a,').replace('x,', 'v1,');
    const message = { headers: { ...headers, 'webhook-signature': swapped }, body };
    await expect(verifyWebhook(message, { secret, publicKey, now })).rejects.toMatchObject(refused);
  });

  it('a message counts for five minutes before and after its time, or as long as the receiver says', async () => {
    const at = (offset: number, tolerance?: number) =>
      verifyWebhook({ headers, body }, { secret, now: now + offset * 1000, ...(tolerance && { tolerance }) });
    for (const offset of [-300, 300]) expect(await at(offset)).toEqual(JSON.parse(body));
    for (const offset of [-301, 301]) await expect(at(offset)).rejects.toMatchObject(refused);
    await expect(at(20, 10)).rejects.toMatchObject(refused);
    expect(await at(-3000, 3600)).toEqual(JSON.parse(body));
  });

  it.each([
    [{}],
    [{ secret: '' }],
    [{ secret: 'whsec_' }],
    [{ secret: publicKey }],
    [{ secret: 'whsec_AAAA' }],
    [{ publicKey: secret }],
  ])('with keys such as %j nothing is verified', async (wrong) => {
    const refusal = await verifyWebhook({ headers, body }, { ...wrong, now }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CustosClientError);
    expect(refusal).toMatchObject({ code: 'CLIENT_OPTIONS' });
  });

  it('whatever comes in headers and body, it is refused', async () => {
    const header = fc.oneof(fc.string(), fc.constant(undefined), fc.constant(String(seconds)));
    const anything = fc.record({
      id: header,
      time: header,
      signature: fc.oneof(
        header,
        fc.string().map((one) => `v1,${one}`),
      ),
      text: fc.string(),
    });
    await fc.assert(
      fc.asyncProperty(anything, async ({ id, time, signature, text }) => {
        const given = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature };
        const refusal = verifyWebhook({ headers: given, body: text }, { secret, publicKey, now });
        await expect(refusal).rejects.toBeInstanceOf(CustosWebhookError);
      }),
      { numRuns: 200 },
    );
  });
});
