import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTenantId } from '../../src/core/ids.js';
import { createRecord } from '../../src/signing/create.js';
import { parseCreated } from '../../src/signing/created-answer.js';
import { eth, newVault } from '../vault/support.js';

const { vault } = newVault();
const asked = { chain: eth, network: 'mainnet', kind: 'key', tenant: parseTenantId('shop') } as const;
const sealed = await createRecord(asked, vault);
const foreign = expect.objectContaining({ code: 'SIGNER_DIED' });

it('a new record is taken as it is, without what it is found by', () => {
  expect(parseCreated({ ...sealed, lookup: {}, secret: 'x' }, asked)).toEqual(sealed);
});

it('a record of another tenant, chain, network or kind than was asked for is refused, and so is any other form', () => {
  const { tenant: _, ...withoutTenant } = sealed;
  const wrong: readonly unknown[] = [
    withoutTenant,
    { ...sealed, tenant: 'shop-2' },
    { ...sealed, chain: 'BSC' },
    { ...sealed, network: 'testnet' },
    { ...sealed, kind: 'hd' },
    { ...sealed, createdAt: -1 },
    { ...sealed, format: 4 },
    { ...sealed, secretBox: new Uint8Array() },
    { ...sealed, publicBox: 'AAAA' },
    { ...sealed, controlBox: new Uint8Array(70_000) },
    Object.create(sealed),
    null,
    [],
  ];
  for (const one of wrong) expect(() => parseCreated(one, asked)).toThrow(foreign);
  expect(() => parseCreated({ ...sealed, signatureId: 'x' }, asked)).toThrow();
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(...Object.keys(sealed)), (value, name) => {
      try {
        expect(parseCreated({ ...sealed, [name]: value }, asked)).toMatchObject({ tenant: 'shop' });
      } catch (error) {
        expect(['SIGNER_DIED', 'SIGNATURE_ID_INVALID']).toContain((error as { code?: string }).code);
      }
    }),
  );
});
