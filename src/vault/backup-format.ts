import { createHash } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import { isObject, objectOf, parseJson } from '../core/json.js';
import type { KeySlot } from '../core/store/store.js';
import { deriveKey, joinUnambiguously, open, sealWithNonce } from '../crypto/seal.js';
import { type BackupRow, isGeneration, parseRows, writtenRow } from './backup-rows.js';

/** First 16 bytes of every backup. */
const MAGIC = 'custos-backup/1\n';
/** Limits for reading: the header, and one chunk. */
const MAX_HEADER = 1024 * 1024;
const MAX_CHUNK = 64 * 1024 * 1024;
/** Approximate size of a chunk of rows, in bytes. */
const CHUNK = 1024 * 1024;
/** A header must not make its reader stretch a password endlessly. */
const MAX_SLOTS = 64;

/** In clear, but bound into every chunk. */
export interface BackupHeader {
  readonly storeId: string;
  /** 16 random bytes in hexadecimal digits: every backup has its own key. */
  readonly backupId: string;
  readonly createdAt: number;
  readonly slots: readonly KeySlot[];
  /** Number of the root key that the slots open; absent in backups of older versions, which have the first one. */
  readonly rootGeneration?: number;
}

/** Where a backup is read from. */
export interface BackupSource {
  take(size: number): Promise<Uint8Array>;
  atEnd(): Promise<boolean>;
}

/** Writes header, chunks of rows, and the end mark; a backup without the mark was cut off. */
export class BackupWriter {
  readonly #header: Uint8Array;
  readonly #seal: ChunkSeal;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #chunks = 0;

  constructor(header: BackupHeader, rootKey: Uint8Array, write: (bytes: Uint8Array) => Promise<void>) {
    this.#header = Buffer.from(JSON.stringify(header, bytesAsText));
    this.#seal = chunkSeal(header.backupId, this.#header, rootKey);
    this.#write = write;
  }

  async start(): Promise<void> {
    await this.#write(Buffer.from(MAGIC));
    await this.#write(withLength(this.#header));
    await this.#write(this.#seal.headerDigest);
  }

  async add(rows: readonly BackupRow[]): Promise<void> {
    let texts: string[] = [];
    let size = 0;
    for (const row of rows) {
      const text = JSON.stringify(writtenRow(row), bytesAsText);
      texts.push(text);
      size += text.length;
      if (size < CHUNK) continue;
      await this.#chunk('rows', Buffer.from(`[${texts.join()}]`));
      texts = [];
      size = 0;
    }
    if (texts.length > 0) await this.#chunk('rows', Buffer.from(`[${texts.join()}]`));
  }

  async finish(): Promise<void> {
    await this.#chunk('end', Buffer.alloc(0));
    this.#seal.key.fill(0);
  }

  async #chunk(kind: ChunkKind, plaintext: Uint8Array): Promise<void> {
    const { key, headerDigest } = this.#seal;
    const place = this.#chunks++;
    // The place is the nonce: only this backup uses the key, and every place occurs once.
    const associated = chunkContext({ headerDigest, place, kind });
    const box = sealWithNonce(key, chunkNonce(place), { plaintext, associated });
    await this.#write(withLength(Buffer.concat([Buffer.from([kind === 'rows' ? 1 : 2]), box])));
  }
}

/** A header with the exact bytes that every chunk is bound to. */
export interface ReadHeader {
  readonly header: BackupHeader;
  readonly bytes: Uint8Array;
}

/** @throws CustosError BACKUP_INVALID, STORE_NEWER */
export async function readHeader(source: BackupSource): Promise<ReadHeader> {
  const magic = Buffer.from(await source.take(MAGIC.length)).toString('latin1');
  if (magic !== MAGIC) {
    if (/^custos-backup\/[2-9]\n$/.test(magic))
      throw new CustosError('STORE_NEWER', 'the backup was written by a newer version');
    throw invalid('the file is not a backup of Custos');
  }
  const bytes = await takeWithLength(source, MAX_HEADER);
  // Before a password is tried: damage to a salt must not look like a wrong password.
  if (!Buffer.from(await source.take(32)).equals(createHash('sha256').update(bytes).digest())) {
    throw invalid('the header of the backup is damaged');
  }
  return { header: parseHeader(bytes), bytes };
}

/** Reads the chunks behind a header and proves that all are there, unchanged and in order. */
export class BackupReader {
  readonly #source: BackupSource;
  readonly #seal: ChunkSeal;

  constructor({ header, bytes }: ReadHeader, rootKey: Uint8Array, source: BackupSource) {
    this.#seal = chunkSeal(header.backupId, bytes, rootKey);
    this.#source = source;
  }

  /** @throws CustosError BACKUP_INVALID: changed, swapped, cut off or lengthened */
  async *rows(): AsyncGenerator<readonly BackupRow[]> {
    try {
      for (let place = 0; ; place++) {
        const bytes = await takeWithLength(this.#source, MAX_CHUNK);
        const { kind, plaintext } = this.#openChunk(bytes, place);
        if (kind === 'end') break;
        yield parseRows(parsePart(plaintext));
      }
      if (!(await this.#source.atEnd())) throw invalid('there is something behind the end of the backup');
    } finally {
      this.#seal.key.fill(0);
    }
  }

  #openChunk(bytes: Uint8Array, place: number): { kind: ChunkKind; plaintext: Uint8Array } {
    const { key, headerDigest } = this.#seal;
    const kind = bytes[0] === 1 ? 'rows' : bytes[0] === 2 ? 'end' : undefined;
    const box = bytes.subarray(1);
    const inPlace = Buffer.from(box.subarray(0, 12)).equals(chunkNonce(place));
    const plaintext =
      kind !== undefined && inPlace ? open(key, box, chunkContext({ headerDigest, place, kind })) : undefined;
    if (kind === undefined || plaintext === undefined) throw invalid(`part ${place + 1} of the backup is damaged`);
    return { kind, plaintext };
  }
}

type ChunkKind = 'rows' | 'end';

interface ChunkSeal {
  readonly key: Uint8Array;
  readonly headerDigest: Uint8Array;
}

function chunkSeal(backupId: string, header: Uint8Array, rootKey: Uint8Array): ChunkSeal {
  const key = deriveKey(rootKey, Buffer.from(backupId, 'hex'), Buffer.from('custos/v1/backup'));
  return { key, headerDigest: createHash('sha256').update(header).digest() };
}

function chunkContext({ headerDigest, place, kind }: { headerDigest: Uint8Array; place: number; kind: ChunkKind }) {
  return joinUnambiguously(['custos/backup', headerDigest, String(place), kind]);
}

function chunkNonce(place: number): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(place, 8);
  return nonce;
}

function withLength(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

async function takeWithLength(source: BackupSource, limit: number): Promise<Uint8Array> {
  const length = Buffer.from(await source.take(4)).readUInt32BE();
  if (length === 0 || length > limit) throw invalid('a part of the backup has an impossible length');
  return source.take(length);
}

function bytesAsText(this: unknown, key: string, value: unknown): unknown {
  // A Buffer's own toJSON has already converted it here; its owner still has the original.
  const owned = isObject(this) ? this[key] : value;
  return owned instanceof Uint8Array ? { bytes: Buffer.from(owned).toString('base64') } : value;
}

function textAsBytes(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('bytes' in value) || typeof value.bytes !== 'string')
    return value;
  return new Uint8Array(Buffer.from(value.bytes, 'base64'));
}

function parseHeader(bytes: Uint8Array): BackupHeader {
  const value = objectOf(parsePart(bytes), () => invalid('the header is not an object'));
  const { storeId, backupId, createdAt, slots, rootGeneration } = value;
  const readable =
    isHexId(storeId) &&
    isHexId(backupId) &&
    typeof createdAt === 'number' &&
    (rootGeneration === undefined || isGeneration(rootGeneration)) &&
    Array.isArray(slots) &&
    slots.length <= MAX_SLOTS &&
    slots.every(isSlot);
  if (!readable) throw invalid('the header of the backup is damaged');
  return { storeId, backupId, createdAt, slots, ...(rootGeneration !== undefined && { rootGeneration }) };
}

function isSlot(value: unknown): value is KeySlot {
  if (!isObject(value)) return false;
  const { id, kind, salt, box, createdAt, kdf, generation, reference, wrapped } = value;
  const isNamed =
    (generation === undefined || isGeneration(generation)) &&
    typeof id === 'string' &&
    box instanceof Uint8Array &&
    typeof createdAt === 'number';
  if (kind === 'external') return isNamed && typeof reference === 'string' && wrapped instanceof Uint8Array;
  return (
    isNamed &&
    (kind === 'password' || kind === 'recovery') &&
    salt instanceof Uint8Array &&
    isObject(kdf) &&
    [kdf['logN'], kdf['r'], kdf['p']].every((number) => typeof number === 'number')
  );
}

function parsePart(bytes: Uint8Array): unknown {
  const refusal = (cause: unknown) =>
    new CustosError('BACKUP_INVALID', 'a part of the backup is not readable', { cause });
  return parseJson(Buffer.from(bytes).toString('utf8'), refusal, textAsBytes);
}

function isHexId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

function invalid(why: string): CustosError {
  return new CustosError('BACKUP_INVALID', why);
}
