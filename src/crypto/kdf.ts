import { type ScryptOptions, scrypt } from 'node:crypto';
import { CustosError } from '../core/errors.js';

/** scrypt's cost (RFC 7914): N = 2^logN, block size r, parallelization p. Memory is about 128 · r · N bytes. */
export interface ScryptParameters {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** The cost of new key slots: 128 MiB and about half a second. */
export const defaultScrypt: ScryptParameters = { logN: 17, r: 8, p: 1 };

/** Key slots are outside data: one may not ask for more than 1 GiB, nor for so little that the password can be guessed. */
const limits = { logN: [14, 20], r: [1, 16], p: [1, 4] } as const;

/**
 * Stretches a password into a key (RFC 7914).
 * @param salt - 32 bytes
 * @returns 32 bytes; the caller wipes them.
 * @throws CustosError KDF_PARAMETERS: outside the limits (logN 14..20, r 1..16, p 1..4, at most 1 GiB)
 */
export function stretchPassword(
  password: Uint8Array,
  salt: Uint8Array,
  parameters: ScryptParameters,
): Promise<Uint8Array> {
  const { logN, r, p } = checkParameters(parameters);
  const memory = 128 * r * 2 ** logN;
  const options: ScryptOptions = { N: 2 ** logN, r, p, maxmem: memory + 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, options, (error, key) => {
      if (error === null) resolve(new Uint8Array(key.buffer, key.byteOffset, key.length));
      else reject(new CustosError('KDF_PARAMETERS', 'scrypt refused its parameters', { cause: error }));
    });
  });
}

function checkParameters(parameters: ScryptParameters): ScryptParameters {
  for (const name of ['logN', 'r', 'p'] as const) {
    const value = parameters[name];
    const [least, most] = limits[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new CustosError('KDF_PARAMETERS', `scrypt parameter ${name} is ${value}, allowed are ${least} to ${most}`);
    }
  }
  if (128 * parameters.r * 2 ** parameters.logN > 2 ** 30) {
    throw new CustosError('KDF_PARAMETERS', 'scrypt would need more than 1 GiB');
  }
  return parameters;
}
