import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.js';
import type { Signer } from '../../../src/core/signing/signer.js';
import { FrameReader, framesOf } from '../../../src/signing/keeper/frames.js';
import { createKeeperClient } from '../../../src/signing/keeper/keeper-client.js';
import { questionText } from '../../../src/signing/keeper/questions.js';
import { openSlot } from '../../../src/vault/key-slots.js';
import { makeSealing, openSecret } from '../../../src/vault/records.js';
import { openVault } from '../../../src/vault/vault.js';
import { type SignerService, signerService } from '../../support/signer-service.js';
import { password, type SigningParts, signingParts, signRequest } from '../../support/signing-parts.js';

describe('code in a front whose keeper is another process', () => {
  let parts: SigningParts;
  let service: SignerService;
  let front: Signer;
  let made: Awaited<ReturnType<SigningParts['wallet']>>;
  /** All keys that are in the memory of a front. */
  let held: Uint8Array[];
  beforeAll(async () => {
    parts = await signingParts();
    service = await signerService(parts.storeId, password);
    const { storeId, slots } = parts;
    front = createKeeperClient({ name: 'keeper', connect: service.connect, storeId, slots, rules: new Map() });
    made = await parts.wallet('hd');
    held = [await front.unlock(), (await front.journalKey()).key];
  });
  afterAll(async () => {
    await front.close();
    await service.close();
  });

  it('with everything that a front holds, no secret half opens', async () => {
    const { storeId, slots, chains } = parts;
    expect(() => parts.vault.export(made.sealed)).not.toThrow();
    for (const key of held) {
      expect(() => openSecret(makeSealing(key, storeId), made.sealed)).toThrow(
        expect.objectContaining({ code: 'RECORD_DAMAGED' }),
      );
      const vault = openVault({ rootKey: key, storeId, chains });
      expect(() => vault.export(made.sealed)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
      await expect(openSlot(slots, Secret.bytes(key.slice()), storeId)).rejects.toThrow();
    }
  });

  it('whatever a front asks over the socket, no answer has the root key, the password or a secret in it', async () => {
    const { mnemonic = '' } = parts.vault.export(made.sealed) as { mnemonic?: string };
    const answers: string[] = [];
    const hello = { storeId: parts.storeId, slots: parts.slots, rules: '[]' };
    const { signatureId } = made.wallet;
    const asked = [
      questionText({ kind: 'sign', n: 2, request: signRequest(made, {}, { index: 3 }) }),
      questionText({ kind: 'identify', n: 3, request: { sealed: [made.sealed], keys: [{ signatureId, index: 3 }] } }),
      // The public half for the secret one.
      questionText({
        kind: 'identify',
        n: 4,
        request: {
          sealed: [{ ...made.sealed, publicBox: made.sealed.secretBox }],
          keys: [{ signatureId, index: 3 }],
        },
      }),
    ];
    const socket = await service.connect();
    const ask = (texts: readonly string[]) => {
      for (const bytes of framesOf(texts)) socket.write(bytes);
    };
    ask([questionText({ kind: 'hello', n: 1, request: hello })]);
    const reader = new FrameReader();
    await new Promise<void>((resolve) => {
      socket.on('data', (bytes: Uint8Array) => {
        for (const one of reader.push(bytes).flat()) answers.push(JSON.stringify(one));
        if (answers.length === 1) ask(asked);
        if (answers.length === asked.length + 1) resolve();
      });
    });
    expect(answers.map((text) => JSON.parse(text).kind).sort()).toEqual(['failed', 'identified', 'signed', 'unlocked']);
    const secrets = [parts.rootKey, Buffer.from(password), Buffer.from(mnemonic)].map((bytes) => Buffer.from(bytes));
    expect(secrets.every((bytes) => bytes.length > 20)).toBe(true);
    for (const text of answers) {
      for (const bytes of secrets) {
        for (const form of ['base64', 'hex', 'latin1'] as const) expect(text).not.toContain(bytes.toString(form));
      }
    }
    for (const kind of ['unlock', 'export', 'open', 'rules']) {
      const other = await service.connect();
      for (const bytes of framesOf([JSON.stringify({ kind, n: 1, request: {} })])) other.write(bytes);
      const answer = await new Promise<Buffer>((resolve) => other.once('data', resolve));
      expect(answer.subarray(5).toString()).toBe('[{"kind":"failed","n":0,"code":"SIGNER_PROTOCOL"}]');
    }
    socket.destroy();
  });
});
