import { createHmac, timingSafeEqual } from 'node:crypto';

/** What authenticator apps take for granted: steps of 30 seconds, six digits, HMAC-SHA-1 (RFC 6238, section 4; RFC 4226, section 5.3). */
const PERIOD = 30_000;
const DIGITS = 6;
/** Codes of this many steps before and after now count, because clocks differ (RFC 6238, section 5.2). */
const AROUND = 1;

/** The code of a step. @param secret - 20 bytes. @param step - steps of 30 seconds since 1970 */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  const number = (mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 10 ** DIGITS;
  return String(number).padStart(DIGITS, '0');
}

/** @param at - milliseconds since 1970 */
export function totpStep(at: number): number {
  return Math.floor(at / PERIOD);
}

/**
 * The step whose code somebody typed. It takes as long for a wrong code as for a right one.
 * @param at - milliseconds since 1970
 * @returns undefined for a code of no step near now
 */
export function findTotpStep(secret: Uint8Array, code: string, at: number): number | undefined {
  const given = Buffer.alloc(DIGITS);
  given.write(code);
  const now = totpStep(at);
  let found: number | undefined;
  for (let step = now - AROUND; step <= now + AROUND; step++) {
    if (step >= 0 && timingSafeEqual(Buffer.from(totpCode(secret, step)), given)) found = step;
  }
  return Buffer.byteLength(code) === DIGITS ? found : undefined;
}
