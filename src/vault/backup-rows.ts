import type { StoredTenantSettings } from '../core/access/tenant-settings.js';
import type { StoredToken } from '../core/access/token.js';
import { CustosError } from '../core/errors.js';
import { parseChainId, parseSignatureId, parseTenantId } from '../core/ids.js';
import { isCount, isObject, type JsonObject } from '../core/json.js';
import { readKind, type SealedWallet, type WalletLookup, writtenKind } from '../core/signing/wallet.js';
import type { Tenant } from '../core/store/access.js';
import type { StoredApproval } from '../core/store/approvals.js';
import type { AuditRow } from '../core/store/audit.js';
import type { StoredFreeze } from '../core/store/freezes.js';
import type { JournalRecord } from '../core/store/journal-records.js';
import type { StoredAddress, StoredOwner } from '../core/store/owners.js';
import type { SealedDocument } from '../core/store/sealed-document.js';

export type BackupRow =
  | { readonly kind: 'wallet'; readonly wallet: SealedWallet }
  | { readonly kind: 'transaction'; readonly transaction: JournalRecord }
  /** The rest only in backups of stores that have such a thing. */
  | { readonly kind: 'owner'; readonly owner: StoredOwner }
  | { readonly kind: 'address'; readonly address: StoredAddress }
  | { readonly kind: 'constitution'; readonly constitution: SealedDocument }
  | { readonly kind: 'policy'; readonly policy: SealedDocument }
  | { readonly kind: 'approval'; readonly approval: StoredApproval }
  | { readonly kind: 'freeze'; readonly freeze: StoredFreeze }
  | { readonly kind: 'tenant'; readonly tenant: Tenant }
  | { readonly kind: 'token'; readonly token: StoredToken }
  | { readonly kind: 'settings'; readonly settings: StoredTenantSettings }
  | { readonly kind: 'audit'; readonly row: AuditRow };

/** A row as a backup has it. */
export function writtenRow(row: BackupRow): unknown {
  return row.kind === 'wallet' ? { ...row, wallet: { ...row.wallet, kind: writtenKind(row.wallet.kind) } } : row;
}

/** Reads the rows of one chunk. The chunk is authentic, so the writer chose its form; these checks are for the types. @throws CustosError BACKUP_INVALID */
export function parseRows(value: unknown): readonly BackupRow[] {
  if (!Array.isArray(value)) throw invalid('a part of the backup is not a list');
  return value.map((row: unknown) => {
    if (isObject(row) && row['kind'] === 'wallet' && isObject(row['wallet'])) {
      return { kind: 'wallet', wallet: parseWallet(row['wallet']) };
    }
    if (isObject(row) && row['kind'] === 'transaction' && isJournalRecord(row['transaction'])) {
      return { kind: 'transaction', transaction: row['transaction'] };
    }
    if (isObject(row) && row['kind'] === 'owner' && isOwner(row['owner'])) {
      return { kind: 'owner', owner: row['owner'] };
    }
    if (isObject(row) && row['kind'] === 'address' && isAddress(row['address'])) {
      return { kind: 'address', address: row['address'] };
    }
    if (isObject(row) && row['kind'] === 'constitution' && isDocument(row['constitution'])) {
      return { kind: 'constitution', constitution: row['constitution'] };
    }
    if (isObject(row) && row['kind'] === 'policy' && isDocument(row['policy'])) {
      return { kind: 'policy', policy: row['policy'] };
    }
    if (isObject(row) && row['kind'] === 'approval' && isApproval(row['approval'])) {
      return { kind: 'approval', approval: row['approval'] };
    }
    if (isObject(row) && row['kind'] === 'freeze' && isFreeze(row['freeze'])) {
      return { kind: 'freeze', freeze: row['freeze'] };
    }
    if (isObject(row) && row['kind'] === 'tenant' && isTenant(row['tenant'])) {
      return { kind: 'tenant', tenant: row['tenant'] };
    }
    if (isObject(row) && row['kind'] === 'token' && isToken(row['token']))
      return { kind: 'token', token: row['token'] };
    if (isObject(row) && row['kind'] === 'settings' && isSettings(row['settings'])) {
      return { kind: 'settings', settings: row['settings'] };
    }
    if (isObject(row) && row['kind'] === 'audit' && isAuditRow(row['row'])) return { kind: 'audit', row: row['row'] };
    throw invalid('the backup has a row of an unknown kind');
  });
}

/** Tables of the audit log, and their columns that are whole numbers. */
const auditColumns: Readonly<Record<string, readonly string[]>> = {
  audit_heads: ['size', 'closed'],
  audit_events: ['place'],
  audit_checkpoints: ['size', 'at'],
};

function isAuditRow(value: unknown): value is AuditRow {
  if (!isObject(value) || typeof value['table'] !== 'string' || !isObject(value['row'])) return false;
  const { table, row } = value;
  const numbers = Object.hasOwn(auditColumns, table) ? auditColumns[table] : undefined;
  return numbers?.every((name) => isCount(row[name])) === true && typeof row['writer'] === 'string';
}

function isJournalRecord(value: unknown): value is JournalRecord {
  if (!isObject(value)) return false;
  const { id, row, events } = value;
  return typeof id === 'string' && isObject(row) && row['id'] === id && Array.isArray(events) && events.every(isEvent);
}

function isDocument(value: unknown): value is SealedDocument {
  return (
    isObject(value) &&
    isGeneration(value['version']) &&
    value['box'] instanceof Uint8Array &&
    value['viewBox'] instanceof Uint8Array
  );
}

function isOwner(value: unknown): value is StoredOwner {
  if (!isObject(value) || !isCount(value['createdAt'])) return false;
  const { digest, box, tenant } = value;
  return digest instanceof Uint8Array && box instanceof Uint8Array && typeof tenant === 'string';
}

function isAddress(value: unknown): value is StoredAddress {
  if (!isObject(value) || typeof value['signatureId'] !== 'string' || !isCount(value['index'])) return false;
  return [value['digest'], value['box']].every((one) => one === undefined || one instanceof Uint8Array);
}

function isApproval(value: unknown): value is StoredApproval {
  if (!isObject(value)) return false;
  const { nonce, pendingId, at, text, signature, spentFor } = value;
  const texts = [nonce, pendingId, text, signature, spentFor ?? ''];
  return typeof at === 'number' && texts.every((one) => typeof one === 'string');
}

function isFreeze(value: unknown): value is StoredFreeze {
  if (!isObject(value)) return false;
  const { id, at, text, signature, mac, end } = value;
  const texts = [id, text, signature ?? '', mac ?? ''];
  return typeof at === 'number' && texts.every((one) => typeof one === 'string') && (end === undefined || isEnd(end));
}

function isEnd(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { at, signatures, mac, rootMac } = value;
  return typeof at === 'number' && [signatures, mac, rootMac].every((one) => typeof one === 'string');
}

function isTenant(value: unknown): value is Tenant {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['createdAt'] === 'number';
}

function isSettings(value: unknown): value is StoredTenantSettings {
  return isObject(value) && [value['tenant'], value['facts'], value['mac']].every((one) => typeof one === 'string');
}

function isToken(value: unknown): value is StoredToken {
  if (!isObject(value)) return false;
  const { id, tenant, facts, hash, mac, revokedAt, lastUsedAt } = value;
  const moments = [revokedAt, lastUsedAt];
  return (
    [id, tenant, facts, hash, mac].every((one) => typeof one === 'string') &&
    moments.every((one) => one === undefined || typeof one === 'number')
  );
}

function isEvent(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { place, at, event, fact } = value;
  return typeof place === 'number' && typeof at === 'number' && typeof event === 'string' && typeof fact === 'string';
}

function parseWallet(value: JsonObject): SealedWallet {
  const { signatureId, chain, network, createdAt, format, publicBox, secretBox, controlBox, tenant } = value;
  const hasControl = controlBox === undefined || controlBox instanceof Uint8Array;
  const boxes = publicBox instanceof Uint8Array && secretBox instanceof Uint8Array && hasControl;
  const numbers = typeof createdAt === 'number' && typeof format === 'number';
  const kind = numbers ? readKind(value['kind'], format) : undefined;
  if (!boxes || !numbers || (network !== 'mainnet' && network !== 'testnet') || kind === undefined) {
    throw invalid('the backup has a damaged wallet');
  }
  return {
    signatureId: parseSignatureId(signatureId),
    chain: parseChainId(chain),
    network,
    kind,
    createdAt,
    format,
    publicBox,
    secretBox,
    ...(controlBox !== undefined && { controlBox }),
    ...(tenant !== undefined && { tenant: parseTenantId(tenant) }),
    ...lookupOf(value['lookup']),
  };
}

/** Backups of older versions have none. */
function lookupOf(value: unknown): { readonly lookup?: WalletLookup } {
  if (!isObject(value)) return {};
  const { address, owner, label, slot } = value;
  if (!(address instanceof Uint8Array)) throw invalid('the backup has a damaged wallet');
  return {
    lookup: {
      address,
      ...(owner instanceof Uint8Array && { owner }),
      ...(label instanceof Uint8Array && { label }),
      ...(slot instanceof Uint8Array && { slot }),
    },
  };
}

/** Whether a value is the number of a root key or of a document. */
export function isGeneration(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function invalid(why: string): CustosError {
  return new CustosError('BACKUP_INVALID', why);
}
