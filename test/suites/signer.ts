import { createHash } from 'node:crypto';
import { hex } from '@scure/base';
import { parseTransaction, recoverMessageAddress, recoverTransactionAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptOfAddress, writeScript } from '../../src/chains/utxo/script.js';
import { messageContent, readSignedMessage } from '../../src/core/chain/message-content.js';
import { defaultTenant, parseOwnerId, parseTenantId } from '../../src/core/ids.js';
import { Secret } from '../../src/core/secret.js';
import type { Signer } from '../../src/core/signing/signer.js';
import { bitcore, foreign, madeBy, proven } from '../chains/utxo/making.js';
import { destination, messageRequest, type SigningParts, signingParts, signRequest } from '../support/signing-parts.js';

type MakeSigner = (parts: SigningParts, password: Secret) => Signer;

/** What every signer keeps to, wherever it runs. */
export function signerSuite(name: string, makeSigner: MakeSigner): void {
  describe(`${name} keeps to the signer's contract`, () => {
    let parts: SigningParts;
    let signer: Signer;
    beforeAll(async () => {
      parts = await signingParts();
      signer = makeSigner(parts, Secret.text('correct horse battery staple'));
    });
    afterAll(() => signer.close());

    it('the signer gives out the key of the public halves and nothing that opens secrets', async () => {
      const publicKey = await signer.unlock();
      expect(publicKey).toHaveLength(32);
      expect(Buffer.from(publicKey).equals(Buffer.from(parts.rootKey))).toBe(false);
    });

    it('the signer signs for a private key so that another library recovers the sender', async () => {
      const made = await parts.wallet('key');
      const { raw, txId } = await signer.sign(signRequest(made));
      const parsed = parseTransaction(raw as `0x02${string}`);
      expect(parsed).toMatchObject({ to: destination, value: 1n, chainId: 11155111 });
      const recovered = await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` });
      expect(recovered.toLowerCase()).toBe(made.wallet.address);
      expect(txId).toMatch(/^0x[0-9a-f]{64}$/);
    });

    it('the signer signs for an index of a mnemonic', async () => {
      const made = await parts.wallet('hd');
      const request = signRequest(made, {}, { index: 7 });
      const { raw } = await signer.sign(request);
      const recovered = await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` });
      expect(recovered.toLowerCase()).toBe(
        parts.vault.identify(made.sealed, { signatureId: made.wallet.signatureId, index: 7 }).address,
      );
    });

    it('the signer makes a wallet of which the sealed record is all that comes out', async () => {
      const request = {
        chain: parts.chains.get('ETH').id,
        network: 'testnet',
        tenant: parseTenantId('shop'),
        owner: parseOwnerId('u-17'),
        slot: 'main',
        label: 'Ann',
        tags: ['hot'],
      } as const;
      for (const kind of ['hd', 'key'] as const) {
        const sealed = await signer.create?.({ ...request, kind });
        if (sealed === undefined) throw new Error('it makes no wallets');
        expect(sealed).toMatchObject({ format: 3, tenant: 'shop', chain: 'ETH', network: 'testnet', kind });
        const control = { owner: 'u-17', slot: 'main', tags: ['hot'], revision: 1 };
        expect(parts.vault.wallet(sealed)).toMatchObject({ label: 'Ann', control });
        expect(parts.vault.export(sealed)).toMatchObject({ owner: 'u-17', tenant: 'shop' });
        const ids = JSON.stringify(Object.keys(sealed).sort());
        expect(ids).not.toMatch(/mnemonic|privateKey|lookup/);
      }
    });

    it('the signer signs with a wallet of another tenant only what is of that tenant', async () => {
      const { sealed, wallet } = await parts.vault.create(parts.chains.get('ETH').id, 'testnet', {
        kind: 'key',
        tenant: parseTenantId('shop'),
      });
      const request = signRequest({ sealed, wallet });
      await expect(signer.sign(request)).rejects.toMatchObject({ code: 'WALLET_UNKNOWN' });
      const foreign = { ...request, pending: { ...request.pending, tenant: parseTenantId('shop-2') } };
      await expect(signer.sign(foreign)).rejects.toMatchObject({ code: 'WALLET_UNKNOWN' });
      const own = { ...request, pending: { ...request.pending, tenant: parseTenantId('shop') } };
      expect((await signer.sign(own)).txId).toMatch(/^0x[0-9a-f]{64}$/);
      const made = await parts.wallet('key');
      const plain = signRequest(made);
      const stolen = { ...plain, pending: { ...plain.pending, tenant: parseTenantId('shop') } };
      await expect(signer.sign(stolen)).rejects.toMatchObject({ code: 'WALLET_UNKNOWN' });
    });

    it('the signer signs nothing with a wallet that requires a proof of its owner', async () => {
      const options = { kind: 'key', owner: 'u-17', requireUserToken: true } as const;
      const made = await parts.vault.create(parts.chains.get('ETH').id, 'testnet', options);
      await expect(signer.sign(signRequest(made))).rejects.toMatchObject({ code: 'USER_TOKEN_REQUIRED' });
      const { requireUserToken: _, ...control } = parts.vault.control(made.sealed);
      const freed = { ...made, sealed: parts.vault.withControl(made.sealed, control) };
      expect((await signer.sign(signRequest(freed))).txId).toMatch(/^0x[0-9a-f]{64}$/);
    });

    it('the signer signs with such a wallet only what comes with a proof of its own owner, in its own tenant', async () => {
      const tenant = parseTenantId('shop');
      const options = { kind: 'key', owner: 'u-17', requireUserToken: true, tenant } as const;
      const made = await parts.vault.create(parts.chains.get('ETH').id, 'testnet', options);
      const by = (user: Uint8Array) => {
        const request = signRequest(made);
        return { ...request, pending: { ...request.pending, tenant, user: Buffer.from(user).toString('hex') } };
      };
      const { index } = parts.vault;
      expect((await signer.sign(by(index.owner(tenant, 'u-17')))).txId).toMatch(/^0x[0-9a-f]{64}$/);
      const others = [index.owner(tenant, 'u-18'), index.owner(parseTenantId('game'), 'u-17')];
      for (const other of others) {
        await expect(signer.sign(by(other))).rejects.toMatchObject({ code: 'USER_TOKEN_REQUIRED' });
      }
    });

    it('a wallet that requires a proof of its owner and has no owner signs nothing', async () => {
      const made = await parts.vault.create(parts.chains.get('ETH').id, 'testnet', {
        kind: 'key',
        requireUserToken: true,
      });
      const request = signRequest(made);
      const user = Buffer.from(parts.vault.index.owner(defaultTenant, '')).toString('hex');
      const proven = { ...request, pending: { ...request.pending, user } };
      await expect(signer.sign(proven)).rejects.toMatchObject({ code: 'USER_TOKEN_REQUIRED' });
    });

    it.each([
      ['suspended', 'WALLET_SUSPENDED'],
      ['deactivated', 'WALLET_DEACTIVATED'],
      ['compromised', 'WALLET_COMPROMISED'],
      ['destroyed', 'WALLET_DESTROYED'],
    ] as const)('the signer refuses a wallet that is %s', async (state, code) => {
      const made = await parts.wallet('key');
      const sealed = parts.vault.withControl(made.sealed, { tags: [], state, since: 1, reason: 'lost' });
      await expect(signer.sign(signRequest({ ...made, sealed }))).rejects.toMatchObject({ code });
    });

    it('the signer signs for an active wallet with tags, whether it was marked from the start or later', async () => {
      const made = await parts.wallet('key');
      const sealed = parts.vault.withControl(made.sealed, { tags: ['hot'], owner: 'desk', state: 'active', since: 1 });
      expect((await signer.sign(signRequest(made))).raw).toMatch(/^0x/);
      const { raw } = await signer.sign(signRequest({ ...made, sealed }));
      expect(raw).toMatch(/^0x/);
    });

    it('the signer goes by the control of a record: an active copy of the front does not help a suspended wallet', async () => {
      const made = await parts.wallet('key');
      const active = parts.vault.withControl(made.sealed, { tags: ['hot'], state: 'active', since: 1 });
      const suspended = parts.vault.withControl(active, { tags: ['hot'], state: 'suspended', since: 2 });
      const { controlBox: _, ...stripped } = suspended;
      for (const sealed of [{ ...suspended, publicBox: active.publicBox }, stripped, { ...stripped, format: 1 }]) {
        await expect(signer.sign(signRequest({ ...made, sealed }))).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
      }
    });

    it('the signer gives the same bytes for the same request', async () => {
      const request = signRequest(await parts.wallet('key'));
      const [one, other] = [await signer.sign(request), await signer.sign(request)];
      expect(one.raw).toBe(other.raw);
    });

    it('the signer signs the form that was approved, and no other', async () => {
      const request = signRequest(await parts.wallet('key'));
      const digest = createHash('sha256').update(request.completed).digest('hex');
      const { raw } = await signer.sign({ ...request, digest });
      expect(raw).toBe((await signer.sign(request)).raw);
      const other = { ...request, completed: request.completed.replace('"value":"1"', '"value":"2"') };
      expect(other.completed).not.toBe(request.completed);
      for (const changed of [
        { ...other, digest },
        { ...request, digest: '' },
        { ...request, digest: `${digest}0` },
      ]) {
        await expect(signer.sign(changed)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
      }
    });

    it('the signer signs no fee above what the request allows, nor one in another asset', async () => {
      const made = await parts.wallet('key');
      const asked = (feeLimit: object) => signer.sign(signRequest(made, {}, { feeLimit }));
      // 21,000 gas at a price of 10^9.
      expect((await asked({ asset: 'ETH', most: '21000000000000' })).raw).toMatch(/^0x/);
      for (const limit of [
        { asset: 'ETH', most: '20999999999999' },
        { asset: 'MATIC', most: '21000000000000' },
      ]) {
        await expect(asked(limit)).rejects.toMatchObject({ code: 'FEE_INVALID' });
      }
    });

    it('the signer refuses an amount of a spent output that is unproved or proved wrong', async () => {
      const made = await parts.wallet('key', 'LTC');
      const network = { pubKeyHash: 0x6f, scriptHash: 0x3a, wif: 0xef, bech32: 'tltc' };
      const script = hex.encode(writeScript(scriptOfAddress(made.wallet.address ?? '', network)));
      const previous = madeBy([{ satoshis: 5_000_000, script }]);
      const spend = (satoshis: number) =>
        bitcore([{ ...previous, index: 0, satoshis, script }], [{ satoshis: 100_000, script: foreign }]);
      const completedAs = (completed: string) => {
        const { pending } = signRequest(made, {}, { serializedTransaction: spend(5_000_000) });
        const ltc = { ...pending, chain: parts.chains.get('LTC').id };
        return signer.sign({ pending: ltc, completed, sealed: [made.sealed] });
      };
      const { txId } = await completedAs(proven(spend(5_000_000), [previous]));
      expect(txId).toMatch(/^[0-9a-f]{64}$/);
      await expect(completedAs(spend(5_000_000))).rejects.toMatchObject({ code: 'HAZARD_REFUSED' });
      await expect(completedAs(spend(120_000))).rejects.toMatchObject({ code: 'HAZARD_REFUSED' });
      const lie = proven(spend(120_000), [previous]);
      await expect(completedAs(lie)).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
    });

    it('the signer answers many requests at the same time, each with its own result', async () => {
      const made = await parts.wallet('key');
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, nonce) => signer.sign(signRequest(made, { nonce }))),
      );
      const nonces = results.map(({ raw }) => parseTransaction(raw as `0x02${string}`).nonce ?? 0);
      expect(nonces).toEqual(Array.from({ length: 50 }, (_, nonce) => nonce));
    });

    it.each([
      ['SENDER_MISMATCH', { from: destination }, {}],
      ['CHAIN_ID_MISMATCH', { chainId: 1 }, {}],
      ['AMOUNT_INVALID', { value: (2n ** 256n - 1n).toString() }, {}],
      ['INDEX_UNEXPECTED', {}, { index: 0 }],
      ['GAS_TOO_LOW', { gas: '20999' }, {}],
    ])('the signer refuses with %s', async (code, fields, extra) => {
      const made = await parts.wallet('key');
      await expect(signer.sign(signRequest(made, fields, extra))).rejects.toMatchObject({ code });
    });

    it('the signer signs a message so that another library recovers the wallet', async () => {
      const made = await parts.wallet('key');
      const request = messageRequest(made, messageContent({ kind: 'message', text: 'I own this address' }));
      const { raw, txId } = await signer.sign(request);
      const { signature } = readSignedMessage(raw);
      const signed = { message: 'I own this address', signature: signature as `0x${string}` };
      expect((await recoverMessageAddress(signed)).toLowerCase()).toBe(made.wallet.address);
      expect(txId).toMatch(/^[0-9a-f]{64}$/);
    });

    it('the signer signs no hash unless its operator allows it', async () => {
      const hash = messageContent({ kind: 'hash', bytes: new Uint8Array(32).fill(7) });
      const request = messageRequest(await parts.wallet('key'), hash);
      await expect(signer.sign(request)).rejects.toMatchObject({ code: 'HAZARD_REFUSED' });
    });

    it('the signer takes no transaction for a message, and no message for a transaction', async () => {
      const made = await parts.wallet('key');
      const message = messageRequest(made, messageContent({ kind: 'message', text: '{"nonce":0}' }));
      const { kind: _, ...bare } = message.pending;
      await expect(signer.sign({ ...message, pending: bare })).rejects.toMatchObject({ code: 'TRANSACTION_INVALID' });
      const { pending, ...payment } = signRequest(made);
      const named = { ...pending, kind: 'message' as const };
      await expect(signer.sign({ ...payment, pending: named })).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    });

    it('the signer refuses a mnemonic without an index', async () => {
      await expect(signer.sign(signRequest(await parts.wallet('hd')))).rejects.toMatchObject({ code: 'INDEX_MISSING' });
    });

    it('the signer refuses the wallet of another chain, even when its record is handed in', async () => {
      const made = await parts.wallet('key', 'BSC');
      await expect(signer.sign(signRequest(made))).rejects.toMatchObject({ code: 'WALLET_CHAIN_MISMATCH' });
    });

    it('the signer refuses a record that the front relabelled', async () => {
      const made = await parts.wallet('key', 'BSC');
      const request = signRequest(made);
      const relabelled = { ...made.sealed, chain: request.pending.chain };
      await expect(signer.sign({ ...request, sealed: [relabelled] })).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    });

    it('the signer refuses another wallet put under the signature ID', async () => {
      const [asked, other] = [await parts.wallet('key'), await parts.wallet('key')];
      const swapped = { ...other.sealed, signatureId: asked.wallet.signatureId };
      await expect(signer.sign({ ...signRequest(asked), sealed: [swapped] })).rejects.toMatchObject({
        code: 'RECORD_DAMAGED',
      });
    });

    it('the signer refuses a pending transaction without its wallet', async () => {
      const made = await parts.wallet('key');
      await expect(signer.sign({ ...signRequest(made), sealed: [] })).rejects.toMatchObject({ code: 'WALLET_UNKNOWN' });
    });

    it('the signer reports a wrong password', async () => {
      const other = makeSigner(parts, Secret.text('wrong'));
      await expect(other.unlock()).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
      await other.close();
    });
  });
}
