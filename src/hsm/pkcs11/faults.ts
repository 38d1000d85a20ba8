import { CustosError } from '../../core/errors.js';
import { returned } from './constants.js';

/** The return value of a function of a module, or 0 for another error. */
export function codeOf(thrown: unknown): number {
  const code: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'code') : undefined;
  return typeof code === 'number' ? code : 0;
}

/** Calls a module. Of its errors only the number is repeated, because a module may quote its input. @throws CustosError KEY_* */
export function asKeyError<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (thrown instanceof CustosError) throw thrown;
    const code = codeOf(thrown);
    const said = `the PKCS#11 module answered 0x${code.toString(16)}`;
    if (returned.wrongPin.has(code)) throw new CustosError('KEY_PIN_WRONG', `the token refuses the PIN: ${said}`);
    if (returned.unsuitable.has(code)) throw new CustosError('KEY_UNSUITABLE', `the key does not do this: ${said}`);
    throw new CustosError('KEY_UNREACHABLE', said);
  }
}
