import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEntries } from '../../../src/app/migration/entries.js';
import { readLegacyFile } from '../../../src/app/migration/legacy-file.js';
import { CustosError } from '../../../src/core/errors.js';
import { Secret } from '../../../src/core/secret.js';
import { makeHome, removeHome } from '../../support/custos.js';
import { keys } from '../../support/kms.js';
import { encryptOld, writeOld } from '../../support/old-kms.js';

let home: string;
let file: string;

beforeAll(() => {
  home = makeHome();
  file = join(home, 'wallet.dat');
});
afterAll(() => removeHome(home));

const entry = { privateKey: keys.one.privateKey, chain: 'ETH', testnet: true };
const idAt = (at: number) => `26d3883e-4e17-48b3-a0ee-${at.toString(16).padStart(12, '0')}`;
const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [idAt(at), entry]));

const read = (password = 'old') => readLegacyFile(file, async () => Secret.text(password));
const notAsked = () => Promise.reject(new Error('no password is asked'));
async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown) => thrown,
  );
  return error instanceof CustosError ? error.code : String(error);
}

/** Changes the bytes behind the base64. */
function damage(count: number, change: (bytes: Buffer) => Buffer): void {
  const bytes = Buffer.from(encryptOld(JSON.stringify(entries(count)), 'old'), 'base64');
  writeFileSync(file, change(bytes).toString('base64'));
}

describe('an old file', () => {
  it('an old file is a wallet.dat, or plain JSON without a password, with or without white space around', async () => {
    writeOld(file, entries(3), 'old');
    const whole = await read();
    expect(whole.entries.map(({ id }) => id)).toEqual([idAt(0), idAt(1), idAt(2)]);
    expect(whole.damage).toBeUndefined();
    writeFileSync(file, `\n${encryptOld(JSON.stringify(entries(3)), 'old').replace(/.{64}/g, '$&\r\n')}\n`);
    expect(await read()).toEqual(whole);
    writeFileSync(file, `\ufeff\n ${JSON.stringify(entries(3), null, 2)}\n`);
    expect(await readLegacyFile(file, notAsked)).toEqual(whole);
  });

  it('an old file may have no wallets', async () => {
    writeOld(file, {}, 'old');
    expect(await read()).toEqual({ entries: [] });
  });

  it('an old file with duplicate names shows them', async () => {
    const escaped = `\\u${idAt(3).charCodeAt(0).toString(16).padStart(4, '0')}${idAt(3).slice(1)}`;
    const text = `{"${idAt(0)}":{"a":1},"${idAt(1)}":{"a":"\\"${idAt(1)}\\":{"},"${idAt(0)}" : {"a":2},
      "${idAt(2)}":{"a":1,"a":2},"${idAt(3)}":{"a":1},"${escaped}":{"a":2}}`;
    writeFileSync(file, text);
    expect(await read()).toEqual({
      entries: [
        { id: idAt(0), value: { a: 2 }, repeated: 'itself' },
        { id: idAt(1), value: { a: `"${idAt(1)}":{` } },
        { id: idAt(2), value: { a: 2 }, repeated: 'inside' },
        { id: idAt(3), value: { a: 2 }, repeated: 'itself' },
      ],
    });
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['another text', 'not a wallet file'],
    ['other base64', Buffer.from('something else entirely').toString('base64')],
    ['a store of this program', 'SQLite format 3\0'],
    [
      'base64 with a foreign byte in it',
      `${encryptOld('{}', 'old').slice(0, 30)}*${encryptOld('{}', 'old').slice(31)}`,
    ],
    ['a header alone', Buffer.from('Salted__123').toString('base64')],
  ])('an old file with %s is refused without asking for a password', async (_what, text) => {
    writeFileSync(file, text);
    expect(await codeOf(readLegacyFile(file, notAsked))).toBe('IMPORT_INVALID');
  });

  it('an old file is refused when it cannot be read', async () => {
    expect(await codeOf(readLegacyFile(join(home, 'missing.dat'), notAsked))).toBe('IMPORT_INVALID');
    expect(await codeOf(readLegacyFile(home, notAsked))).toBe('IMPORT_INVALID');
  });
});

describe('a wrong password and damage give different errors', () => {
  it.each([0, 1, 300])('2,000 wrong passwords on a file of %i wallets are all called wrong', async (count) => {
    writeOld(file, entries(count), 'old');
    const tries = count === 300 ? 200 : 2000;
    for (let at = 0; at < tries; at++) expect(await codeOf(read(`wrong ${at}`))).toBe('PASSWORD_WRONG');
  });

  it('one printable block says nothing, because a wrong password can give one by chance; two say that it is right', async () => {
    for (const [readable, said] of [
      [1, 'PASSWORD_WRONG'],
      [2, 'undefined'],
    ] as const) {
      // Of a changed block comes noise, and a flipped bit of the block after it.
      damage(1, (bytes) => {
        for (let at = 16 * (2 + readable); at < bytes.length; at += 16) bytes[at] = (bytes[at] ?? 0) ^ 0x80;
        bytes[16] = (bytes[16] ?? 0) ^ 1;
        return bytes;
      });
      expect(await codeOf(read())).toBe(said);
    }
  });

  it('a truncated old file gives back every entry before its end', async () => {
    for (const length of [4001, 4000, 3999, 2345, 1616]) {
      damage(40, (bytes) => bytes.subarray(0, length));
      const { entries: saved, damage: said } = await read();
      expect(said).toMatch(/^the password is right, but .* is damaged: it is cut off$/);
      const plain = JSON.stringify(entries(40)).slice(0, length - 16 - ((length - 16) % 16));
      expect(saved).toHaveLength((plain.match(/\}/g) ?? []).length);
      expect(saved).toEqual(Object.entries(entries(saved.length)).map(([id, value]) => ({ id, value })));
      expect(await codeOf(read('wrong'))).toBe('PASSWORD_WRONG');
    }
  });

  it('a truncated plain file also gives back every entry before its end', async () => {
    writeFileSync(file, JSON.stringify(entries(10), null, 2).slice(0, 1000));
    const { entries: saved, damage: said } = await readLegacyFile(file, notAsked);
    expect(said).toContain('is not a complete JSON object');
    expect(saved.length).toBeGreaterThan(4);
    expect(saved).toEqual(Object.entries(entries(saved.length)).map(([id, value]) => ({ id, value })));
  });

  it('a flipped bit anywhere never changes an entry', async () => {
    const all = Object.entries(entries(20)).map(([id, value]) => ({ id, value }));
    const size = Buffer.from(encryptOld(JSON.stringify(entries(20)), 'old'), 'base64').length;
    const position = fc.integer({ min: 16, max: size - 1 });
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        damage(20, (bytes) => {
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
          return bytes;
        });
        const { entries: saved, damage: said } = await read();
        expect(said).toContain('the password is right');
        expect(all).toEqual(expect.arrayContaining([...saved]));
        expect(saved.length).toBeGreaterThanOrEqual(17);
      }),
      { numRuns: 400 },
    );
  });

  it('an ambiguous failure is called both: a damaged salt looks like a wrong password', async () => {
    damage(20, (bytes) => {
      bytes[10] = (bytes[10] ?? 0) ^ 1;
      return bytes;
    });
    await expect(read()).rejects.toMatchObject({
      code: 'PASSWORD_WRONG',
      message: expect.stringContaining('or the file is damaged from its first bytes on'),
    });
  });

  it('any file gives entries or a coded error, and shows nothing of it', async () => {
    const secret = keys.one.privateKey.slice(2);
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(`{"${secret}":${text}`)),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(encryptOld(text, 'old'))),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(encryptOld(`${secret}${text}`, 'old'))),
      fc
        .uint8Array({ maxLength: 300 })
        .map((bytes) => Buffer.from(Buffer.concat([Buffer.from('Salted__'), bytes]).toString('base64'))),
    );
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        writeFileSync(file, bytes);
        const result = await read().catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(CustosError);
          expect(['IMPORT_INVALID', 'PASSWORD_WRONG']).toContain((result as CustosError).code);
          expect(result.message).not.toContain(secret.slice(0, 12));
        }
      }),
      { numRuns: 500 },
    );
  });
});

it('an entry that names a secret twice is broken, and neither of them is taken or shown', async () => {
  const [twice] = parseEntries([{ id: idAt(0), value: entry, repeated: 'inside' }]);
  expect(twice).toMatchObject({ signatureId: idAt(0), error: { code: 'IMPORT_INVALID' } });
  expect(twice?.error?.message).toContain('a field of the entry comes more than once');
  expect(twice?.request).toBeUndefined();
});
