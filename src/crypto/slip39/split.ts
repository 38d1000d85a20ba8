import { createHmac, pbkdf2Sync, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { CustosError } from '../../core/errors.js';
import { interpolate, type Point } from './field.js';
import type { Share } from './share.js';

/** Where the secret and its digest are on the polynomials. */
const SECRET_AT = 255;
const DIGEST_AT = 254;
const DIGEST = 4;
const ROUNDS = 4;
/** Iterations of PBKDF2 in one of the rounds, for exponent 0. */
const ITERATIONS = 2500;
/** Most shares of a group: four bits number them. */
export const MOST_SHARES = 16;

/** How a secret is shared. */
export interface Sharing {
  /** Shares that are needed, 2 or more. */
  readonly threshold: number;
  readonly shares: number;
}

/**
 * Shares a secret in one group (SLIP-39), extendable, with exponent 0 and without a passphrase.
 * @param secret - 16 bytes or more, an even number
 * @returns the caller wipes the values
 */
export function splitSecret(secret: Uint8Array, { threshold, shares }: Sharing): readonly Share[] {
  const facts = { id: randomInt(1 << 15), isExtendable: true, exponent: 0 };
  const encrypted = feistel(secret, { ...facts, passphrase: '', rounds: [0, 1, 2, 3] });
  const points = pointsFor(encrypted, threshold);
  const values = Array.from({ length: shares }, (_, member) => interpolate(points, member));
  for (const { bytes } of points) bytes.fill(0);
  const group = { group: 0, groupThreshold: 1, groups: 1, threshold };
  return values.map((value, member) => ({ ...facts, ...group, member, value }));
}

/** Random shares, one fewer than the threshold less one, then digest and secret: they fix the polynomials. */
function pointsFor(secret: Uint8Array, threshold: number): readonly Point[] {
  const random = Array.from({ length: threshold - 2 }, (_, x) => ({
    x,
    bytes: new Uint8Array(randomBytes(secret.length)),
  }));
  const salt = randomBytes(secret.length - DIGEST);
  const digest = new Uint8Array(Buffer.concat([digestOf(secret, salt), salt]));
  return [...random, { x: DIGEST_AT, bytes: digest }, { x: SECRET_AT, bytes: secret }];
}

/**
 * The secret of shares: exactly as many groups as are needed, each with exactly as many shares as it needs.
 * @returns the caller wipes it
 * @throws CustosError RECOVERY_SHARE_FOREIGN: a share is of another secret; RECOVERY_SHARE_REPEATED: one is there twice;
 * RECOVERY_SHARES_MISSING: there are too few; RECOVERY_SHARE_INVALID: together they give no secret
 */
export function combineShares(shares: readonly Share[], passphrase = ''): Uint8Array {
  const [first] = shares;
  if (first === undefined) throw new CustosError('RECOVERY_SHARES_MISSING', 'no share was given');
  const groups = new Map<number, Share[]>();
  for (const share of shares) {
    requireKin(first, share);
    groups.set(share.group, [...(groups.get(share.group) ?? []), share]);
  }
  const complete = [...groups].flatMap(([group, members]) => groupPoint(group, members));
  if (complete.length < first.groupThreshold) {
    const missing =
      first.groups === 1
        ? `${first.threshold} shares are needed, and ${shares.length} were given`
        : 'groups are incomplete or missing';
    throw new CustosError('RECOVERY_SHARES_MISSING', missing);
  }
  const encrypted = recover(complete.slice(0, first.groupThreshold));
  const { id, isExtendable, exponent } = first;
  try {
    return feistel(encrypted, { id, isExtendable, exponent, passphrase, rounds: [3, 2, 1, 0] });
  } finally {
    encrypted.fill(0);
  }
}

/** @throws CustosError RECOVERY_SHARE_FOREIGN */
export function requireKin(first: Share, share: Share): void {
  const names = ['id', 'isExtendable', 'exponent', 'groupThreshold', 'groups'] as const;
  const isKin = names.every((name) => first[name] === share[name]) && first.value.length === share.value.length;
  if (!isKin || (first.group === share.group && first.threshold !== share.threshold)) {
    throw new CustosError('RECOVERY_SHARE_FOREIGN', 'this share belongs to another set of shares');
  }
}

/** The share of a group, if its members are there. */
function groupPoint(group: number, members: readonly Share[]): Point[] {
  const threshold = members[0]?.threshold ?? 0;
  if (members.some((one) => one.threshold !== threshold)) {
    throw new CustosError('RECOVERY_SHARE_FOREIGN', 'shares of one group need different numbers of shares');
  }
  if (new Set(members.map(({ member }) => member)).size < members.length) {
    throw new CustosError('RECOVERY_SHARE_REPEATED', 'a share was given twice');
  }
  if (members.length < threshold) return [];
  const points = members.slice(0, threshold).map(({ member, value }) => ({ x: member, bytes: value }));
  return [{ x: group, bytes: recover(points) }];
}

/** @throws CustosError RECOVERY_SHARE_INVALID: the digest says that it is no secret that was shared */
function recover(points: readonly Point[]): Uint8Array {
  const [only] = points;
  // One share alone is the secret, and has no digest.
  if (points.length === 1 && only !== undefined) return only.bytes.slice();
  const [secret, digest] = [interpolate(points, SECRET_AT), interpolate(points, DIGEST_AT)];
  if (timingSafeEqual(digestOf(secret, digest.subarray(DIGEST)), digest.subarray(0, DIGEST))) return secret;
  secret.fill(0);
  throw new CustosError('RECOVERY_SHARE_INVALID', 'these shares do not belong together');
}

function digestOf(secret: Uint8Array, salt: Uint8Array): Uint8Array {
  return createHmac('sha256', salt).update(secret).digest().subarray(0, DIGEST);
}

interface Feistel {
  readonly id: number;
  readonly isExtendable: boolean;
  readonly exponent: number;
  readonly passphrase: string;
  readonly rounds: readonly number[];
}

/** Encrypts, or with the rounds backwards decrypts. */
function feistel(bytes: Uint8Array, { id, isExtendable, exponent, passphrase, rounds }: Feistel): Uint8Array {
  const half = bytes.length / 2;
  const prefix = isExtendable ? Buffer.alloc(0) : Buffer.from([...Buffer.from('shamir'), id >>> 8, id & 0xff]);
  let [left, right] = [bytes.slice(0, half), bytes.slice(half)];
  for (const round of rounds.slice(0, ROUNDS)) {
    const password = Buffer.concat([Buffer.of(round), Buffer.from(passphrase, 'utf8')]);
    const stream = pbkdf2Sync(password, Buffer.concat([prefix, right]), ITERATIONS << exponent, half, 'sha256');
    const mixed = left.map((byte, at) => byte ^ (stream[at] ?? 0));
    stream.fill(0);
    left.fill(0);
    [left, right] = [right, mixed];
  }
  const result = new Uint8Array(bytes.length);
  result.set(right, 0);
  result.set(left, half);
  left.fill(0);
  right.fill(0);
  return result;
}
