import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import type { StretchedSlot } from '../../src/core/store/store.js';
import { stretchPassword } from '../../src/crypto/kdf.js';
import {
  findSlot,
  makeRecoveryKey,
  makeRootKey,
  makeSlot,
  openSlots,
  openWithRecoveryKey,
} from '../../src/vault/key-slots.js';
import { formatRecoveryKey, normalizeRecoveryKey } from '../../src/vault/recovery/recovery-key.js';
import { storeId } from './support.js';

const rootKey = makeRootKey();
const recoveryKey = makeRecoveryKey();
let password: StretchedSlot;
let second: StretchedSlot;
let recovery: StretchedSlot;
beforeAll(async () => {
  password = await makeSlot(rootKey, Secret.text('correct horse'), { kind: 'password', storeId });
  second = await makeSlot(rootKey, Secret.text('Ａ ﬁne pass\u0301'), { kind: 'password', storeId });
  recovery = await makeSlot(rootKey, recoveryKey, { kind: 'recovery', storeId });
});
const slots = () => [recovery, second, password];

test('each password opens the same root key, and no two slots look alike', async () => {
  expect(await openSlots(slots(), Secret.text('correct horse'), storeId)).toEqual(rootKey);
  expect(await openSlots([password], Secret.text('correct horse'), storeId)).toEqual(rootKey);
  expect(password.salt).not.toEqual(second.salt);
  expect(password.box).toHaveLength(60);
});

test('a password is the same however a keyboard composes it (NFKC)', async () => {
  expect(await openSlots([second], Secret.text('A fine pas\u015b'.normalize('NFD')), storeId)).toEqual(rootKey);
});

test.each(['correct horsE', 'correct horse ', 'x'])('a wrong password is called wrong: %j', async (wrong) => {
  await expect(openSlots([password], Secret.text(wrong), storeId)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
});

test('an empty password neither makes nor opens a slot', async () => {
  const empty = Secret.text('');
  await expect(makeSlot(rootKey, empty, { kind: 'password', storeId })).rejects.toMatchObject({
    code: 'PASSWORD_EMPTY',
  });
  await expect(openSlots(slots(), empty, storeId)).rejects.toMatchObject({ code: 'PASSWORD_EMPTY' });
});

test('the recovery key opens in any spacing and case, and only as a recovery key', async () => {
  const text = recoveryKey.exposeText();
  expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
  const typed = Secret.text(` ${text.toLowerCase().replaceAll('-', ' ')}\n`);
  expect(await openWithRecoveryKey(slots(), typed, storeId)).toEqual(rootKey);
  await expect(openSlots([password], recoveryKey, storeId)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  await expect(openWithRecoveryKey([recovery], makeRecoveryKey(), storeId)).rejects.toMatchObject({
    code: 'PASSWORD_WRONG',
  });
});

test('a mistyped recovery key is noticed before anything is tried', async () => {
  const text = recoveryKey.exposeText();
  const wrong = [
    text.slice(1),
    `${text}0`,
    text.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    'correct horse',
    '',
  ];
  for (const mistyped of wrong.slice(0, 4)) {
    await expect(openWithRecoveryKey([recovery], Secret.text(mistyped), storeId)).rejects.toMatchObject({
      code: 'RECOVERY_KEY_INVALID',
      message: expect.not.stringContaining(text.slice(5, 9)),
    });
  }
});

test('a slot finds its own password, so that a change replaces only that one', async () => {
  expect((await findSlot(slots(), Secret.text('correct horse'), storeId))?.id).toBe(password.id);
  expect(await findSlot(slots(), Secret.text('nobody knows'), storeId)).toBeUndefined();
});

test('a slot of another store, under another id, or of another kind does not open', async () => {
  const secret = () => Secret.text('correct horse');
  const other = 'ff'.repeat(16);
  await expect(openSlots([password], secret(), other)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  await expect(openSlots([{ ...password, id: second.id }], secret(), storeId)).rejects.toMatchObject({
    code: 'PASSWORD_WRONG',
  });
  await expect(openSlots([{ ...recovery, kind: 'password' }], recoveryKey, storeId)).rejects.toMatchObject({
    code: 'PASSWORD_WRONG',
  });
});

test('damage to any byte of a box keeps the slot closed', async () => {
  for (const at of [0, 11, 12, 43, 44, 59]) {
    const box = password.box.slice();
    box[at] = (box[at] ?? 0) ^ 1;
    await expect(openSlots([{ ...password, box }], Secret.text('correct horse'), storeId)).rejects.toMatchObject({
      code: 'PASSWORD_WRONG',
    });
  }
});

test.each([
  { logN: 13, r: 8, p: 1 },
  { logN: 21, r: 8, p: 1 },
  { logN: 20, r: 16, p: 1 },
  { logN: 17, r: 0, p: 1 },
  { logN: 17, r: 8, p: 5 },
  { logN: 17.5, r: 8, p: 1 },
  { logN: Number.NaN, r: 8, p: 1 },
])('a slot that needs too little or too much work is refused at once: %j', async (kdf) => {
  const opening = openSlots([{ ...password, kdf }], Secret.text('correct horse'), storeId);
  await expect(opening).rejects.toMatchObject({ code: 'KDF_PARAMETERS' });
});

test('the password is stretched by scrypt as RFC 7914 defines it', async () => {
  // RFC 7914 section 12, third vector: N=16384, r=8, p=1; its first 32 bytes, for the output is a prefix.
  const key = await stretchPassword(Buffer.from('pleaseletmein'), Buffer.from('SodiumChloride'), {
    logN: 14,
    r: 8,
    p: 1,
  });
  expect(Buffer.from(key).toString('hex')).toBe('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2');
});

test('any 32 bytes survive their recovery form', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const text = formatRecoveryKey(bytes);
      expect(normalizeRecoveryKey(text)).toBe(text.replaceAll('-', ''));
      expect(normalizeRecoveryKey(text.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(
        text.replaceAll('-', ''),
      );
    }),
  );
});

test('one mistyped character is always noticed, and any text is read or refused with a code', () => {
  const text = formatRecoveryKey(new Uint8Array(32).fill(0xa7)).replaceAll('-', '');
  let noticed = 0;
  for (let at = 0; at < text.length; at++) {
    const typed = text.slice(0, at) + (text[at] === 'Z' ? 'Y' : 'Z') + text.slice(at + 1);
    expect(() => normalizeRecoveryKey(typed)).toThrow(expect.objectContaining({ code: 'RECOVERY_KEY_INVALID' }));
    noticed++;
  }
  expect(noticed).toBe(56);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (typed) => {
      expect(() => normalizeRecoveryKey(typed)).toThrow(expect.objectContaining({ code: 'RECOVERY_KEY_INVALID' }));
    }),
  );
});
