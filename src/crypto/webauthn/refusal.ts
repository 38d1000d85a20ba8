import { CustosError } from '../../core/errors.js';

/** @param reason - what is wrong with what a browser or authenticator answered; ends a sentence */
export function invalid(reason: string): CustosError {
  return new CustosError('PASSKEY_INVALID', `the answer of the passkey is not valid: ${reason}`, {
    details: { reason },
  });
}
