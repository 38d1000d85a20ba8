import { generateKeyPairSync } from 'node:crypto';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { verifyAssertion } from '../../src/crypto/webauthn/assertion.js';
import { type Expected, readChallenge } from '../../src/crypto/webauthn/client-data.js';
import { verifyRegistration } from '../../src/crypto/webauthn/registration.js';
import { type Assertion, type Registration, SoftPasskey, type Twist } from '../support/authenticator.js';

const rpId = 'shop.example.com';
const origins = ['https://shop.example.com', 'https://app.shop.example.com'];
const challenge = new Uint8Array(32).fill(5);
const expected: Expected = { challenge, rpId, origins };
const handle = text(new Uint8Array(32).fill(9));
const creation = { rp: { id: rpId }, user: { id: handle }, challenge: text(challenge) };
const request = { rpId, challenge: text(challenge) };
const kinds = ['ES256', 'EdDSA'] as const;

/** A judgement: what came out, or that it was refused. */
type Judged = { readonly ok: unknown } | { readonly refused: string };

const registered = ({ id, response }: Registration) =>
  verifyRegistration(
    { id: bytes(id), clientData: bytes(response.clientDataJSON), attestationObject: bytes(response.attestationObject) },
    expected,
  );
const asserted = ({ response }: Assertion, credential: { publicKey: Uint8Array; signCount: number }) =>
  verifyAssertion(
    {
      clientData: bytes(response.clientDataJSON),
      authenticatorData: bytes(response.authenticatorData),
      signature: bytes(response.signature),
      ...(response.userHandle !== undefined && { userHandle: bytes(response.userHandle) }),
    },
    expected,
    { ...credential, userHandle: bytes(handle) },
  );

/** Any other error than the coded one fails the test. */
function judge(work: () => unknown): Judged {
  try {
    return { ok: work() };
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'PASSKEY_INVALID') throw error;
    return { refused: String(error.details['reason']) };
  }
}

/** What @simplewebauthn/server says. */
async function oracleRegistered(response: Registration): Promise<Judged> {
  const rules = { expectedChallenge: text(challenge), expectedOrigin: [...origins], expectedRPID: rpId };
  const given = response as Parameters<typeof verifyRegistrationResponse>[0]['response'];
  const judged = await verifyRegistrationResponse({ ...rules, response: given, supportedAlgorithmIDs: [-7, -8] }).catch(
    (error: unknown) => ({ error }),
  );
  if (!('verified' in judged) || !judged.verified) return { refused: 'oracle' };
  const { id, publicKey, counter } = judged.registrationInfo.credential;
  return { ok: { id: bytes(id), publicKey: new Uint8Array(publicKey), signCount: counter } };
}

async function oracleAsserted(
  response: Assertion,
  credential: { publicKey: Uint8Array; signCount: number },
): Promise<Judged> {
  const rules = { expectedChallenge: text(challenge), expectedOrigin: [...origins], expectedRPID: rpId };
  const { publicKey, signCount: counter } = credential;
  const given = response as Parameters<typeof verifyAuthenticationResponse>[0]['response'];
  const known = { id: response.id, publicKey: new Uint8Array(publicKey), counter };
  const judged = await verifyAuthenticationResponse({ ...rules, response: given, credential: known }).catch(
    (error: unknown) => ({ error }),
  );
  return 'verified' in judged && judged.verified ? { ok: judged.authenticationInfo.newCounter } : { refused: 'oracle' };
}

/** Wrong in a registration and in an assertion alike. */
const wrongInBoth: readonly (readonly [string, Twist])[] = [
  ['an origin that is not listed', { origin: 'https://shop.example.com.evil.example' }],
  ['an origin with another port', { origin: 'https://shop.example.com:8443' }],
  ['an origin in other letters', { origin: 'https://SHOP.example.com' }],
  ['another relying party', { rpId: 'evil.example' }],
  ['a parent domain as relying party', { rpId: 'example.com' }],
  ['another challenge', { clientData: { challenge: text(new Uint8Array(32)) } }],
  ['no challenge', { clientData: { challenge: undefined } }],
  ['a number as its challenge', { clientData: { challenge: 5 } }],
  ['no origin', { clientData: { origin: undefined } }],
  ['a list of origins', { clientData: { origin: origins } }],
  ['another type', { clientData: { type: 'payment.get' } }],
  ['no type', { clientData: { type: undefined } }],
  ['token binding of an unknown kind', { clientData: { tokenBinding: { status: 'perhaps' } } }],
  ['a text as token binding', { clientData: { tokenBinding: 'present' } }],
  ['client data that is not JSON', { clientData: '{"type":' }],
  ['a list as client data', { clientData: '[]' }],
  ['null as client data', { clientData: 'null' }],
  ['no client data', { clientData: '' }],
  ['bytes behind the authenticator data', { tail: Uint8Array.of(0) }],
];

/** Refused here, and not by the other library: why is said beside each. */
const strictInBoth: readonly (readonly [string, Twist])[] = [
  // Section 7.1, step 6 says UTF-8, and a replaced character makes another text.
  ['client data that is not UTF-8', { clientData: Buffer.concat([Buffer.from(clientDataOf('x')), Buffer.of(0xff)]) }],
  // A frame of another origin shows the user another page than they think.
  ['a frame of another origin', { clientData: { crossOrigin: true } }],
  ['a cross-origin flag that is not one', { clientData: { crossOrigin: 'no' } }],
  // Step 10: no server here has token binding.
  ['a connection with token binding', { clientData: { tokenBinding: { status: 'present', id: 'AA' } } }],
  // Readers differ in which of two members they take.
  ['a member twice', { clientData: clientDataOf('webauthn.create').replace('{', '{"type":"webauthn.get",') }],
];

const noKey = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
const es256 = (change: readonly (readonly [number, unknown])[]) => {
  const key = new SoftPasskey();
  const { x, y } = coordinates(key.publicKey);
  const members = new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, x],
    [-3, y],
  ]);
  for (const [member, value] of change) {
    if (value === undefined) members.delete(member);
    else members.set(member, value);
  }
  return encode(members);
};

const wrongRegistrations: readonly (readonly [string, Twist])[] = [
  ...wrongInBoth,
  ['its user absent', { flags: 0x44 }],
  ['a user who was not verified', { flags: 0x41 }],
  ['no credential', { flags: 0x05 }],
  ['a backup that must not be', { flags: 0x55 }],
  ['extensions that it does not have', { flags: 0xc5 }],
  ['a statement beside the attestation `none`', { statement: new Map([['x', 1]]) }],
  ['an algorithm that is not offered', { publicKey: es256([[3, -257]]) }],
  ['no algorithm', { publicKey: es256([[3, undefined]]) }],
  ['no public key', { publicKey: new Uint8Array() }],
  ['half a public key', { publicKey: es256([]).slice(0, 40) }],
  ['no CBOR', { attestation: () => Uint8Array.of(0xff, 0xff) }],
  ['half an attestation', { attestation: (object) => object.slice(0, 100) }],
  ['nothing', { attestation: () => new Uint8Array() }],
];

const strictRegistrations: readonly (readonly [string, Twist])[] = [
  ...strictInBoth,
  // The other library looks at the points only when they verify a signature.
  ['a point that is not on the curve', { publicKey: es256([[-3, new Uint8Array(32).fill(1)]]) }],
  ['a key of another curve', { publicKey: es256([[-1, 2]]) }],
  ['a key of another type', { publicKey: es256([[1, 1]]) }],
  ['a compressed point', { publicKey: es256([[-3, true]]) }],
  ['coordinates of another length', { publicKey: es256([[-2, bytes(String(noKey.x))]]) }],
  // Every second message fits a signature of 64 zeros under such a key.
  ['a point of small order', { publicKey: eddsa(new Uint8Array(32).fill(0, 1).fill(1, 0, 1)) }],
  ['the point zero', { publicKey: eddsa(new Uint8Array(32)) }],
  // Section 6.5.1.1: no other member; -4 would be the private key.
  ['a member too many in the key', { publicKey: es256([[-4, new Uint8Array(32)]]) }],
  ['an id that is not the one of its answer', { id: new Uint8Array(32) }],
  ['an id of no bytes', { id: new Uint8Array() }],
  // Section 5.4.7 of WebAuthn 3: 1,023 bytes.
  ['an id of 1,024 bytes', { id: new Uint8Array(1024) }],
  ['bytes behind the attestation', { attestation: (object) => Buffer.concat([object, Buffer.of(0)]) }],
  ['a member too many', { attestation: (object) => withMember(object) }],
];

const wrongAssertions: readonly (readonly [string, Twist])[] = [
  ...wrongInBoth,
  ['its user absent', { flags: 0x04 }],
  ['a user who was not verified', { flags: 0x01 }],
  ['a backup that must not be', { flags: 0x15 }],
  ['one flipped bit in its signature', { signature: (given) => flipped(given, given.length * 8 - 1) }],
  ['no signature', { signature: () => new Uint8Array() }],
  ['half a signature', { signature: (given) => given.slice(0, 30) }],
  ['a counter that stands still', { signCount: 7 }],
  ['a counter that goes back', { signCount: 1 }],
  ['a counter that is not there any more', { signCount: 0 }],
];

const strictAssertions: readonly (readonly [string, Twist])[] = [
  ...strictInBoth,
  // The other library leaves this to its caller.
  ['the handle of another user', { userHandle: text(new Uint8Array(32)) }],
  // Section 6.1: authenticators must not.
  [
    'a credential',
    { flags: 0x45, tail: Buffer.concat([Buffer.alloc(16), Buffer.of(0, 1, 1), new SoftPasskey().publicKey]) },
  ],
];

describe.each(kinds)('a passkey with %s', (algorithm) => {
  it('is registered and logs in, here and with another library', async () => {
    const passkey = new SoftPasskey({ algorithm });
    const made = passkey.create(creation);
    const kept = registered(made);
    expect(kept).toEqual({ id: new Uint8Array(passkey.id), publicKey: passkey.publicKey, signCount: 1 });
    expect(await oracleRegistered(made)).toEqual({ ok: kept });
    for (const twist of [{}, { origin: origins[1] }, { userHandle: null }, { flags: 0x0d }, { flags: 0x1d }]) {
      const answer = passkey.get(request, twist as Twist);
      const count = asserted(answer, kept);
      expect(count).toBeGreaterThan(1);
      expect(await oracleAsserted(answer, kept)).toEqual({ ok: count });
    }
  });

  it('that does not count logs in again and again', async () => {
    const passkey = new SoftPasskey({ algorithm, step: 0 });
    const kept = registered(passkey.create(creation));
    for (let at = 0; at < 2; at++) {
      const answer = passkey.get(request);
      expect(asserted(answer, kept)).toBe(0);
      expect(await oracleAsserted(answer, kept)).toEqual({ ok: 0 });
    }
  });

  it.each(wrongRegistrations)('is not registered with %s, here or with another library', async (_, twist) => {
    const answer = new SoftPasskey({ algorithm }).create(creation, twist);
    expect(judge(() => registered(answer))).toEqual({ refused: expect.any(String) });
    expect(await oracleRegistered(answer)).toEqual({ refused: 'oracle' });
  });

  it.each(wrongAssertions)('does not log in with %s, here or with another library', async (_, twist) => {
    const passkey = new SoftPasskey({ algorithm });
    const kept = { ...registered(passkey.create(creation)), signCount: 7 };
    const answer = passkey.get(request, { signCount: 8, ...twist });
    expect(judge(() => asserted(answer, kept))).toEqual({ refused: expect.any(String) });
    expect(await oracleAsserted(answer, kept)).toEqual({ refused: 'oracle' });
  });

  it.each(strictRegistrations)(
    'is not registered with %s, which another library lets pass or leaves open',
    (_, twist) => {
      const answer = new SoftPasskey({ algorithm }).create(creation, twist);
      expect(judge(() => registered(answer))).toEqual({ refused: expect.any(String) });
    },
  );

  it.each(strictAssertions)('does not log in with %s, which another library leaves to its caller', (_, twist) => {
    const passkey = new SoftPasskey({ algorithm });
    const kept = registered(passkey.create(creation));
    expect(judge(() => asserted(passkey.get(request, twist), kept))).toEqual({ refused: expect.any(String) });
  });

  it('is registered whatever its attestation says, because none was asked for', () => {
    const statement = new Map<string, unknown>([
      ['alg', -7],
      ['sig', new Uint8Array(8)],
    ]);
    const answer = new SoftPasskey({ algorithm }).create(creation, { format: 'packed', statement });
    expect(registered(answer).signCount).toBe(1);
  });

  it('is registered with the keys that others of these tests change', () => {
    for (const publicKey of [es256([]), eddsa(new SoftPasskey({ algorithm: 'EdDSA' }).publicKey.slice(-32))]) {
      expect(registered(new SoftPasskey({ algorithm }).create(creation, { publicKey })).publicKey).toEqual(publicKey);
    }
  });

  it('is registered with an id of 1,023 bytes, and with extensions', async () => {
    const id = new Uint8Array(1023).fill(3);
    const tail = encode(new Map([['credProps', new Map([['rk', true]])]]));
    const answer = new SoftPasskey({ algorithm, id }).create(creation, { flags: 0xc5, tail });
    expect(await oracleRegistered(answer)).toEqual({ ok: registered(answer) });
  });

  it('of another user, or with another key, does not log in', async () => {
    const [mine, other] = [new SoftPasskey({ algorithm }), new SoftPasskey({ algorithm })];
    const kept = registered(mine.create(creation));
    other.create(creation);
    const answer = other.get(request, { signCount: 9 });
    expect(judge(() => asserted(answer, kept))).toEqual({ refused: 'its signature is wrong' });
    expect(await oracleAsserted(answer, kept)).toEqual({ refused: 'oracle' });
  });

  it('with any flipped bit in a signed part does not log in', async () => {
    const passkey = new SoftPasskey({ algorithm });
    const kept = registered(passkey.create(creation));
    const part = fc.constantFrom('authenticatorData', 'signature', 'clientDataJSON');
    await fc.assert(
      fc.asyncProperty(part, fc.nat(), async (name, at) => {
        const { response, ...rest } = passkey.get(request);
        const given = bytes(String(response[name as 'signature']));
        const answer = { ...rest, response: { ...response, [name]: text(flipped(given, at % (given.length * 8))) } };
        const judged = judge(() => asserted(answer, kept));
        expect(judged).toEqual({ refused: expect.any(String) });
        // The other library reads signatures in BER as well, where some bits mean nothing.
        if (name !== 'signature') expect(await oracleAsserted(answer, kept)).toEqual({ refused: 'oracle' });
      }),
      { numRuns: 100 },
    );
  });

  it('is never registered, nor fails otherwise, with bytes changed in its attestation', () => {
    const passkey = new SoftPasskey({ algorithm });
    const { response, ...rest } = passkey.create(creation);
    const object = bytes(response.attestationObject);
    fc.assert(
      fc.property(fc.nat(object.length - 1), fc.uint8Array({ maxLength: 40 }), fc.nat(40), (at, put, cut) => {
        const changed = Buffer.concat([object.subarray(0, at), put, object.subarray(at + cut)]);
        const judged = judge(() =>
          registered({ ...rest, response: { ...response, attestationObject: text(changed) } }),
        );
        if ('refused' in judged) return;
        // What is not compared with anything may differ: the format's name, the AAGUID, the counter, reserved flags and the key.
        expect(judged.ok).toMatchObject({ id: new Uint8Array(passkey.id) });
      }),
      { numRuns: 500 },
    );
  });
});

describe('a text that is said to come from a passkey', () => {
  it('is refused with the coded error, whatever its bytes', () => {
    const any = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(any, any, any, (clientData, object, signature) => {
        const fields = { clientDataJSON: text(clientData), attestationObject: text(object) };
        const made = { ...new SoftPasskey().create(creation), response: fields };
        expect(judge(() => registered(made))).toEqual({ refused: expect.any(String) });
        const assertion = {
          clientDataJSON: text(clientData),
          authenticatorData: text(object),
          signature: text(signature),
        };
        const answer = { ...new SoftPasskey().get(request), response: assertion };
        const kept = { publicKey: object, signCount: 0 };
        expect(judge(() => asserted(answer, kept))).toEqual({ refused: expect.any(String) });
      }),
      { numRuns: 200 },
    );
  });

  it('is refused with the coded error, whatever CBOR is its attestation or key', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.string(),
        fc.boolean(),
        fc.uint8Array({ maxLength: 70 }),
        tie('map'),
      ),
      map: fc
        .array(fc.tuple(fc.oneof(fc.integer({ min: -4, max: 4 }), fc.string()), tie('any')), { maxLength: 6 })
        .map((members) => new Map(members)),
    }));
    fc.assert(
      fc.property(value.any, value.map, (any, map) => {
        const attested = new SoftPasskey().create(creation, { attestation: () => encode(any) });
        expect(judge(() => registered(attested))).toEqual({ refused: expect.any(String) });
        const keyed = new SoftPasskey().create(creation, { publicKey: encode(map) });
        expect(judge(() => registered(keyed))).toEqual({ refused: expect.any(String) });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['nested deeper than the stack', new Uint8Array(60_000).fill(0x81)],
    ['longer than 64 KiB', new Uint8Array(70_000)],
    ['of a length that is not there', Uint8Array.of(0x5b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff)],
    ['with a map of no end', Uint8Array.of(0xbf, 0xff)],
    ['with a number longer than needed', Uint8Array.of(0xa1, 0x18, 1, 2)],
    ['with a member twice', Uint8Array.of(0xa2, 1, 2, 1, 2)],
    ['with a tag', Uint8Array.of(0xc0, 0xa0)],
  ])('and is CBOR %s is refused with the coded error', (_, object) => {
    const answer = new SoftPasskey().create(creation, { attestation: () => object });
    expect(judge(() => registered(answer))).toEqual({ refused: expect.stringMatching(/attestation/) });
  });

  it('names its challenge before anything of it is believed, or is refused', () => {
    const given = fc.uint8Array({ minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(given, (bytesOfIt) => {
        const clientData = Buffer.from(clientDataOf('webauthn.get').replace(text(challenge), text(bytesOfIt)));
        expect(readChallenge(clientData)).toEqual(new Uint8Array(bytesOfIt));
      }),
    );
    for (const wrong of ['', '{}', '{"type":"x","origin":"y","challenge":"+"}']) {
      expect(judge(() => readChallenge(Buffer.from(wrong)))).toEqual({ refused: expect.any(String) });
    }
  });
});

function clientDataOf(type: string): string {
  return JSON.stringify({ type, challenge: text(challenge), origin: origins[0] });
}

function eddsa(point: Uint8Array): Uint8Array {
  return encode(
    new Map<number, unknown>([
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, point],
    ]),
  );
}

function coordinates(publicKey: Uint8Array): { readonly x: Uint8Array; readonly y: Uint8Array } {
  return { x: publicKey.slice(10, 42), y: publicKey.slice(45, 77) };
}

/** The attestation object, with four members. */
function withMember(object: Uint8Array): Uint8Array {
  const changed = Buffer.concat([object, encode('x'), encode(1)]);
  changed[0] = 0xa4;
  return changed;
}

function flipped(given: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(given);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

function text(given: Uint8Array): string {
  return Buffer.from(given).toString('base64url');
}

function bytes(given: string): Uint8Array {
  return new Uint8Array(Buffer.from(given, 'base64url'));
}
