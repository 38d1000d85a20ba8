import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import type { Secret } from '../../core/secret.js';
import { publicKey, sign } from '../../crypto/ed25519.js';
import { defaultScrypt, stretchPassword } from '../../crypto/kdf.js';
import { joinUnambiguously, open, seal } from '../../crypto/seal.js';
import { readNamedFile } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import { signatureText } from '../../policy/persons/key.js';
import { personKeyText } from '../../policy/persons/key-text.js';
import { placeNewFile } from '../../storage/sqlite/location.js';

/** Bytes of a file that are read; a key file has about 300. */
const MAX_FILE = 4096;

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const schema = z.strictObject({
  custosApproverKey: z.literal(1),
  key: z.string(),
  kdf: z.strictObject({ logN: z.number(), r: z.number(), p: z.number() }),
  salt: base64url,
  box: base64url,
});

/** A person's key that was opened. */
export interface ApproverKey {
  /** Text form of the public half. */
  readonly text: string;
  /** Signs ASCII lines. @returns text form of the signature */
  sign(lines: string): string;
  /** Ends it: it signs no more. */
  wipe(): void;
}

/**
 * Checks a place for a new key before a password is asked for.
 * @throws CustosError APPROVER_KEY_EXISTS; USAGE: no such directory, which is not made in passing, because it may be a mistyped one
 */
export async function checkKeyPlace(file: string): Promise<void> {
  const directory = dirname(file);
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory() !== true)
    throw new CustosError('USAGE', `there is no directory ${directory}: make it first`);
  if ((await stat(file).catch(() => undefined)) !== undefined) throw exists(file);
}

/**
 * Makes an Ed25519 key and writes it to a new file (0600), encrypted under a password.
 * @returns text form of the public half
 * @throws CustosError APPROVER_KEY_EXISTS, STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE
 */
export async function makeKeyFile(file: string, password: Secret): Promise<string> {
  const seed = new Uint8Array(randomBytes(32));
  const salt = new Uint8Array(randomBytes(32));
  try {
    const text = personKeyText({ kind: 'ed25519', bytes: publicKey(seed) });
    const wrapping = await stretchPassword(password.exposeBytes(), salt, defaultScrypt);
    const box = wiped(wrapping, () => seal(wrapping, seed, contextOf(text)));
    const content = { custosApproverKey: 1, key: text, kdf: defaultScrypt, salt: encoded(salt), box: encoded(box) };
    await placeNewFile(file, (temporary) => writeFile(temporary, `${JSON.stringify(content, undefined, 2)}\n`));
    return text;
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'STORE_EXISTS') throw error;
    throw exists(file, error);
  } finally {
    seed.fill(0);
  }
}

/**
 * Opens a key file.
 * @throws CustosError APPROVER_KEY_INVALID: not such a file, or changed; PASSWORD_WRONG, KDF_PARAMETERS
 */
export async function openKeyFile(file: string, password: Secret): Promise<ApproverKey> {
  const { key: text, kdf, salt, box } = await readKeyFile(file);
  const wrapping = await stretchPassword(password.exposeBytes(), decoded(salt), kdf);
  const seed = wiped(wrapping, () => open(wrapping, decoded(box), contextOf(text)));
  if (seed === undefined) {
    const hint = 'check the password of this key (CUSTOS_KEY_PASSWORD); the password of a store does not open it';
    throw new CustosError('PASSWORD_WRONG', `the password does not open the key ${file}`, { hint });
  }
  const point = publicKey(seed);
  if (personKeyText({ kind: 'ed25519', bytes: point }) !== text) {
    seed.fill(0);
    throw invalid(file, 'its public half belongs to another key');
  }
  return {
    text,
    sign: (lines) => signatureText(sign(Buffer.from(lines, 'ascii'), seed, point)),
    wipe: () => void seed.fill(0),
  };
}

async function readKeyFile(file: string): Promise<z.infer<typeof schema>> {
  const { bytes } = await readNamedFile(file, { most: MAX_FILE }).catch(
    refusedAs('APPROVER_KEY_INVALID', 'the key of an approver '),
  );
  const value = parseJson(bytes.toString('utf8'), () => invalid(file, 'it is not JSON'));
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(file, 'it has another form');
  return parsed.data;
}

/** Ends a key after its one use, also when that fails. */
function wiped<T>(key: Uint8Array, work: () => T): T {
  try {
    return work();
  } finally {
    key.fill(0);
  }
}

function contextOf(text: string): Uint8Array {
  return joinUnambiguously(['custos/approver-key', text]);
}

function encoded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function decoded(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

function exists(file: string, cause?: unknown): CustosError {
  return new CustosError('APPROVER_KEY_EXISTS', `${file} exists already`, { cause });
}

function invalid(file: string, why: string): CustosError {
  return new CustosError('APPROVER_KEY_INVALID', `${file} is not a key of an approver: ${why}`);
}
