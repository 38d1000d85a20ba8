import { createHash, randomBytes } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import type { Secret } from '../core/secret.js';
import type { HeldKey, HeldSigning, KeyHolder } from '../core/signing/key-holder.js';
import { type KeyUri, type Pkcs11Uri, parseKeyUri } from '../core/signing/key-uri.js';
import { HsmChild, type HsmStart } from './child.js';
import type { HsmAnswer, HsmWork } from './messages.js';

export interface KeyHoldersOptions {
  /** Starts a process for a token, or for the key services of clouds. */
  start(service: 'token' | 'clouds'): HsmStart;
  /** The PIN of a token, read each time that its process starts; undefined for a token without one. This wipes it. */
  pin(uri: Pkcs11Uri): Promise<Secret | undefined>;
  /** Milliseconds for one answer. */
  readonly timeout?: number;
}

/**
 * Whatever holds keys outside Custos, each in a process of its own: one for each token (its native module may hang or crash and takes
 * nobody with it) and one for all clouds. A process starts with the first question and again after a failure.
 *
 * To use it from elsewhere: `keyHolders({ config })` of `app/hsm/holders.ts`, then `wrap` and `unwrap` with the address of
 * an AES key (`pkcs11:token=…;object=…?module-path=…`), and `close` at the end.
 */
export interface KeyHolders extends KeyHolder {
  /** Finds a key. @throws CustosError as `sign`, KEY_URI_INVALID */
  key(uri: string): Promise<HeldKey>;
  /**
   * Encrypts at most 32 KiB with an AES key of a PKCS#11 token, by AES-GCM.
   * @param aad - what the box is bound to; `unwrap` needs the same
   * @returns nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes)
   * @throws CustosError as `sign`
   */
  wrap(uri: string, bytes: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;
  /** Opens what `wrap` made; the caller wipes the bytes. @throws CustosError as `sign`; KEY_BOX_DAMAGED */
  unwrap(uri: string, box: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;
  /** Process ids, for whoever watches. */
  readonly pids: readonly number[];
  close(): void;
}

/** Longer than any token needs for a signature, with a touch of a person's finger; a network HSM answers in milliseconds. */
const TIMEOUT = 15_000;
/** Processes that are kept; the one that was idle for longest makes room. */
const MOST_PROCESSES = 16;
/** Milliseconds during which a failed start is the answer to every question, so that a dead token costs no start for each of them. */
const REST = 1_000;
/** Milliseconds for which a process knows the keys of its token. */
const FRESH = 10_000;
/** Questions of clouds at a time. */
const CLOUD_AT_ONCE = 32;

/** Failures that say nothing about the process or its token: it goes on. */
const keepsProcess = new Set(['KEY_UNSUITABLE', 'KEY_BOX_DAMAGED', 'KEY_URI_INVALID']);

interface Place {
  child: HsmChild | undefined;
  starting: Promise<HsmChild> | undefined;
  failed: { readonly at: number; readonly error: CustosError } | undefined;
  /** Digest of the PIN that the token refused: after a few wrong ones it locks itself, so this one is not tried again. */
  refusedPin: string | undefined;
  usedAt: number;
}

/** @throws CustosError KEY_URI_INVALID, and as `KeyHolder` says */
export function createKeyHolders(options: KeyHoldersOptions): KeyHolders {
  const places = new Map<string, Place>();
  const salt = randomBytes(32);
  let isClosed = false;

  const ask = async (work: HsmWork): Promise<HsmAnswer> => {
    if (isClosed) throw new CustosError('KEY_UNREACHABLE', 'the HSM processes were ended');
    const uri = parseKeyUri(work.uri);
    const place = placeOf(uri);
    const rest = place.failed;
    if (rest !== undefined && performance.now() - rest.at < REST) throw rest.error;
    const child = await childOf(uri, place);
    place.usedAt = performance.now();
    const answer = await child.ask(work).catch((thrown: unknown) => {
      throw lost(place, child, thrown);
    });
    if (answer.kind !== 'failed') return answer;
    throw fault(uri, { place, child, answer });
  };

  const fault = (
    uri: KeyUri,
    at: { place: Place; child: HsmChild; answer: Extract<HsmAnswer, { kind: 'failed' }> },
  ): CustosError => {
    const { place, child, answer } = at;
    const { code, text, retryAfter } = answer;
    const error = new CustosError(code, text, { ...(retryAfter !== undefined && { retryAfter }) });
    // A service answers each question for itself.
    if (uri.service !== 'pkcs11' || keepsProcess.has(code)) return error;
    if (code !== 'KEY_NOT_FOUND') return lost(place, child, error);
    // One wrong address must not disturb the other keys of a token; a process that has seen it for long may not know its present keys.
    if (child.isIdle && child.age > FRESH) child.end(error);
    return error;
  };

  const lost = (place: Place, child: HsmChild, thrown: unknown): CustosError => {
    const error = thrown instanceof CustosError ? thrown : new CustosError('KEY_UNREACHABLE', 'the key gave no answer');
    child.end(error);
    if (place.child === child) {
      place.child = undefined;
      place.failed = { at: performance.now(), error };
    }
    return error;
  };

  const placeOf = (uri: KeyUri): Place => {
    const name = uri.service === 'pkcs11' ? tokenName(uri) : 'clouds';
    const known = places.get(name);
    if (known !== undefined) return known;
    makeRoom(places);
    const place: Place = { child: undefined, starting: undefined, failed: undefined, refusedPin: undefined, usedAt: 0 };
    places.set(name, place);
    return place;
  };

  const childOf = (uri: KeyUri, place: Place): Promise<HsmChild> => {
    if (place.child !== undefined && place.child.fault === undefined) return Promise.resolve(place.child);
    place.starting ??= start(uri, place).finally(() => {
      place.starting = undefined;
    });
    return place.starting;
  };

  const start = async (uri: KeyUri, place: Place): Promise<HsmChild> => {
    const { timeout = TIMEOUT } = options;
    if (uri.service !== 'pkcs11') {
      // A service's own time-out is in its process; this one is for a process that does nothing any more.
      place.child = new HsmChild({
        ...options.start('clouds'),
        atOnce: CLOUD_AT_ONCE,
        timeout: timeout * 3,
        pin: undefined,
      });
      return place.child;
    }
    const pin = await options.pin(uri);
    try {
      const digest = createHash('sha256')
        .update(salt)
        .update(pin?.exposeBytes() ?? '')
        .digest('hex');
      if (digest === place.refusedPin) {
        throw new CustosError('KEY_PIN_WRONG', 'the token refused this PIN before, and it is not tried again');
      }
      const bytes = pin === undefined ? undefined : Uint8Array.from(pin.exposeBytes());
      const onFault = ({ code }: CustosError) => {
        if (code === 'KEY_PIN_WRONG') place.refusedPin = digest;
      };
      place.child = new HsmChild({ ...options.start('token'), atOnce: 1, timeout, pin: bytes, onFault });
      bytes?.fill(0);
      return place.child;
    } finally {
      pin?.wipe();
    }
  };

  return {
    async key(uri) {
      const answer = await ask({ do: 'key', uri });
      if (answer.kind !== 'key') throw unexpected();
      return answer.key;
    },
    sign: async ({ uri, scheme, bytes }: HeldSigning) => bytesOf(await ask({ do: 'sign', uri, scheme, bytes })),
    wrap: async (uri, bytes, aad) => bytesOf(await ask({ do: 'wrap', uri, bytes, aad })),
    unwrap: async (uri, bytes, aad) => bytesOf(await ask({ do: 'unwrap', uri, bytes, aad })),
    get pids() {
      return [...places.values()].flatMap(({ child }) => (child?.fault === undefined ? (child?.pid ?? []) : []));
    },
    close() {
      isClosed = true;
      for (const { child } of places.values())
        child?.end(new CustosError('KEY_UNREACHABLE', 'the HSM process was ended'));
      places.clear();
    },
  };
}

/** What tells one token of a module from another, and the file of its PIN. */
function tokenName({ module, token, manufacturer, model, serial, slotId, pinFile }: Pkcs11Uri): string {
  return JSON.stringify([module, token, manufacturer, model, serial, slotId, pinFile].map((part) => part ?? null));
}

function makeRoom(places: Map<string, Place>): void {
  if (places.size < MOST_PROCESSES) return;
  // What was learned of a wrong PIN is never forgotten.
  const idle = [...places].filter(
    ([, { child, starting, refusedPin }]) =>
      refusedPin === undefined && starting === undefined && child?.isIdle !== false,
  );
  const [oldest] = idle.sort(([, one], [, other]) => one.usedAt - other.usedAt);
  if (oldest === undefined) return;
  oldest[1].child?.end(new CustosError('KEY_UNREACHABLE', 'the HSM process made room for another one'));
  places.delete(oldest[0]);
}

function bytesOf(answer: HsmAnswer): Uint8Array {
  if (answer.kind !== 'bytes') throw unexpected();
  return answer.bytes;
}

function unexpected(): CustosError {
  return new CustosError('KEY_UNREACHABLE', 'the HSM process answered another question');
}
