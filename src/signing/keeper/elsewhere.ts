import { asCustosError, CustosError, type ErrorCode } from '../../core/errors.js';
import type { HeldSigning, KeyHolder } from '../../core/signing/key-holder.js';
import type { Scheme } from '../../core/signing/signing-key.js';

/** A process without keys outside asks whoever started it for a signature; `n` pairs answers with questions. */
export interface AskedElsewhere {
  readonly kind: 'sign-elsewhere';
  readonly n: number;
  readonly request: HeldSigning;
}

/** The signature, which nobody has verified, or why there is none. */
export type SignedElsewhere =
  | { readonly kind: 'signed-elsewhere'; readonly n: number; readonly signature: Uint8Array }
  | { readonly kind: 'signed-elsewhere'; readonly n: number; readonly code: ErrorCode };

/** Most questions that one process may have open. */
export const MOST_ELSEWHERE = 1_000;
const LONGEST_URI = 1_000;
/** A transaction has at most 1 MiB. */
const LONGEST_MESSAGE = 1024 * 1024 + 1024;

/** The asking end: keys of the vault sign through it. */
export interface Elsewhere extends KeyHolder {
  take(answer: SignedElsewhere): void;
}

/**
 * A process that has more to ask than it may asks the rest as answers come.
 * @param most - questions that may be open; a keeper asks for its signers, of which each has its bound already
 */
export function askElsewhere(send: (asked: AskedElsewhere) => void, most = MOST_ELSEWHERE): Elsewhere {
  const waiting = new Map<number, (answer: SignedElsewhere) => void>();
  const line: (() => void)[] = [];
  let last = 0;
  const next = () => {
    while (waiting.size < most) {
      const ask = line.shift();
      if (ask === undefined) return;
      ask();
    }
  };
  return {
    sign(request) {
      return new Promise((resolve, reject) => {
        line.push(() => {
          const n = ++last;
          waiting.set(n, (answer) => {
            if ('signature' in answer) resolve(answer.signature);
            else reject(new CustosError(answer.code, 'the holder of the key gave no signature'));
          });
          send({ kind: 'sign-elsewhere', n, request });
        });
        next();
      });
    },
    take(answer) {
      const settle = waiting.get(answer.n);
      waiting.delete(answer.n);
      settle?.(answer);
      next();
    },
  };
}

/** The answering end. Without a holder nothing is reached. */
export async function answerElsewhere(
  { n, request }: AskedElsewhere,
  holder: KeyHolder | undefined,
): Promise<SignedElsewhere> {
  try {
    if (holder === undefined) throw new CustosError('KEY_UNREACHABLE', 'this program reaches no keys outside');
    return { kind: 'signed-elsewhere', n, signature: await holder.sign(request) };
  } catch (thrown) {
    return { kind: 'signed-elsewhere', n, code: asCustosError(thrown).code };
  }
}

const schemes: ReadonlySet<string> = new Set<Scheme>([
  'ecdsa-secp256k1',
  'ecdsa-secp256k1-any-s',
  'ecdsa-p256',
  'ed25519',
]);

/** Reads a question as if from an enemy. @returns undefined if it is none */
export function parseAskedElsewhere(value: unknown): AskedElsewhere | undefined {
  const own = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
  const n = own(value, 'n');
  const request = own(value, 'request');
  const [uri, scheme, bytes] = [own(request, 'uri'), own(request, 'scheme'), own(request, 'bytes')];
  if (own(value, 'kind') !== 'sign-elsewhere' || typeof n !== 'number') return undefined;
  if (typeof uri !== 'string' || uri.length > LONGEST_URI || !isScheme(scheme)) return undefined;
  if (!(bytes instanceof Uint8Array) || bytes.length > LONGEST_MESSAGE) return undefined;
  return { kind: 'sign-elsewhere', n, request: { uri, scheme, bytes: Uint8Array.from(bytes) } };
}

function isScheme(value: unknown): value is Scheme {
  return typeof value === 'string' && schemes.has(value);
}
