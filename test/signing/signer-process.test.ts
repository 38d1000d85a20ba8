import { expect, it } from 'vitest';
import type { Vault } from '../../src/core/signing/vault.js';
import type { LentKey } from '../../src/core/signing/wallet.js';
import type { Answer, FromSigner, Question, ToSigner } from '../../src/signing/messages.js';
import { serveSigner } from '../../src/signing/signer-process.js';
import { type SigningParts, signingParts, signRequest } from '../support/signing-parts.js';

/** A signer whose keys answer late, as keys in hardware do, with the most keys that were open at the same time. */
async function slowSigner(parts: SigningParts) {
  let listener: (message: ToSigner) => void = () => undefined;
  let open = 0;
  let most = 0;
  const lend: Vault['lend'] = (known, work) =>
    parts.vault.lend(known, async (keys: readonly LentKey[]) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      return Promise.resolve(work(keys)).finally(() => open--);
    });
  const heard: Answer[] = [];
  const waiting = new Map<number, () => void>();
  const send = (message: FromSigner) => {
    for (const answer of message) {
      if (answer.kind === 'ask' || answer.kind === 'sign-elsewhere') continue;
      heard.push(answer);
      waiting.get(answer.n)?.();
    }
  };
  const channel = {
    send,
    onMessage(listen: (message: ToSigner) => void) {
      listener = listen;
    },
  };
  const identify: Vault['identify'] = (sealed, ref) => parts.vault.identify(sealed, ref);
  const control: Vault['control'] = (sealed) => parts.vault.control(sealed);
  const { index } = parts.vault;
  const vault: Vault = Object.create(parts.vault, Object.getOwnPropertyDescriptors({ lend, identify, control, index }));
  serveSigner({ channel, chains: parts.chains, unlockVault: async () => ({ vault, viewKey: new Uint8Array(32) }) });
  const ask = (questions: readonly Question[]) => {
    const answered = questions.map(({ n }) => new Promise<void>((resolve) => waiting.set(n, resolve)));
    listener(questions);
    return Promise.all(answered);
  };
  const request = { slots: [], storeId: parts.storeId, password: new Uint8Array(), rules: new Map() };
  await ask([{ kind: 'unlock', n: 0, request }]);
  return { ask, heard, most: () => most };
}

it('a signer process has the secrets of one request open at a time, whatever messages bring the requests', async () => {
  const parts = await signingParts();
  const made = await parts.wallet('key');
  const signer = await slowSigner(parts);
  const question = (n: number): Question => ({ kind: 'sign', n, request: signRequest(made, { nonce: n }) });
  await Promise.all([signer.ask([question(1), question(2)]), signer.ask([question(3)]), signer.ask([question(4)])]);
  expect(signer.heard.slice(1).map(({ kind, n }) => [kind, n])).toEqual([1, 2, 3, 4].map((n) => ['signed', n]));
  expect(signer.most()).toBe(1);
});
