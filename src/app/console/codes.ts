import { randomBytes } from 'node:crypto';
import { personsTenant } from '../../core/access/persons.js';
import type { StoredTicket } from '../../core/access/user-ticket.js';
import type { OwnerId } from '../../core/ids.js';
import type { LoginParts } from '../users/logins.js';
import { findTicket, giveTicket } from '../users/tickets.js';
import { putOwner } from '../wallets/owners.js';

/** How long the code for a first login is good, in milliseconds. */
const CODE_LIFE = 24 * 60 * 60 * 1000;
/** 80 random bits: it is guessed by nobody, and short enough to be typed. */
const BYTES = 10;
/** Without I, L, O and U, which are mistaken for others (Crockford's Base32). */
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Makes a person known who may log in to the console, and gives a code for one first login. Codes of before stay good. */
export async function giveCode(parts: LoginParts, person: OwnerId): Promise<string> {
  await putOwner(parts, personsTenant, person);
  const secret = new Uint8Array(randomBytes(BYTES));
  const owner = parts.vault.index.owner(personsTenant, person);
  await giveTicket(parts, { kind: 'enrol', tenant: personsTenant, owner }, CODE_LIFE, secret);
  return codeText(secret);
}

/** @returns undefined for a code that is not good now */
export async function findCode(parts: LoginParts, text: string): Promise<StoredTicket | undefined> {
  const secret = codeBytes(text);
  return secret && findTicket(parts, { tenant: personsTenant, kinds: ['enrol'] }, secret);
}

function codeText(secret: Uint8Array): string {
  const bits = BigInt(`0x${Buffer.from(secret).toString('hex')}`);
  const all = Array.from({ length: 16 }, (_, at) => digits[Number((bits >> BigInt(75 - at * 5)) & 31n)] ?? '').join('');
  return all.replace(/(.{4})(?=.)/g, '$1-');
}

function codeBytes(text: string): Uint8Array | undefined {
  const given = text.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0');
  const values = [...given].map((digit) => digits.indexOf(digit));
  if (values.length !== 16 || values.includes(-1)) return undefined;
  const bits = values.reduce((sum, value) => (sum << 5n) | BigInt(value), 0n);
  return new Uint8Array(Buffer.from(bits.toString(16).padStart(BYTES * 2, '0'), 'hex'));
}
