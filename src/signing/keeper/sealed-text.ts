import { parseChainId, parseSignatureId, parseTenantId } from '../../core/ids.js';
import type { SealedWallet, WalletKind } from '../../core/signing/wallet.js';
import { boxText, bytesOf, membersOf, networkOf, wholeOf } from './members.js';

/** A sealed record as JSON, without what the front finds it by. @throws CustosError RECORD_DAMAGED: a box is too long */
export function plainSealed(sealed: SealedWallet): Readonly<Record<string, unknown>> {
  const { publicBox, secretBox, controlBox, lookup: _, ...record } = sealed;
  const boxes = { publicBox: boxText(publicBox), secretBox: boxText(secretBox) };
  return { ...record, ...boxes, ...(controlBox && { controlBox: boxText(controlBox) }) };
}

/** Reads a sealed record as if from an enemy. @throws CustosError SIGNER_PROTOCOL */
export function parseSealed(value: unknown): SealedWallet {
  const record = membersOf(value);
  const controlBox = record('controlBox');
  const tenant = record('tenant');
  return {
    signatureId: parseSignatureId(record('signatureId')),
    chain: parseChainId(record('chain')),
    network: networkOf(record('network')),
    kind: kindOf(record('kind')),
    createdAt: wholeOf(record('createdAt')),
    format: wholeOf(record('format')),
    publicBox: bytesOf(record('publicBox')),
    secretBox: bytesOf(record('secretBox')),
    ...(controlBox !== undefined && { controlBox: bytesOf(controlBox) }),
    ...(tenant !== undefined && { tenant: parseTenantId(tenant) }),
  };
}

function kindOf(value: unknown): WalletKind {
  return value === 'hd' || value === 'remote' ? value : 'key';
}
