import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { encode } from 'cborg';

/** What a site asks of a new key; the members that an authenticator reads. */
export interface CreationAsked {
  readonly rp: { readonly id: string };
  readonly user: { readonly id: string };
  readonly challenge: string;
}

/** What a site asks of a key. */
export interface RequestAsked {
  readonly rpId: string;
  readonly challenge: string;
}

/** Registration as a browser writes it (WebAuthn 3, RegistrationResponseJSON). */
export interface Registration {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly clientExtensionResults: object;
  readonly authenticatorAttachment?: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[];
  };
}

/** Assertion as a browser writes it (AuthenticationResponseJSON). */
export interface Assertion extends Omit<Registration, 'response'> {
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string;
  };
}

/** What an answer may do wrong, or have more of. */
export interface Twist {
  readonly origin?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly signCount?: number;
  /** Changes the members of the client data, or is its text. */
  readonly clientData?: object | string | Uint8Array;
  readonly format?: string;
  readonly statement?: unknown;
  /** In place of the public key, in COSE. */
  readonly publicKey?: Uint8Array;
  /** In place of the credential's own id. */
  readonly id?: Uint8Array;
  /** Behind the authenticator data. */
  readonly tail?: Uint8Array;
  readonly attestation?: (object: Uint8Array) => Uint8Array;
  readonly signature?: (signature: Uint8Array) => Uint8Array;
  readonly userHandle?: string | null;
}

type Algorithm = 'ES256' | 'EdDSA';

const [UP, UV, AT] = [0x01, 0x04, 0x40];

/** A passkey made of software: one key of one user at one site, with a counter that grows unless `step` is 0. */
export class SoftPasskey {
  readonly id: Uint8Array;
  readonly origin: string;
  readonly #key: KeyObject;
  readonly #publicKey: Uint8Array;
  readonly #step: number;
  #count = 0;
  #handle: string | null = null;

  constructor({
    origin = 'https://shop.example.com',
    algorithm = 'ES256' as Algorithm,
    step = 1,
    id = randomBytes(32) as Uint8Array,
  } = {}) {
    this.origin = origin;
    this.id = id;
    this.#step = step;
    const { privateKey, publicKey } =
      algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519', undefined);
    this.#key = privateKey;
    this.#publicKey = coseOf(publicKey);
  }

  get publicKey(): Uint8Array {
    return this.#publicKey;
  }

  /** What `navigator.credentials.create()` gives, by `toJSON()`. */
  create(asked: CreationAsked, twist: Twist = {}): Registration {
    this.#handle = asked.user.id;
    const id = twist.id ?? this.id;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, id, twist.publicKey ?? this.#publicKey]);
    const data = Buffer.concat([
      this.#head(twist.rpId ?? asked.rp.id, { flags: UP | UV | AT, ...twist }),
      (twist.flags ?? AT) & AT ? credential : Buffer.alloc(0),
      twist.tail ?? Buffer.alloc(0),
    ]);
    const object = encode(
      new Map<string, unknown>([
        ['fmt', twist.format ?? 'none'],
        ['attStmt', twist.statement ?? new Map()],
        ['authData', new Uint8Array(data)],
      ]),
    );
    return {
      ...this.#common(),
      response: {
        clientDataJSON: text(this.#clientData('webauthn.create', asked.challenge, twist)),
        attestationObject: text(twist.attestation?.(object) ?? object),
        transports: ['internal', 'hybrid'],
      },
    };
  }

  /** What `navigator.credentials.get()` gives, by `toJSON()`. */
  get(asked: RequestAsked, twist: Twist = {}): Assertion {
    const data = Buffer.concat([
      this.#head(twist.rpId ?? asked.rpId, { flags: UP | UV, ...twist }),
      twist.tail ?? Buffer.alloc(0),
    ]);
    const clientData = this.#clientData('webauthn.get', asked.challenge, twist);
    const signed = Buffer.concat([data, createHash('sha256').update(clientData).digest()]);
    const signature = sign(this.#key.asymmetricKeyType === 'ec' ? 'sha256' : null, signed, this.#key);
    const userHandle = twist.userHandle === undefined ? this.#handle : twist.userHandle;
    return {
      ...this.#common(),
      response: {
        clientDataJSON: text(clientData),
        authenticatorData: text(data),
        signature: text(twist.signature?.(signature) ?? signature),
        ...(userHandle !== null && { userHandle }),
      },
    };
  }

  #common() {
    const id = text(this.id);
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      authenticatorAttachment: 'platform',
    } as const;
  }

  #head(rpId: string, { flags, signCount }: { readonly flags: number; readonly signCount?: number }): Buffer {
    this.#count += this.#step;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(signCount ?? this.#count);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(flags), counter]);
  }

  #clientData(type: string, challenge: string, { origin = this.origin, clientData }: Twist): Uint8Array {
    if (typeof clientData === 'string') return Buffer.from(clientData);
    if (clientData instanceof Uint8Array) return clientData;
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...clientData }));
  }
}

/** A key in COSE (RFC 9053). */
function coseOf(key: KeyObject): Uint8Array {
  const { kty, x = '', y = '' } = key.export({ format: 'jwk' });
  const bytes = (member: string) => new Uint8Array(Buffer.from(member, 'base64url'));
  const members: readonly (readonly [number, number | Uint8Array])[] =
    kty === 'EC'
      ? [
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, bytes(x)],
          [-3, bytes(y)],
        ]
      : [
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, bytes(x)],
        ];
  return encode(new Map(members));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
