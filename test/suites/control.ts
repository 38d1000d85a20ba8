import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import type { Signer } from '../../src/core/signing/signer.js';
import type { MadeWallet } from '../../src/core/signing/vault.js';
import { anyPayment, approvalOf, dayLimit, documentsOf, sealer } from '../support/control.js';
import { password, type SigningParts, signingParts, signRequest } from '../support/signing-parts.js';

type MakeSigner = (parts: SigningParts, password: Secret) => Signer;

const HOUR = 3_600_000;
const expensive = { value: '1000', gasPrice: '1', gas: '21000' };

/** How every signer judges, wherever it runs. */
export function controlSuite(name: string, makeSigner: MakeSigner): void {
  describe(`${name} judges by the policy before it opens a secret`, () => {
    let parts: SigningParts;
    let made: MadeWallet;
    let seals: ReturnType<typeof sealer>;
    const signers: Signer[] = [];
    beforeAll(async () => {
      parts = await signingParts();
      made = await parts.wallet('key');
      seals = sealer(parts);
    });
    afterEach(() => Promise.all(signers.splice(0).map((signer) => signer.close())));
    const fresh = (): Signer => {
      const signer = makeSigner(parts, Secret.text(password));
      signers.push(signer);
      return signer;
    };
    const open = () => seals.policy({ permits: [anyPayment] });

    it('what a permit covers is signed as without any policy, and what none covers is denied', async () => {
      const signer = fresh();
      const request = signRequest(made);
      const before = await signer.sign(request);
      await signer.control(documentsOf(open()));
      expect((await signer.sign(request)).raw).toBe(before.raw);
      const next = { version: 2, previous: seals.read({ permits: [anyPayment] }).hash };
      await signer.control(documentsOf(open(), seals.policy(next)));
      await expect(signer.sign(request)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    });

    it('an older policy, a missing one and another one of the same version are refused, and the newest stays in force', async () => {
      const signer = fresh();
      const request = signRequest(made);
      const closed = seals.policy({ version: 2, previous: seals.read({ permits: [anyPayment] }).hash });
      await signer.control(documentsOf(open(), closed));
      for (const documents of [
        documentsOf(open()),
        documentsOf(),
        documentsOf(
          open(),
          seals.policy({ version: 2, previous: seals.read({ permits: [anyPayment] }).hash, permits: [anyPayment] }),
        ),
      ]) {
        await expect(signer.control(documents)).rejects.toMatchObject({ code: 'CONTROL_OLD' });
      }
      await signer.control(documentsOf(open(), closed));
      await expect(signer.sign(request)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    });

    it('tags of a wallet are those in its sealed record, and no front gives it others', async () => {
      const signer = fresh();
      const hot = {
        ...made,
        sealed: parts.vault.withControl(made.sealed, { tags: ['hot'], state: 'active', since: 1 }),
      };
      await signer.control(documentsOf(seals.policy({ permits: [{ ...anyPayment, tags: ['hot'] }] })));
      expect(await signer.sign(signRequest(hot))).toHaveProperty('raw');
      await expect(signer.sign(signRequest(made))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
      const changed = Uint8Array.from(hot.sealed.controlBox ?? [], (byte) => byte ^ 1);
      const forged = { ...hot, sealed: { ...hot.sealed, controlBox: changed } };
      await expect(signer.sign(signRequest(forged))).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    });

    it('a wallet that is named and signs nothing is neither the sender itself nor an own one', async () => {
      const signer = fresh();
      const named = await parts.wallet('key');
      const address = parts.vault.identify(named.sealed, { signatureId: named.sealed.signatureId }).address;
      const to = (receiver: string) => {
        const plain = signRequest(made, { to: receiver });
        const keys = [...plain.pending.keys, { signatureId: named.sealed.signatureId }];
        return { ...plain, pending: { ...plain.pending, keys }, sealed: [...plain.sealed, named.sealed] };
      };
      await signer.control(documentsOf(seals.policy({ permits: [{ ...anyPayment, to: ['self', 'own'] }] })));
      await expect(signer.sign(to(address))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
      const { address: own } = parts.vault.identify(made.sealed, { signatureId: made.sealed.signatureId });
      expect(await signer.sign(to(own))).toHaveProperty('raw');
    });

    it('a compromised wallet signs what a permit with sweep covers, and nothing else', async () => {
      const signer = fresh();
      const sealed = parts.vault.withControl(made.sealed, { tags: [], state: 'compromised', since: 1 });
      const leaked = signRequest({ ...made, sealed });
      await signer.control(documentsOf(open()));
      await expect(signer.sign(leaked)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
      const next = { version: 2, previous: seals.read({ permits: [anyPayment] }).hash };
      await signer.control(documentsOf(open(), seals.policy({ ...next, permits: [{ ...anyPayment, sweep: true }] })));
      expect(await signer.sign(leaked)).toHaveProperty('raw');
      await expect(signer.sign(signRequest(made))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    });

    it('an older record of a wallet than one that was signed with is refused, also one from before it had any mark', async () => {
      const signer = fresh();
      const mark = (state: 'active' | 'suspended', from = made.sealed) =>
        parts.vault.withControl(from, { tags: [], state, since: 1 });
      const second = mark('active', mark('suspended'));
      expect(await signer.sign(signRequest(made))).toHaveProperty('raw');
      const { raw } = await signer.sign(signRequest({ ...made, sealed: second }));
      for (const sealed of [made.sealed, mark('active')]) {
        await expect(signer.sign(signRequest({ ...made, sealed }))).rejects.toMatchObject({ code: 'CONTROL_OLD' });
      }
      const again = await signer.sign(signRequest({ ...made, sealed: second }));
      expect(again.raw).toMatch(/^0x/);
      expect(raw).toMatch(/^0x/);
      const other = await parts.wallet('key');
      expect(await signer.sign(signRequest(other))).toHaveProperty('raw');
    });

    it('a record that a front made up beside the true ones does not pass for the newest of its wallet', async () => {
      const signer = fresh();
      const sealed = parts.vault.withControl(made.sealed, { tags: ['hot'], state: 'active', since: 1 });
      const request = signRequest({ ...made, sealed });
      const { raw } = await signer.sign(request);
      const other = signRequest(await parts.wallet('key'));
      const later = { ...made.sealed, createdAt: made.sealed.createdAt + 1 };
      for (const sealed of [
        [...other.sealed, later],
        [later, ...other.sealed],
        [...other.sealed, ...other.sealed.map((one) => ({ ...one }))],
      ]) {
        await expect(signer.sign({ ...other, sealed })).rejects.toMatchObject({ code: 'WALLET_UNKNOWN' });
      }
      expect((await signer.sign(request)).raw).toBe(raw);
    });

    it('the same form signed by another wallet is another transaction, and is charged by itself', async () => {
      const signer = fresh();
      await signer.control(documentsOf(seals.policy({ permits: [anyPayment], limits: [dayLimit(30_000)] })));
      const fields = { ...expensive, nonce: 7 };
      expect(await signer.sign(signRequest(made, fields))).toHaveProperty('raw');
      const other = await parts.wallet('key');
      await expect(signer.sign(signRequest(other, fields))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    });

    it('a policy that waits for its time is not in force, and a version between others cannot be left out', async () => {
      const signer = fresh();
      const { hash } = seals.read({ permits: [anyPayment] });
      const later = seals.policy({ version: 2, previous: hash }, { publishedAt: 2, effectiveAt: Date.now() + HOUR });
      await expect(signer.control(documentsOf(later))).rejects.toMatchObject({ code: 'CONTROL_OLD' });
      const foreign = seals.policy({ version: 2, previous: `sha256:${'0'.repeat(64)}` });
      await expect(signer.control(documentsOf(open(), foreign))).rejects.toMatchObject({ code: 'CONTROL_OLD' });
      await signer.control(documentsOf(open(), later));
      expect(await signer.sign(signRequest(made))).toHaveProperty('raw');
    });

    it('documents of another root key, of another kind or under another number are refused', async () => {
      const signer = fresh();
      const other = sealer(await signingParts());
      const own = open();
      for (const policy of [other.policy({}), seals.constitution(), { ...own, version: 2 }]) {
        await expect(signer.control(documentsOf(policy))).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
      }
      await signer.control(documentsOf(own));
      expect(await signer.sign(signRequest(made))).toHaveProperty('raw');
    });

    it('parallel requests never pass a limit together, and the same bytes are charged once', async () => {
      const signer = fresh();
      // Each takes 1,000 and a fee of 21,000: ten of them fit.
      await signer.control(documentsOf(seals.policy({ permits: [anyPayment], limits: [dayLimit(220_000)] })));
      const asked = Array.from({ length: 100 }, (_, nonce) => signRequest(made, { ...expensive, nonce }));
      const answers = await Promise.allSettled(asked.map((one) => signer.sign(one)));
      const given = asked.filter((_, place) => answers[place]?.status === 'fulfilled');
      expect(given).toHaveLength(10);
      for (const answer of answers) {
        // Judged as beyond the limit, or overtaken by another one between judging and reserving.
        const refused = expect.objectContaining({ code: expect.stringMatching(/^(POLICY_DENIED|BUDGET_EXCEEDED)$/) });
        if (answer.status === 'rejected') expect(answer.reason).toEqual(refused);
      }
      const [first] = given;
      expect(first && (await signer.sign(first))).toHaveProperty('raw');
      // Another transaction with the number of one that was signed excludes it, but may not take more than is left.
      const nonce = JSON.parse(first?.completed ?? '{}').nonce;
      expect(await signer.sign(signRequest(made, { ...expensive, nonce, value: '999' }))).toHaveProperty('raw');
      const larger = signer.sign(signRequest(made, { ...expensive, nonce, value: '1001' }));
      await expect(larger).rejects.toMatchObject({ code: 'POLICY_DENIED' });
    });

    it('a payment that needs approvals is held until two persons approved it by the policy in force', async () => {
      const signer = fresh();
      const permits = [{ ...anyPayment, needs: ['2 of treasury'] }];
      const { hash } = seals.read({ permits });
      const constitution = seals.constitution();
      const policies = [seals.policy({ permits })];
      await signer.control({ constitution, policies });
      const request = { ...signRequest(made), control: { id: 'p-1', approvals: [] } };
      const policy = { version: 1, hash };
      const by = (key: string, change: object = {}) => approvalOf(parts, request, { key, policy, ...change });
      const sign = (...approvals: ReturnType<typeof by>[]) =>
        signer.sign({ ...request, control: { id: 'p-1', approvals } });
      const held = { code: 'POLICY_HELD' };
      await expect(sign()).rejects.toMatchObject(held);
      await expect(sign(by('bea'))).rejects.toMatchObject(held);
      await expect(sign(by('bea'), by('bea 2'))).rejects.toMatchObject(held);
      // Bob may stand behind whoever asked.
      await expect(sign(by('bea'), by('bob'))).rejects.toMatchObject(held);
      await expect(sign(by('bea'), by('oli'))).rejects.toMatchObject(held);
      await expect(sign(by('bea'), by('nobody'))).rejects.toMatchObject(held);
      await expect(sign(by('bea'), { ...by('ben'), signature: by('bea').signature })).rejects.toMatchObject(held);
      for (const change of [
        { policy: { version: 2, hash } },
        { store: 'ff'.repeat(16) },
        { pending: 'p-2' },
        { intent: `sha256:${'1'.repeat(64)}` },
        { expires: Date.now() - 1 },
        { demands: [{ count: 1, group: 'treasury' }] },
        { feeAtMost: { asset: 'ETH', amount: 1n } },
        { initiator: 'token:shop' },
      ]) {
        await expect(sign(by('bea'), by('ben', change))).rejects.toMatchObject(held);
      }
      await expect(sign(by('bea'), by('ben', { decision: 'reject' }))).rejects.toMatchObject({ code: 'POLICY_DENIED' });
      expect(await sign(by('bea'), by('ben'))).toHaveProperty('raw');
    });

    it('approvals are used once: for the same bytes again, or for bytes that exclude the first', async () => {
      const signer = fresh();
      const permits = [{ ...anyPayment, needs: ['2 of treasury'] }];
      const policy = { version: 1, hash: seals.read({ permits }).hash };
      await signer.control({ constitution: seals.constitution(), policies: [seals.policy({ permits })] });
      const request = { ...signRequest(made), control: { id: 'p-1', approvals: [] } };
      const approvals = ['bea', 'ben'].map((key) =>
        approvalOf(parts, request, { key, policy, feeAtMost: { asset: 'ETH', amount: 10n ** 18n } }),
      );
      const control = { id: 'p-1', approvals };
      const sign = (fields: object) => signer.sign({ ...signRequest(made, { ...fields }), control });
      const { raw } = await sign({});
      expect((await sign({})).raw).toBe(raw);
      // The same payment with the next number would be a second one.
      await expect(sign({ nonce: 1 })).rejects.toMatchObject({ code: 'APPROVAL_SPENT' });
      expect((await sign({ gasPrice: '2000000000' })).raw).not.toBe(raw);
      await expect(sign({ nonce: 2 })).rejects.toMatchObject({ code: 'APPROVAL_SPENT' });
    });
  });
}
