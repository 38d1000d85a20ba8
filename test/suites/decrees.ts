import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import type { Decreed, DecreeRequest } from '../../src/core/signing/decree.js';
import type { Signer } from '../../src/core/signing/signer.js';
import { journalMac } from '../../src/core/store/journal-mac.js';
import type { SealedDocument } from '../../src/core/store/sealed-document.js';
import { freezeText } from '../../src/policy/freeze-text.js';
import { endMac } from '../../src/policy/freezes.js';
import { readPublished } from '../../src/policy/in-force.js';
import { controlSeal } from '../../src/vault/control-seal.js';
import { freezeKeyOf } from '../../src/vault/freeze-key.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { anyPayment, sealer } from '../support/control.js';
import { policySignature, unfreezeSignature } from '../support/decrees.js';
import { password, type SigningParts, signingParts } from '../support/signing-parts.js';

type MakeSigner = (parts: SigningParts, password: Secret) => Signer;

const DAY = 86_400_000;
const closed = { permits: [] };
const coded = (code: string) => expect.objectContaining({ code });

/** How every signer verifies what persons decided, wherever it runs. */
export function decreeSuite(name: string, makeSigner: MakeSigner): void {
  describe(`${name} does what a quorum signed, and nothing else`, () => {
    let parts: SigningParts;
    let seals: ReturnType<typeof sealer>;
    let law: SealedDocument;
    const signers: Signer[] = [];
    /** What a signer learns of control it keeps: this one knows the constitution and the first policy, and learns nothing more. */
    let taught: Signer;
    const fresh = (): Signer => {
      const signer = makeSigner(parts, Secret.text(password));
      signers.push(signer);
      return signer;
    };
    beforeAll(async () => {
      parts = await signingParts();
      seals = sealer(parts);
      law = seals.constitution();
      taught = fresh();
      await taught.control(documents(seals.policy(closed)));
    });
    afterAll(() => Promise.all(signers.splice(0).map((signer) => signer.close())));

    const decree = async (request: DecreeRequest, signer = taught): Promise<Decreed> => {
      const done = await signer.decree?.(request);
      if (done === undefined) throw new Error('the signer does not do what persons decide');
      return done;
    };
    const first = () => seals.read(closed);
    /** Permits every payment, so it widens. */
    const second = (change: object = {}) =>
      seals.read({ version: 2, previous: first().hash, permits: [anyPayment], ...change });
    const documents = (...policies: readonly SealedDocument[]) => ({ constitution: law, policies });
    const signed = (names: readonly string[], { policy = second(), act = 'widen' as 'widen' | 'narrow' } = {}) =>
      names.map((one) => {
        const { key, signature } = policySignature(policy, one, { store: parts.storeId, act });
        return { act, key, signature };
      });
    const publish = (change: Partial<DecreeRequest> & { delay?: number; policy?: string } = {}, signer = taught) => {
      const { delay, policy = second().text, ...request } = change;
      const whole: DecreeRequest = {
        documents: documents(seals.policy(closed)),
        signatures: signed(['ada', 'alan']),
        wish: { act: 'publish', policy, ...(delay !== undefined && { delay }) },
        ...request,
      };
      return decree(whole, signer);
    };
    /** What was sealed, by its own key. */
    const openedBy = (done: Decreed) => {
      if (done.act !== 'publish') throw new Error('no policy');
      return readPublished(controlSeal(parts.rootKey, parts.storeId).open('policy', done.document), 2);
    };

    it('without a constitution nothing is done, whoever signed it', async () => {
      const request = { documents: { policies: [seals.policy(closed)] } };
      await expect(publish(request, fresh())).rejects.toEqual(coded('CONSTITUTION_NEEDED'));
    });

    it('a version that widens is sealed with a day of waiting, by the clock of the signer', async () => {
      const before = Date.now();
      const { policy, publishedAt, effectiveAt, signatures } = openedBy(await publish());
      expect(policy.hash).toBe(second().hash);
      expect(publishedAt).toBeGreaterThanOrEqual(before);
      expect(publishedAt).toBeLessThanOrEqual(Date.now());
      expect(effectiveAt).toBe(publishedAt + DAY);
      expect(signatures).toHaveLength(2);
      const later = openedBy(await publish({ delay: 48 }));
      expect(later.effectiveAt).toBe(later.publishedAt + 2 * DAY);
    });

    it('a version that narrows is in force at once with the signature of one admin', async () => {
      const policy = second({ permits: [], limits: [] });
      const documentsNow = documents(seals.policy(closed));
      const signatures = signed(['ada'], { policy, act: 'narrow' });
      const done = await decree({ documents: documentsNow, signatures, wish: { act: 'publish', policy: policy.text } });
      const { publishedAt, effectiveAt } = openedBy(done);
      expect(effectiveAt).toBe(publishedAt);
    });

    it.each<[string, string, () => Parameters<typeof publish>[0]]>([
      ['one signature of two', 'CONSTITUTION_QUORUM', () => ({ signatures: signed(['ada']) })],
      ['one person twice', 'CONSTITUTION_QUORUM', () => ({ signatures: signed(['ada', 'ada']) })],
      ['persons who do not decide', 'CONSTITUTION_SIGNATURE', () => ({ signatures: signed(['bea', 'bob']) })],
      ['a key of nobody', 'CONSTITUTION_SIGNATURE', () => ({ signatures: signed(['ada', 'eve']) })],
      ['no signature', 'CONSTITUTION_QUORUM', () => ({ signatures: [] })],
      [
        'signatures for a version that may only narrow',
        'CONSTITUTION_SIGNATURE',
        () => ({ signatures: signed(['ada', 'alan'], { act: 'narrow' }) }),
      ],
      [
        'signatures for another policy',
        'CONSTITUTION_SIGNATURE',
        () => ({ signatures: signed(['ada', 'alan'], { policy: second({ forbids: [{ id: 'no', to: 'any' }] }) }) }),
      ],
      ['a wait that is too short', 'USAGE', () => ({ delay: 23 })],
      ['what is no policy', 'POLICY_INVALID', () => ({ policy: '{}' })],
      [
        'another hash of the version before',
        'POLICY_CONFLICT',
        () => {
          const policy = second({ previous: `sha256:${'0'.repeat(64)}` });
          return { policy: policy.text, signatures: signed(['ada', 'alan'], { policy }) };
        },
      ],
      [
        'no constitution, where one is known',
        'CONTROL_OLD',
        () => ({ documents: { policies: [seals.policy(closed)] } }),
      ],
      [
        'a constitution that the front sealed itself',
        'RECORD_DAMAGED',
        () => ({ documents: { constitution: { ...law, box: law.viewBox }, policies: [seals.policy(closed)] } }),
      ],
    ])('%s is refused', async (_, code, change) => {
      await expect(publish(change())).rejects.toEqual(coded(code));
    });

    it('the end of a freeze is authenticated for fronts and keepers, and no other end is', async () => {
      const textOf = (store: string, id = 'ab'.repeat(16)) =>
        freezeText({ store, freeze: { id, scope: { kind: 'all' }, reason: 'test', at: 1 } });
      const text = textOf(parts.storeId);
      const signatures = (names: readonly string[], of = text) =>
        names.map((one) => {
          const { key, signature } = unfreezeSignature(of, one);
          return { key, signature };
        });
      const end = (given: DecreeRequest['signatures'], freeze = text) =>
        decree({ documents: documents(seals.policy(closed)), signatures: given, wish: { act: 'unfreeze', freeze } });
      const done = await end(signatures(['bea', 'ben']));
      if (done.act !== 'unfreeze') throw new Error('no end');
      const { mac, rootMac, ...facts } = done.end;
      const macs = [journalKeyOf, freezeKeyOf].map((key) => journalMac(key(parts.rootKey, parts.storeId)));
      expect([mac, rootMac]).toEqual(macs.map((one) => endMac(one, { text, ...facts })));
      await expect(end(signatures(['bea']))).rejects.toEqual(coded('CONSTITUTION_QUORUM'));
      await expect(end(signatures(['ada', 'alan']))).rejects.toEqual(coded('CONSTITUTION_SIGNATURE'));
      const other = textOf(parts.storeId, 'cd'.repeat(16));
      await expect(end(signatures(['bea', 'ben'], other))).rejects.toEqual(coded('CONSTITUTION_SIGNATURE'));
      const foreign = textOf('00'.repeat(16));
      await expect(end(signatures(['bea', 'ben'], foreign), foreign)).rejects.toEqual(coded('FREEZE_INVALID'));
    });

    it('a front that publishes a version again, or leaves out the narrower one in force, is refused', async () => {
      const open = { version: 2, previous: first().hash, permits: [anyPayment] };
      const narrow = { version: 3, previous: second().hash };
      const [one, two, three] = [seals.policy(closed), seals.policy(open), seals.policy(narrow)];
      const signer = fresh();
      await signer.control(documents(one, two, three));
      await expect(publish({ documents: documents(one, two, three) }, signer)).rejects.toEqual(
        coded('POLICY_CONFLICT'),
      );
      // Compared with the second version it would narrow, and one admin would do.
      const policy = seals.read({ ...narrow, permits: [{ ...anyPayment, max: '1' }] });
      const request = { signatures: signed(['ada'], { policy, act: 'narrow' }), policy: policy.text };
      await expect(publish({ ...request, documents: documents(one, two) }, signer)).rejects.toEqual(
        coded('CONTROL_OLD'),
      );
    });
  });
}
