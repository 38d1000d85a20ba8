import { CustosError, type ErrorCode } from '../core/errors.js';
import type { HeldKey } from '../core/signing/key-holder.js';
import type { Scheme } from '../core/signing/signing-key.js';
import { shown } from '../core/text/foreign-text.js';

/**
 * What an HSM process is asked. Each names a key by its address (`parseKeyUri`).
 *
 * | `do` | what it does | answer |
 * |---|---|---|
 * | `key` | finds the key and its public half | `key` |
 * | `sign` | signs a hash or message as `Scheme` says; s may be high, and there is no recovery id | `bytes`: r ‖ s, 64 bytes |
 * | `wrap` | encrypts with an AES key of a token (AES-GCM); `aad` is what the box is bound to | `bytes`: nonce ‖ ciphertext ‖ tag |
 * | `unwrap` | opens such a box under the same `aad` | `bytes` |
 */
export type HsmWork =
  | { readonly do: 'key'; readonly uri: string }
  | { readonly do: 'sign'; readonly uri: string; readonly scheme: Scheme; readonly bytes: Uint8Array }
  | { readonly do: 'wrap' | 'unwrap'; readonly uri: string; readonly bytes: Uint8Array; readonly aad: Uint8Array };

/** What an HSM process needs to reach key services: settings of the identity and endpoints, and proxies, by variable. */
export interface HsmSettings {
  readonly services: Readonly<Record<string, string | undefined>>;
  readonly proxies: Readonly<Record<string, string | undefined>>;
  /** Requests to this machine also go through a proxy. */
  readonly proxyLoopback: boolean;
}

/** To an HSM process. The first message opens it: with the PIN of its one token, or with what reaches key services. */
export type ToHsm =
  | { readonly kind: 'open'; readonly pin?: Uint8Array; readonly settings?: HsmSettings }
  | { readonly kind: 'ask'; readonly n: number; readonly work: HsmWork };

export type HsmAnswer =
  | { readonly kind: 'key'; readonly n: number; readonly key: HeldKey }
  | { readonly kind: 'bytes'; readonly n: number; readonly bytes: Uint8Array }
  | {
      readonly kind: 'failed';
      readonly n: number;
      readonly code: ErrorCode;
      readonly text: string;
      /** Milliseconds after which a service wants to be asked again. */
      readonly retryAfter?: number;
    };

/** Codes that an HSM process may answer; any other one is INTERNAL. */
const codes: ReadonlySet<string> = new Set<ErrorCode>([
  'KEY_BOX_DAMAGED',
  'KEY_MODULE_MISSING',
  'KEY_NOT_FOUND',
  'KEY_PIN_WRONG',
  'KEY_REFUSED',
  'KEY_THROTTLED',
  'KEY_UNREACHABLE',
  'KEY_UNSUITABLE',
  'KEY_URI_INVALID',
]);

const LONGEST = 64 * 1024;

/** Reads an answer: the process has run native code that others wrote. @throws CustosError KEY_UNREACHABLE: it breaks the protocol */
export function parseHsmAnswer(value: unknown): HsmAnswer {
  const n = own(value, 'n');
  if (typeof n !== 'number') throw foreign();
  switch (own(value, 'kind')) {
    case 'key':
      return { kind: 'key', n, key: parseKey(own(value, 'key')) };
    case 'bytes':
      return { kind: 'bytes', n, bytes: bytesOf(own(value, 'bytes')) };
    case 'failed': {
      const [code, text, retryAfter] = [own(value, 'code'), own(value, 'text'), own(value, 'retryAfter')];
      const isKnown = typeof code === 'string' && codes.has(code);
      return {
        kind: 'failed',
        n,
        code: isKnown ? (code as ErrorCode) : 'INTERNAL',
        text: isKnown && typeof text === 'string' ? shown(text.slice(0, 300)) : 'the HSM process failed',
        ...(typeof retryAfter === 'number' && retryAfter > 0 && { retryAfter }),
      };
    }
    default:
      throw foreign();
  }
}

const lengths: Readonly<Record<HeldKey['curve'], number>> = { secp256k1: 33, ed25519: 32, p256: 65 };

function parseKey(value: unknown): HeldKey {
  const [curve, publicKey] = [own(value, 'curve'), bytesOf(own(value, 'publicKey'))];
  if (curve !== 'secp256k1' && curve !== 'ed25519' && curve !== 'p256') throw foreign();
  if (publicKey.length !== lengths[curve]) throw foreign();
  return { curve, publicKey, ...(own(value, 'isExtractable') === true && { isExtractable: true }) };
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array && value.length <= LONGEST) return Uint8Array.from(value);
  throw foreign();
}

function foreign(): CustosError {
  return new CustosError('KEY_UNREACHABLE', 'the HSM process does not keep to its protocol');
}
