import { expect, test } from 'vitest';
import { type AskedElsewhere, askElsewhere, MOST_ELSEWHERE } from '../../../src/signing/keeper/elsewhere.js';

test('a process that needs more signatures of keys outside than it may ask for asks for the others as answers come', async () => {
  const sent: AskedElsewhere[] = [];
  const elsewhere = askElsewhere((asked) => sent.push(asked));
  const request = { uri: 'pkcs11:object=k?module-path=/m.so', scheme: 'ed25519', bytes: new Uint8Array(1) } as const;
  const signed = Array.from({ length: MOST_ELSEWHERE + 3 }, () => elsewhere.sign(request));
  expect(sent).toHaveLength(MOST_ELSEWHERE);
  elsewhere.take({ kind: 'signed-elsewhere', n: 2, signature: new Uint8Array([2]) });
  elsewhere.take({ kind: 'signed-elsewhere', n: 1, code: 'KEY_UNREACHABLE' });
  // Answers to what was answered, or never asked, let nothing more through.
  for (const n of [1, 2, MOST_ELSEWHERE + 3]) elsewhere.take({ kind: 'signed-elsewhere', n, code: 'KEY_REFUSED' });
  expect(sent.slice(MOST_ELSEWHERE).map(({ n }) => n)).toEqual([MOST_ELSEWHERE + 1, MOST_ELSEWHERE + 2]);
  await expect(signed[0]).rejects.toMatchObject({ code: 'KEY_UNREACHABLE' });
  expect(await signed[1]).toEqual(new Uint8Array([2]));
  for (let n = 3; n <= MOST_ELSEWHERE + 3; n += 1) {
    elsewhere.take({ kind: 'signed-elsewhere', n, signature: new Uint8Array() });
  }
  expect(sent).toHaveLength(signed.length);
  await Promise.all(signed.slice(1));
});
