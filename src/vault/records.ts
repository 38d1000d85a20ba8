import { timingSafeEqual } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import type { SignatureId } from '../core/ids.js';
import type { OpenSecret, SealedWallet, Wallet } from '../core/signing/wallet.js';
import { deriveKey, expandKey, extractKey, joinUnambiguously, open, seal } from '../crypto/seal.js';

/** Version of the sealed layouts below; it is bound into every box. */
const RECORD_FORMAT = 1;

type Purpose = 'public' | 'secret';

/** What the boxes of one wallet are bound to. */
type RecordFacts = Pick<SealedWallet, 'signatureId' | 'chain' | 'network' | 'kind' | 'createdAt' | 'format'>;

/** The public half in clear. */
export interface PublicPart {
  readonly xpub?: string;
  readonly address?: string;
  readonly label?: string;
  readonly derivation?: string;
}

/** A purpose key of one store, made ready to derive the keys of records. */
export interface Sealing {
  readonly storeId: string;
  /** What HKDF extracts from the purpose key, which is the same for every record: 32 bytes, as secret as the key itself. */
  readonly extracted: Uint8Array;
}

/** @param key - 32 bytes (`purposeKey`); not kept   @returns the caller wipes `extracted` */
export function makeSealing(key: Uint8Array, storeId: string): Sealing {
  return { storeId, extracted: extractKey(key, Buffer.from(storeId, 'hex')) };
}

/**
 * One of the two keys below the root key: `public` opens the public halves, `secret` the secret ones. The keys are separate, so
 * that a process can hold the first without access to the second.
 * @returns 32 bytes; the caller wipes them.
 */
export function purposeKey(rootKey: Uint8Array, storeId: string, purpose: Purpose): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from(`custos/v1/${purpose}`));
}

/** What seals both halves of a record. */
export interface Sealings {
  readonly public: Sealing;
  readonly secret: Sealing;
}

/** @param rootKey - 32 bytes; not kept   @returns the caller wipes them with `wipeSealings` */
export function makeSealings(rootKey: Uint8Array, storeId: string): Sealings {
  const sealing = (purpose: Purpose) => {
    const key = purposeKey(rootKey, storeId, purpose);
    const made = makeSealing(key, storeId);
    key.fill(0);
    return made;
  };
  return { public: sealing('public'), secret: sealing('secret') };
}

export function wipeSealings(sealings: Sealings): void {
  sealings.public.extracted.fill(0);
  sealings.secret.extracted.fill(0);
}

/**
 * Seals a wallet and reads it back, because a wallet that cannot be opened must never be handed out. Only this function makes
 * records.
 * @param secret - the caller keeps and wipes it
 * @throws CustosError RECORD_DAMAGED: it did not open after sealing
 */
export function sealWallet(sealings: Sealings, wallet: Wallet, secret: OpenSecret): SealedWallet {
  const { signatureId, chain, network, kind, createdAt } = wallet;
  const facts: RecordFacts = { signatureId, chain, network, kind, createdAt, format: RECORD_FORMAT };
  const sealed: SealedWallet = {
    ...facts,
    publicBox: sealPublic(sealings.public, facts, wallet),
    secretBox: sealSecret(sealings.secret, facts, secret),
  };
  const shown = openPublic(sealings.public, sealed);
  const again = openSecret(sealings.secret, sealed);
  const isSame = equalSecrets(secret, again);
  wipeSecret(again);
  if (isSame && shown.xpub === wallet.xpub && shown.address === wallet.address) return sealed;
  throw damaged(signatureId, 'it did not open after sealing');
}

/** True when both are the same secret (constant time). */
export function equalSecrets(one: OpenSecret, other: OpenSecret): boolean {
  if (one.kind === 'key') return other.kind === 'key' && equalBytes(one.privateKey, other.privateKey);
  return other.kind === 'hd' && equalBytes(one.mnemonic, other.mnemonic) && equalBytes(one.node, other.node);
}

/** Compares in constant time, except for the length. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function sealPublic(sealing: Sealing, facts: RecordFacts, part: PublicPart): Uint8Array {
  const { xpub = '', address = '', label = '', derivation } = part;
  const bytes = joinUnambiguously([xpub, address, label, ...(derivation === undefined ? [] : [derivation])]);
  return sealPart({ ...sealing, facts, purpose: 'public' }, bytes);
}

/** @throws CustosError RECORD_DAMAGED, STORE_NEWER */
export function openPublic(sealing: Sealing, record: SealedWallet): PublicPart {
  const bytes = openPart({ ...sealing, facts: record, purpose: 'public' }, record.publicBox);
  const texts = split(bytes, record.signatureId).map((part) => part.toString('utf8'));
  const [xpub = '', address = '', label = '', derivation = ''] = texts;
  return {
    ...(xpub && { xpub }),
    ...(address && { address }),
    ...(label && { label }),
    ...(derivation && { derivation }),
  };
}

/** Seals, and wipes its own plain copy; the caller's bytes stay. */
function sealSecret(sealing: Sealing, facts: RecordFacts, secret: OpenSecret): Uint8Array {
  const parts = secret.kind === 'hd' ? [secret.mnemonic, secret.node] : [secret.privateKey];
  const bytes = joinUnambiguously(parts);
  const box = sealPart({ ...sealing, facts, purpose: 'secret' }, bytes);
  bytes.fill(0);
  return box;
}

/** @returns fresh bytes that the caller wipes. @throws CustosError RECORD_DAMAGED, STORE_NEWER */
export function openSecret(sealing: Sealing, record: SealedWallet): OpenSecret {
  const bytes = openPart({ ...sealing, facts: record, purpose: 'secret' }, record.secretBox);
  const parts = split(bytes, record.signatureId).map((part) => new Uint8Array(part));
  bytes.fill(0);
  const [first, second] = parts;
  if (record.kind === 'hd' && first !== undefined && second !== undefined && parts.length === 2) {
    return { kind: 'hd', mnemonic: first, node: second };
  }
  if (record.kind === 'key' && first !== undefined && parts.length === 1) return { kind: 'key', privateKey: first };
  throw damaged(record.signatureId, 'its secret half has another layout');
}

/** One half of a record under another key; it is opened again before it is handed out. @throws CustosError RECORD_DAMAGED, STORE_NEWER */
export function resealRecord(
  record: SealedWallet,
  purpose: Purpose,
  { from, to }: { readonly from: Sealing; readonly to: Sealing },
): Uint8Array {
  const bytes = openPart(
    { ...from, facts: record, purpose },
    purpose === 'public' ? record.publicBox : record.secretBox,
  );
  const part = { ...to, facts: record, purpose };
  const box = sealPart(part, bytes);
  const again = openPart(part, box);
  const isSame = equalBytes(bytes, again);
  bytes.fill(0);
  again.fill(0);
  if (!isSame) throw damaged(record.signatureId, 'it did not open after sealing');
  return box;
}

/** Overwrites an opened secret. */
export function wipeSecret(secret: OpenSecret): void {
  if (secret.kind === 'key') {
    secret.privateKey.fill(0);
    return;
  }
  secret.mnemonic.fill(0);
  secret.node.fill(0);
}

interface Part extends Sealing {
  readonly facts: RecordFacts;
  readonly purpose: Purpose;
}

function sealPart(part: Part, bytes: Uint8Array): Uint8Array {
  const key = recordKey(part);
  const box = seal(key, bytes, associatedData(part));
  key.fill(0);
  return box;
}

function openPart(part: Part, box: Uint8Array): Uint8Array {
  const { signatureId, format } = part.facts;
  if (format > RECORD_FORMAT) {
    throw new CustosError(
      'STORE_NEWER',
      `wallet ${signatureId} has record format ${format}, this program knows ${RECORD_FORMAT}`,
    );
  }
  const key = recordKey(part);
  const bytes = open(key, box, associatedData(part));
  key.fill(0);
  if (bytes === undefined) throw damaged(signatureId, `its ${part.purpose} half does not open`);
  return bytes;
}

/** Every record has its own keys, so a nonce could only repeat among the few boxes of one wallet. */
function recordKey({ extracted, facts, purpose }: Part): Uint8Array {
  return expandKey(extracted, Buffer.from(`${facts.signatureId}/${purpose}`));
}

function associatedData({ storeId, facts, purpose }: Part): Uint8Array {
  const { signatureId, chain, network, kind, createdAt, format } = facts;
  return joinUnambiguously([
    'custos/record',
    String(format),
    purpose,
    storeId,
    signatureId,
    chain,
    network,
    kind,
    String(createdAt),
  ]);
}

function split(bytes: Uint8Array, signatureId: SignatureId): Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Buffer[] = [];
  let at = 0;
  while (at < buffer.length) {
    if (at + 4 > buffer.length) throw damaged(signatureId, 'a length is cut off');
    const end = at + 4 + buffer.readUInt32BE(at);
    if (end > buffer.length) throw damaged(signatureId, 'a part is cut off');
    parts.push(buffer.subarray(at + 4, end));
    at = end;
  }
  return parts;
}

function damaged(signatureId: SignatureId, why: string): CustosError {
  return new CustosError('RECORD_DAMAGED', `the record of wallet ${signatureId} is damaged: ${why}`, {
    details: { signatureId },
  });
}
