import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseSignatureId } from '../../src/core/ids.js';
import type { SealedWallet, WalletControl } from '../../src/core/signing/wallet.js';
import { walletStates } from '../../src/core/signing/wallet.js';
import { joinUnambiguously } from '../../src/crypto/seal.js';
import { makeSealings, sealPart } from '../../src/vault/records.js';
import { makeResealing } from '../../src/vault/reseal.js';
import { controlBytes, readControl } from '../../src/vault/wallet-control.js';
import { chains, codeOf, eth, newVault, storeId } from './support.js';

const { vault, publicVault, rootKey } = newVault();
const signatureId = parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83');
const suspended = {
  tags: ['hot', 'vault'],
  owner: 'Ann & Co',
  state: 'suspended',
  since: 7,
  reason: 'stolen',
} as const;

/** Boxes of record format 1, as a Custos without format 2 wrote them. */
const FIRST = {
  public:
    'b82c99a34109b6d05de558893a25916f8c4b830f83838928da425ab6f83a68d420f5aed482f10ec1578d9baa6e0dfb67565030e82e4b9611481e9c8ea8b35a18dac86f6b493d1f431a889e18a7ee5e1bf5bb33ec99',
  secret:
    'b1aef08d7c17889cc65edeb7131254d305683294c3829c14bfb2720700d3aba7de69dd1a43a1a696449cf19ec2cd4d89f05d529240eca843efbbf1643a5afe7a',
};

/** Boxes of record format 2. */
const SECOND = {
  public:
    'c46561ef26aed109a85c02b0d5ed014c52827b973696695b0d3b84dd25ddbf932b57560791681b75045364237e06207767d76594131c78e41a7e97e2b217e497f895ceb4207ee51f01d7ffeadeb92cc22ce54c8f97a9a214e0867238d9c31de65eca2e8032aec67a6b00921d794ba890545a3d3b23cebaff98545eaaabeeb05b957558e279a2bd5efbffc2c2a17efdef5880947e7c6c03ec83565b8a6fb7e97bd0e6',
  secret:
    '4f7f5b0be06712616f47885c63848c2db9beace63d6a74e2019cd2d33a1eaad34cccb1439feacad419b72ac5ca608998faea62c7b2d349b5c4686901666bf1c8',
  control:
    'bf2f5d77ac2917e758bf443410f1560ab0b06762cbd9e1a54c6faa9d1ed8de4e823363b54655e94c0fb3279d86b32a4692adb19ad9fc46fe7fcb1a31db5c9ffaf150ae93f56b4d7ce1e6035f12475cc3ee253731026012200a1821302b57fcc0bb',
};

let plain: SealedWallet;
let marked: SealedWallet;
beforeAll(async () => {
  plain = (await vault.create(eth, 'mainnet', { kind: 'key' })).sealed;
  marked = (await vault.create(eth, 'mainnet', { kind: 'key', tags: ['vault', 'hot', 'hot'], owner: 'ann' })).sealed;
});

describe('a record without control', () => {
  test('a wallet about which nothing is said keeps record format 1, is active, and has revision 0', () => {
    expect(plain).toMatchObject({ format: 1 });
    expect(plain).not.toHaveProperty('controlBox');
    expect(vault.control(plain)).toEqual({ tags: [], state: 'active', since: plain.createdAt, revision: 0 });
    expect(publicVault.wallet(plain)).not.toHaveProperty('control');
  });
});

describe('a record with control', () => {
  test('tags and owner of a new wallet are in its control and in the copy for the front', () => {
    const control = { tags: ['hot', 'vault'], owner: 'ann', state: 'active', since: marked.createdAt, revision: 1 };
    expect(marked.format).toBe(2);
    expect(vault.control(marked)).toEqual(control);
    expect(publicVault.wallet(marked).control).toEqual(control);
  });

  test.each([['plain'], ['marked']])('a change keeps the secret and counts the revision: %s', (name) => {
    const record = name === 'plain' ? plain : marked;
    const changed = vault.withControl(record, suspended);
    expect(vault.control(changed)).toEqual({ ...suspended, revision: vault.control(record).revision + 1 });
    expect(vault.export(changed).privateKey).toBe(vault.export(record).privateKey);
    expect(vault.withControl(changed, suspended).controlBox).not.toEqual(changed.controlBox);
  });

  test('a destroyed wallet shows its address, and no secret can be read or put back', () => {
    const gone = vault.withControl(marked, { ...suspended, state: 'destroyed', by: ['ada', 'alan'], destroyFrom: 5 });
    expect(gone.secretBox).toHaveLength(0);
    expect(vault.control(gone)).toMatchObject({ state: 'destroyed', by: ['ada', 'alan'], destroyFrom: 5 });
    expect(publicVault.wallet(gone).address).toBe(publicVault.wallet(marked).address);
    expect(codeOf(() => vault.export(gone))).toBe('WALLET_DESTROYED');
    expect(codeOf(() => vault.withControl(gone, suspended))).toBe('WALLET_DESTROYED');
    expect(codeOf(() => vault.control({ ...gone, secretBox: marked.secretBox }))).toBe('RECORD_DAMAGED');
  });

  test('an active wallet without a secret half is damaged', () => {
    expect(codeOf(() => vault.control({ ...marked, secretBox: new Uint8Array() }))).toBe('RECORD_DAMAGED');
  });
});

describe('a record that was put together by others', () => {
  test('a control box does not open in the record of another wallet, nor in a later one of the same', async () => {
    const other = (await vault.create(eth, 'mainnet', { kind: 'key', tags: ['hot'] })).sealed;
    const later = vault.withControl(marked, suspended);
    for (const { controlBox } of [other, later]) {
      expect(codeOf(() => vault.control({ ...marked, ...(controlBox && { controlBox }) }))).toBe('RECORD_DAMAGED');
    }
    expect(codeOf(() => vault.control({ ...marked, publicBox: later.publicBox }))).toBe('RECORD_DAMAGED');
  });

  test('a control box cannot be taken away, and none can be put in', () => {
    const { controlBox, ...stripped } = marked;
    for (const record of [stripped, { ...stripped, format: 1 }]) {
      expect(codeOf(() => vault.export(record))).toBe('RECORD_DAMAGED');
    }
    expect(codeOf(() => vault.control(stripped))).toBe('RECORD_DAMAGED');
    expect(codeOf(() => publicVault.wallet(stripped))).toBe('RECORD_DAMAGED');
    expect(codeOf(() => vault.control({ ...plain, ...(controlBox && { controlBox }) }))).toBe('RECORD_DAMAGED');
    expect(codeOf(() => vault.control({ ...marked, format: 5 }))).toBe('STORE_NEWER');
  });

  test('whoever has the view key can write another copy, and the control that decides shows it', () => {
    const sealings = makeSealings(rootKey, storeId);
    const { address = '' } = publicVault.wallet(marked);
    const forged = controlBytes({ ...vault.control(marked), tags: ['cold'] }, 2);
    const bytes = joinUnambiguously([...['', address, '', ''], forged]);
    const publicBox = sealPart({ ...sealings.public, facts: marked, purpose: 'public' }, bytes);
    expect(publicVault.wallet({ ...marked, publicBox }).control?.tags).toEqual(['cold']);
    expect(codeOf(() => vault.control({ ...marked, publicBox }))).toBe('RECORD_DAMAGED');
    // The key of the public halves seals no control box.
    const controlBox = sealPart({ ...sealings.public, facts: marked, purpose: 'control' }, forged);
    expect(codeOf(() => vault.control({ ...marked, publicBox, controlBox }))).toBe('RECORD_DAMAGED');
  });
});

describe('a new root key', () => {
  test('a new root key seals control and its copy again, also of a destroyed wallet', () => {
    const fresh = newVault();
    const resealing = makeResealing({ from: rootKey, to: fresh.rootKey }, storeId, chains);
    const gone = vault.withControl(marked, { ...suspended, state: 'destroyed' });
    const [one, other] = resealing.reseal([marked, gone]);
    resealing.wipe();
    expect(one && fresh.vault.control(one)).toEqual(vault.control(marked));
    expect(one && fresh.vault.export(one)).toEqual(vault.export(marked));
    expect(other && fresh.vault.control(other)).toEqual(vault.control(gone));
    expect(codeOf(() => vault.control(one ?? marked))).toBe('RECORD_DAMAGED');
  });
});

describe('the bytes of control', () => {
  const tag = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);
  const text = fc.string({ minLength: 1 });
  const moment = fc.nat();
  const controls = fc.record(
    {
      tags: fc.uniqueArray(tag).map((tags) => tags.sort()),
      owner: text,
      state: fc.constantFrom(...walletStates),
      since: moment,
      reason: text,
      by: fc.array(tag, { minLength: 1 }),
      destroyFrom: moment,
      revision: moment,
    },
    { requiredKeys: ['tags', 'state', 'since', 'revision'] },
  );

  test('any control reads back as it was written', () => {
    fc.assert(
      fc.property(controls, (control) => {
        expect(readControl(textsOf(controlBytes(control as WalletControl, 2)), { signatureId, format: 2 })).toEqual(
          control,
        );
      }),
    );
  });

  test('any other texts are refused with their code', () => {
    const good = ['1', 'active', '5', '', '', '', '', 'cold', 'hot'];
    expect(codeOf(() => readControl(good, { signatureId, format: 2 }))).toBe('none');
    const wrong: readonly (readonly [number, string])[] = [
      [0, '-1'],
      [0, '01'],
      [0, '9007199254740993'],
      [1, 'toString'],
      [2, '1.5'],
      [6, 'soon'],
      [7, 'hot'],
      [7, 'zoo'],
      [8, ''],
    ];
    for (const [at, other] of wrong) {
      const changed = good.map((one, place) => (place === at ? other : one));
      expect(codeOf(() => readControl(changed, { signatureId, format: 2 }))).toBe('RECORD_DAMAGED');
    }
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) =>
        ['none', 'RECORD_DAMAGED'].includes(codeOf(() => readControl(texts, { signatureId, format: 2 }))),
      ),
    );
  });
});

test('a wallet that an older Custos sealed opens to the last byte, and so does one with control', () => {
  const known = newVault(new Uint8Array(32).fill(1), '00112233445566778899aabbccddeeff');
  const record = { signatureId, chain: eth, network: 'mainnet', kind: 'key', createdAt: 1_700_000_000_000 } as const;
  const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
  const first = { ...record, format: 1, publicBox: bytes(FIRST.public), secretBox: bytes(FIRST.secret) };
  const second = {
    ...record,
    format: 2,
    publicBox: bytes(SECOND.public),
    secretBox: bytes(SECOND.secret),
    controlBox: bytes(SECOND.control),
  };
  const privateKey = `0x${'01'.repeat(32)}`;
  expect(known.vault.export(first)).toMatchObject({ privateKey, label: 'old' });
  expect(known.vault.export(second)).toMatchObject({ privateKey, label: 'old' });
  expect(known.vault.control(second)).toEqual({ ...suspended, revision: 1 });
  expect(known.publicVault.wallet(second).control).toEqual({ ...suspended, revision: 1 });
});

function textsOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const texts: string[] = [];
  for (let at = 0; at < buffer.length; ) {
    const end = at + 4 + buffer.readUInt32BE(at);
    texts.push(buffer.subarray(at + 4, end).toString('utf8'));
    at = end;
  }
  return texts;
}
