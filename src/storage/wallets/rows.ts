import { CustosError } from '../../core/errors.js';
import { defaultTenant, parseChainId, parseSignatureId, parseTenantId } from '../../core/ids.js';
import { readKind, type SealedWallet, tenantOf, type WalletLookup, writtenKind } from '../../core/signing/wallet.js';
import type { StoreTables } from '../schema.js';

/** A record as a row. */
export function toRow(wallet: SealedWallet): StoreTables['wallets'] {
  return {
    signature_id: wallet.signatureId,
    chain: wallet.chain,
    network: wallet.network,
    kind: writtenKind(wallet.kind),
    created_at: wallet.createdAt,
    format: wallet.format,
    public_box: wallet.publicBox,
    secret_box: wallet.secretBox,
    control_box: wallet.controlBox ?? null,
    tenant: tenantOf(wallet),
    address_digest: wallet.lookup?.address ?? null,
    owner_digest: wallet.lookup?.owner ?? null,
    label_digest: wallet.lookup?.label ?? null,
    slot_digest: wallet.lookup?.slot ?? null,
  };
}

/** @throws CustosError RECORD_DAMAGED: a column holds values that Custos never writes */
export function fromRow(row: StoreTables['wallets']): SealedWallet {
  const { network } = row;
  const kind = readKind(row.kind, Number(row.format));
  const ids = parseIds(row);
  const known = network === 'mainnet' || network === 'testnet';
  // SQLite keeps the type of every value: an edited file may hold text instead of bytes.
  const digests = [row.address_digest, row.owner_digest, row.label_digest, row.slot_digest];
  const boxes = [row.public_box, row.secret_box, ...[row.control_box, ...digests].filter((one) => one !== null)];
  if (ids === undefined || !known || kind === undefined || !boxes.every(isBytes)) {
    throw new CustosError(
      'RECORD_DAMAGED',
      `the record of wallet ${row.signature_id} is damaged: unknown tenant, chain, network, kind or type of value`,
    );
  }
  return {
    ...ids,
    network,
    kind,
    createdAt: Number(row.created_at),
    format: Number(row.format),
    publicBox: row.public_box,
    secretBox: row.secret_box,
    ...(row.control_box !== null && { controlBox: row.control_box }),
    ...lookupOf(row),
  };
}

function lookupOf(row: StoreTables['wallets']): { readonly lookup?: WalletLookup } {
  const { address_digest: address, owner_digest: owner, label_digest: label, slot_digest: slot } = row;
  if (address === null) return {};
  return { lookup: { address, ...(owner && { owner }), ...(label && { label }), ...(slot && { slot }) } };
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** Record formats before the third one have no tenant of their own. */
const WITH_TENANT = 3;

function parseIds(row: StoreTables['wallets']): Pick<SealedWallet, 'signatureId' | 'chain' | 'tenant'> | undefined {
  try {
    const ids = { signatureId: parseSignatureId(row.signature_id), chain: parseChainId(row.chain) };
    const tenant = parseTenantId(row.tenant);
    if (Number(row.format) >= WITH_TENANT) return { ...ids, tenant };
    return tenant === defaultTenant ? ids : undefined;
  } catch {
    return undefined;
  }
}
