import { CustosError } from '../../core/errors.js';
import type { HeldKey } from '../../core/signing/key-holder.js';
import type { Pkcs11Uri } from '../../core/signing/key-uri.js';
import type { Scheme } from '../../core/signing/signing-key.js';
import { readPoint } from '../public-key.js';
import { ck, returned } from './constants.js';
import { asKeyError, codeOf } from './faults.js';
import { type Handle, loadModule, loadPackage, type Pkcs11, type Pkcs11Package } from './module.js';

/** Bytes of the nonce and the tag of AES-GCM. */
const NONCE = 12;
const TAG = 16;

interface Found {
  readonly handle: Handle;
  readonly held: HeldKey;
  readonly asksAgain: boolean;
}

/**
 * The token that a module shows, opened once with its PIN. Calls block this process, which is why it is one of its own: whoever
 * started it ends it when an answer is late. After a failure it is not used again.
 */
export class Token {
  readonly #package: Pkcs11Package;
  readonly #module: Pkcs11;
  readonly #session: Handle;
  readonly #pin: string | undefined;
  readonly #keys = new Map<string, Found>();

  /**
   * @param uri - its module, and what the token must say of itself
   * @throws CustosError KEY_MODULE_MISSING, KEY_UNREACHABLE: no such token, or several; KEY_PIN_WRONG
   */
  constructor(uri: Pkcs11Uri, pin: Uint8Array | undefined) {
    this.#package = loadPackage();
    this.#module = loadModule(this.#package, uri.module);
    // The package takes no other form; the text ends with this process.
    this.#pin = pin === undefined ? undefined : new TextDecoder('utf-8', { fatal: true }).decode(pin);
    const slot = findSlot(this.#module, uri);
    this.#session = asKeyError(() => this.#module.C_OpenSession(slot, ck.serialSession));
    if (this.#pin !== undefined) this.#login(ck.user);
  }

  /** What a key is, by its public half. @throws CustosError KEY_NOT_FOUND, KEY_UNSUITABLE */
  key(uri: Pkcs11Uri): HeldKey {
    return this.#keyOf(uri).held;
  }

  /** @throws CustosError KEY_NOT_FOUND, KEY_UNSUITABLE, KEY_UNREACHABLE */
  sign(uri: Pkcs11Uri, scheme: Scheme, bytes: Uint8Array): Uint8Array {
    const { handle, held, asksAgain } = this.#keyOf(uri);
    const mechanism = mechanismOf(scheme, held);
    return asKeyError(() => {
      this.#module.C_SignInit(this.#session, { mechanism }, handle);
      if (asksAgain) this.#login(ck.contextSpecific);
      return Uint8Array.from(this.#module.C_Sign(this.#session, Buffer.from(bytes), Buffer.alloc(256)));
    });
  }

  /**
   * Encrypts with an AES key of the token, by AES-GCM.
   * @param aad - what the box is bound to
   * @returns nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes)
   */
  wrap(uri: Pkcs11Uri, bytes: Uint8Array, aad: Uint8Array): Uint8Array {
    const key = this.#find(uri, ck.class.secretKey);
    return asKeyError(() => {
      const nonce = this.#module.C_GenerateRandom(this.#session, Buffer.alloc(NONCE));
      this.#module.C_EncryptInit(this.#session, this.#gcm(nonce, aad), key);
      const out = this.#module.C_Encrypt(this.#session, Buffer.from(bytes), Buffer.alloc(bytes.length + TAG));
      return Uint8Array.from(Buffer.concat([nonce, out]));
    });
  }

  /** Opens what `wrap` made. @throws CustosError KEY_BOX_DAMAGED: another key, other associated data, or altered bytes */
  unwrap(uri: Pkcs11Uri, box: Uint8Array, aad: Uint8Array): Uint8Array {
    const key = this.#find(uri, ck.class.secretKey);
    const sealed = Buffer.from(box);
    if (sealed.length < NONCE + TAG) throw damagedBox();
    return asKeyError(() => {
      this.#module.C_DecryptInit(this.#session, this.#gcm(sealed.subarray(0, NONCE), aad), key);
      try {
        return Uint8Array.from(
          this.#module.C_Decrypt(this.#session, sealed.subarray(NONCE), Buffer.alloc(sealed.length)),
        );
      } catch (thrown) {
        const code = codeOf(thrown);
        // CKR_GENERAL_ERROR: SoftHSM has no better word for a wrong tag.
        if (returned.damagedBox.has(code) || code === 5) throw damagedBox();
        throw thrown;
      }
    });
  }

  #gcm(iv: Buffer, aad: Uint8Array) {
    const parameter = {
      type: this.#package.CK_PARAMS_AES_GCM,
      iv,
      aad: Buffer.from(aad),
      ivBits: NONCE * 8,
      tagBits: TAG * 8,
    };
    return { mechanism: ck.mechanism.aesGcm, parameter };
  }

  #login(user: number): void {
    asKeyError(() => {
      try {
        this.#module.C_Login(this.#session, user, this.#pin);
      } catch (thrown) {
        if (codeOf(thrown) !== returned.alreadyLoggedIn) throw thrown;
      }
    });
  }

  #keyOf(uri: Pkcs11Uri): Found {
    const name = JSON.stringify([uri.object, uri.id && Buffer.from(uri.id).toString('hex')]);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const handle = this.#find(uri, ck.class.privateKey);
    const isTrue = (type: number) => this.#attribute(handle, type)?.[0] === 1;
    const isExtractable = isTrue(ck.attribute.extractable) && !isTrue(ck.attribute.sensitive);
    const held = { ...this.#publicHalf(uri, handle), ...(isExtractable && { isExtractable: true as const }) };
    const found = { handle, held, asksAgain: isTrue(ck.attribute.alwaysAuthenticate) };
    this.#keys.set(name, found);
    return found;
  }

  /** The point is in the object of the public key; few tokens also show it in that of the private key. */
  #publicHalf(uri: Pkcs11Uri, privateKey: Handle): Pick<HeldKey, 'curve' | 'publicKey'> {
    const id = this.#attribute(privateKey, ck.attribute.id);
    const twin: Pkcs11Uri = id !== undefined && id.length > 0 ? { ...withoutObject(uri), id } : uri;
    const read = (handle: Handle) => {
      const point = this.#attribute(handle, ck.attribute.ecPoint);
      const curve =
        this.#attribute(handle, ck.attribute.ecParams) ?? this.#attribute(privateKey, ck.attribute.ecParams);
      return point === undefined || point.length === 0 || curve === undefined ? undefined : readPoint(curve, point);
    };
    const half = read(privateKey) ?? read(this.#find(twin, ck.class.publicKey));
    if (half !== undefined) return half;
    throw new CustosError('KEY_UNSUITABLE', 'the token shows no public half of this key');
  }

  #attribute(object: Handle, type: number): Buffer | undefined {
    try {
      return this.#module.C_GetAttributeValue(this.#session, object, [{ type }])[0]?.value;
    } catch (thrown) {
      if (returned.noAttribute.has(codeOf(thrown))) return undefined;
      return asKeyError(() => {
        throw thrown;
      });
    }
  }

  /** The one object of a class. @throws CustosError KEY_NOT_FOUND: none, or several */
  #find({ object, id }: Pick<Pkcs11Uri, 'object' | 'id'>, of: number): Handle {
    const template = [
      { type: ck.attribute.class, value: of },
      ...(object === undefined ? [] : [{ type: ck.attribute.label, value: Buffer.from(object) }]),
      ...(id === undefined ? [] : [{ type: ck.attribute.id, value: Buffer.from(id) }]),
    ];
    const found = asKeyError(() => {
      this.#module.C_FindObjectsInit(this.#session, template);
      const handles = this.#module.C_FindObjects(this.#session, 2);
      this.#module.C_FindObjectsFinal(this.#session);
      return handles;
    });
    const [first, second] = found;
    if (first === undefined) {
      throw new CustosError('KEY_NOT_FOUND', `the token shows no such ${classNames[of] ?? 'object'}`);
    }
    if (second === undefined) return first;
    throw new CustosError('KEY_NOT_FOUND', `several keys of the token fit the address; name one by object and id`);
  }
}

const classNames: Readonly<Record<number, string>> = { 2: 'public key', 3: 'private key', 4: 'AES key' };

function withoutObject({ object: _object, ...rest }: Pkcs11Uri): Pkcs11Uri {
  return rest;
}

/** @throws CustosError KEY_UNREACHABLE */
function findSlot(module: Pkcs11, uri: Pkcs11Uri): Handle {
  const slots = asKeyError(() => module.C_GetSlotList(true));
  const fitting = slots.filter((slot) => isNamed(module, slot, uri));
  const [first, second] = fitting;
  if (first === undefined) throw new CustosError('KEY_UNREACHABLE', 'the PKCS#11 module shows no such token');
  if (second === undefined) return first;
  throw new CustosError('KEY_NOT_FOUND', 'several tokens fit the address of the key; name one by token or serial');
}

function isNamed(module: Pkcs11, slot: Handle, uri: Pkcs11Uri): boolean {
  if (uri.slotId !== undefined && slot.readUInt32LE(0) !== uri.slotId) return false;
  const { label, manufacturerID, model, serialNumber } = asKeyError(() => module.C_GetTokenInfo(slot));
  const pairs: readonly (readonly [string | undefined, string])[] = [
    [uri.token, label],
    [uri.manufacturer, manufacturerID],
    [uri.model, model],
    [uri.serial, serialNumber],
  ];
  // The fields have a fixed width and are filled up with blanks.
  return pairs.every(([wanted, said]) => wanted === undefined || wanted.trimEnd() === said.replace(/[\0 ]+$/, ''));
}

function mechanismOf(scheme: Scheme, { curve }: HeldKey): number {
  if (scheme === 'ed25519' && curve === 'ed25519') return ck.mechanism.eddsa;
  if ((scheme === 'ecdsa-secp256k1' || scheme === 'ecdsa-secp256k1-any-s') && curve === 'secp256k1') {
    return ck.mechanism.ecdsa;
  }
  if (scheme === 'ecdsa-p256' && curve === 'p256') return ck.mechanism.ecdsa;
  throw new CustosError('KEY_UNSUITABLE', `a key of ${curve} in a token does not sign ${scheme}`);
}

function damagedBox(): CustosError {
  return new CustosError('KEY_BOX_DAMAGED', 'the AES key of the token does not open these bytes');
}
