import { CustosError } from '../core/errors.js';
import { defaultTenant, type SignatureId } from '../core/ids.js';
import {
  type OpenSecret,
  REMOTE_FORMAT,
  type SealedWallet,
  tenantOf,
  type Wallet,
  type WalletControl,
} from '../core/signing/wallet.js';
import { deriveKey, type Expander, expander, extractKey, joinUnambiguously, open, seal } from '../crypto/seal.js';
import { equalBytes, equalSecrets, partsOf, wipeSecret } from './open-secret.js';
import { controlBytes, readControl, usualControl } from './wallet-control.js';

/**
 * Versions of the sealed layouts below, bound into every box: the first has no control box. The third is bound to a tenant, too. The
 * fourth (`REMOTE_FORMAT`) is the third with a key outside in place of a secret.
 */
const PLAIN_FORMAT = 1;
const CONTROL_FORMAT = 2;
const TENANT_FORMAT = 3;

type Purpose = 'public' | 'secret' | 'control';

/** Names of the purpose keys. That of constitutions is `custos/v1/control`. */
const keyNames: Readonly<Record<Purpose, string>> = { public: 'public', secret: 'secret', control: 'wallet-control' };

/** What the boxes of one wallet are bound to. */
type RecordFacts = Pick<SealedWallet, 'signatureId' | 'chain' | 'network' | 'kind' | 'createdAt' | 'format' | 'tenant'>;

/** The public half in clear. */
export interface PublicPart {
  readonly xpub?: string;
  readonly address?: string;
  readonly label?: string;
  readonly derivation?: string;
  readonly control?: WalletControl;
}

/** A purpose key of one store, made ready to derive the keys of records. */
export interface Sealing {
  readonly storeId: string;
  /** What HKDF extracts from the purpose key, which is the same for every record: 32 bytes, as secret as the key itself. */
  readonly extracted: Uint8Array;
  /** Expands it to the keys of records. */
  readonly keys: Expander;
}

/** @param key - 32 bytes (`purposeKey`); not kept   @returns the caller wipes it with `wipeSealing` */
export function makeSealing(key: Uint8Array, storeId: string): Sealing {
  const extracted = extractKey(key, Buffer.from(storeId, 'hex'));
  return { storeId, extracted, keys: expander(extracted) };
}

/**
 * One of the keys below the root key: `public` opens the public halves, `secret` the secret ones, `control` what is decided about
 * wallets. The keys are separate, so that a process can hold the first without access to the others.
 * @returns 32 bytes; the caller wipes them.
 */
export function purposeKey(rootKey: Uint8Array, storeId: string, purpose: Purpose): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from(`custos/v1/${keyNames[purpose]}`));
}

/** What seals the parts of a record. */
export type Sealings = Readonly<Record<Purpose, Sealing>>;

/** @param rootKey - 32 bytes; not kept   @returns the caller wipes them with `wipeSealings` */
export function makeSealings(rootKey: Uint8Array, storeId: string): Sealings {
  const sealing = (purpose: Purpose) => {
    const key = purposeKey(rootKey, storeId, purpose);
    const made = makeSealing(key, storeId);
    key.fill(0);
    return made;
  };
  return { public: sealing('public'), secret: sealing('secret'), control: sealing('control') };
}

export function wipeSealings(sealings: Sealings): void {
  for (const sealing of Object.values(sealings)) wipeSealing(sealing);
}

function wipeSealing({ extracted, keys }: Sealing): void {
  extracted.fill(0);
  keys.wipe();
}

/**
 * Seals a wallet and reads it back, because a wallet that cannot be opened must never be handed out. Only this function makes
 * records.
 * @param secret - the caller keeps and wipes it; undefined for a destroyed wallet
 * @throws CustosError RECORD_DAMAGED: it did not open after sealing
 */
export function sealWallet(sealings: Sealings, wallet: Wallet, secret: OpenSecret | undefined): SealedWallet {
  const { signatureId, chain, network, kind, createdAt, control } = wallet;
  const format = formatOf(wallet);
  const tenant = format >= TENANT_FORMAT ? { tenant: tenantOf(wallet) } : {};
  const facts: RecordFacts = { signatureId, chain, network, kind, createdAt, format, ...tenant };
  const sealed: SealedWallet = {
    ...facts,
    publicBox: sealPublic(sealings.public, facts, wallet),
    secretBox: secret === undefined ? new Uint8Array() : sealSecret(sealings.secret, facts, secret),
    ...(control && {
      controlBox: sealPart({ ...sealings.control, facts, purpose: 'control' }, controlBytes(control, format)),
    }),
  };
  const shown = openPublic(sealings.public, sealed);
  openControl(sealings, sealed);
  const isSame = secret === undefined || holds(sealings, sealed, secret);
  if (isSame && shown.xpub === wallet.xpub && shown.address === wallet.address) return sealed;
  throw damaged(signatureId, 'it did not open after sealing');
}

/** The oldest one that can say it, so that what has nothing new to say stays as it was. */
function formatOf({ kind, tenant = defaultTenant, control }: Wallet): number {
  if (kind === 'remote') return REMOTE_FORMAT;
  if (tenant !== defaultTenant || control?.requireUserToken || control?.slot !== undefined) return TENANT_FORMAT;
  return control === undefined ? PLAIN_FORMAT : CONTROL_FORMAT;
}

function holds(sealings: Sealings, sealed: SealedWallet, secret: OpenSecret): boolean {
  const again = openSecret(sealings.secret, sealed);
  const isSame = equalSecrets(secret, again);
  wipeSecret(again);
  return isSame;
}

/**
 * What is decided about a wallet. The copy in the public half has to be the same, and the secret half is there if and only if the
 * wallet is not destroyed.
 * @throws CustosError RECORD_DAMAGED, STORE_NEWER
 */
export function openControl(sealings: Pick<Sealings, 'public' | 'control'>, record: SealedWallet): WalletControl {
  const { signatureId, controlBox, secretBox } = record;
  checkForm(record);
  // That the record has no control is authentic once its secret half opens, which is bound to the format.
  if (controlBox === undefined) return usualControl(record);
  const { control: copy } = openPublic(sealings.public, record);
  const bytes = openPart({ ...sealings.control, facts: record, purpose: 'control' }, controlBox);
  if (copy === undefined || !equalBytes(bytes, controlBytes(copy, record.format)))
    throw damaged(signatureId, 'its control and the copy of it differ');
  if ((copy.state === 'destroyed') !== (secretBox.length === 0)) {
    throw damaged(signatureId, 'its state and its secret half do not belong together');
  }
  return copy;
}

function sealPublic(sealing: Sealing, facts: RecordFacts, part: PublicPart): Uint8Array {
  const { xpub = '', address = '', label = '', derivation, control } = part;
  const more = control === undefined ? (derivation ?? []) : [derivation ?? '', controlBytes(control, facts.format)];
  const bytes = joinUnambiguously([xpub, address, label, ...[more].flat()]);
  return sealPart({ ...sealing, facts, purpose: 'public' }, bytes);
}

/** @throws CustosError RECORD_DAMAGED, STORE_NEWER */
export function openPublic(sealing: Sealing, record: SealedWallet): PublicPart {
  const bytes = openPart({ ...sealing, facts: record, purpose: 'public' }, record.publicBox);
  const parts = split(bytes, record.signatureId);
  const [xpub = '', address = '', label = '', derivation = ''] = parts.map((part) => part.toString('utf8'));
  const control = record.format === PLAIN_FORMAT ? undefined : parts[4];
  if (record.format !== PLAIN_FORMAT && control === undefined) throw damaged(record.signatureId, 'it has no control');
  return {
    ...(xpub && { xpub }),
    ...(address && { address }),
    ...(label && { label }),
    ...(derivation && { derivation }),
    ...(control && { control: readControl(textsOf(control, record), record) }),
  };
}

function textsOf(bytes: Uint8Array, { signatureId }: SealedWallet): readonly string[] {
  return split(bytes, signatureId).map((part) => part.toString('utf8'));
}

/** Seals, and wipes its own plain copy; the caller's bytes stay. */
function sealSecret(sealing: Sealing, facts: RecordFacts, secret: OpenSecret): Uint8Array {
  const bytes = joinUnambiguously(partsOf(secret));
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
  if (record.kind === 'remote' && first !== undefined && second !== undefined && parts.length === 2) {
    return { kind: 'remote', uri: first, publicKey: second };
  }
  if (record.kind === 'key' && first !== undefined && parts.length === 1) return { kind: 'key', privateKey: first };
  throw damaged(record.signatureId, 'its secret half has another layout');
}

interface Part extends Sealing {
  readonly facts: RecordFacts;
  readonly purpose: Purpose;
}

/** Seals one part of a record. */
export function sealPart(part: Part, bytes: Uint8Array): Uint8Array {
  const key = recordKey(part);
  const box = seal(key, bytes, associatedData(part));
  key.fill(0);
  return box;
}

/** Opens one part of a record. @throws CustosError RECORD_DAMAGED, STORE_NEWER, WALLET_DESTROYED */
export function openPart(part: Part & { readonly facts: SealedWallet }, box: Uint8Array): Uint8Array {
  const { signatureId, format } = part.facts;
  checkForm(part.facts);
  // Only a record with a state can say that its secret half is gone on purpose.
  if (part.purpose === 'secret' && box.length === 0 && format > 1) {
    throw new CustosError('WALLET_DESTROYED', `wallet ${signatureId} has no secret half any more`);
  }
  const key = recordKey(part);
  const bytes = open(key, box, associatedData(part));
  key.fill(0);
  if (bytes === undefined)
    throw damaged(signatureId, `its ${part.purpose} ${part.purpose === 'control' ? 'box' : 'half'} does not open`);
  return bytes;
}

/** @throws CustosError STORE_NEWER; RECORD_DAMAGED: a control box or tenant was taken away or put in */
function checkForm({ signatureId, kind, format, controlBox, tenant }: SealedWallet): void {
  if (format > REMOTE_FORMAT) {
    const text = `wallet ${signatureId} has record format ${format}, this program knows ${REMOTE_FORMAT}`;
    throw new CustosError('STORE_NEWER', text);
  }
  if ((format === PLAIN_FORMAT) !== (controlBox === undefined)) {
    throw damaged(signatureId, 'its format and its control do not belong together');
  }
  if ((format === REMOTE_FORMAT) !== (kind === 'remote')) {
    throw damaged(signatureId, 'its format and its kind do not belong together');
  }
  if (format >= TENANT_FORMAT !== (tenant !== undefined)) {
    throw damaged(signatureId, 'its format and its tenant do not belong together');
  }
}

/** Every record has its own keys, so a nonce could only repeat among the few boxes of one wallet. */
function recordKey({ keys, facts, purpose }: Part): Uint8Array {
  return keys.expand(Buffer.from(`${facts.signatureId}/${purpose}`));
}

function associatedData({ storeId, facts, purpose }: Part): Uint8Array {
  const { signatureId, chain, network, kind, createdAt, format, tenant } = facts;
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
    ...(tenant === undefined ? [] : [tenant]),
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

/** @param why - what is wrong, in words */
export function damaged(signatureId: SignatureId, why: string): CustosError {
  return new CustosError('RECORD_DAMAGED', `the record of wallet ${signatureId} is damaged: ${why}`, {
    details: { signatureId },
  });
}
