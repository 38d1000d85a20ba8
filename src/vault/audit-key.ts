import { hash } from 'node:crypto';
import { originOf } from '../core/audit/leaf.js';
import { CompactRange } from '../core/audit/tree.js';
import { CustosError } from '../core/errors.js';
import type { CheckpointRequest, CheckpointSigner } from '../core/signing/checkpoint.js';
import { parseCheckpoint, signCheckpoint } from '../crypto/checkpoint.js';
import { publicKey } from '../crypto/ed25519.js';
import type { TreeHead } from '../crypto/merkle.js';
import { deriveKey } from '../crypto/seal.js';
import { checkNote, formatNoteKey } from '../crypto/signed-note.js';

/** Bytes of one hash. */
const HASH = 32;

/** The Ed25519 seed that signs checkpoints of the audit log, 32 bytes; the caller wipes it. */
export function auditSeedOf(rootKey: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/audit'));
}

/** The key line of a store's audit log (C2SP signed-note). */
export function auditKeyLine(seed: Uint8Array, storeId: string): string {
  return formatNoteKey({ name: `custos/${storeId}`, publicKey: publicKey(seed) });
}

/**
 * Signs checkpoints. It remembers how far each log goes that it signed for, and signs nothing that does not extend it: whoever
 * asks cannot rewrite what was signed, for as long as this object lives.
 * @param seeds - the first is the store's own; kept, and wiped by `wipe`
 */
export function checkpointSigner(storeId: string, seeds: readonly Uint8Array[]): CheckpointSigner {
  const [own = new Uint8Array()] = seeds;
  const point = publicKey(own);
  const signed = new Map<string, TreeHead>();
  return {
    async sign(request) {
      const origin = originOf(storeId, request.writer);
      const tree = new CompactRange(request.start.size, hashesOf(request));
      const key = { name: origin, publicKey: point };
      const known = signed.get(request.writer) ?? provedHead(request.known, key);
      const isOther = () => known?.size === tree.size && !isSame(known, tree);
      // Whatever goes through what was signed is proved by that, wherever before it it begins.
      const isProved = known === undefined ? isProvedStart(request, tree, key) : tree.size <= known.size;
      if (!isProved || isOther()) throw forked(request.writer);
      for (const leaf of split(request.leaves)) {
        tree.append(leaf);
        if (isOther()) throw forked(request.writer);
      }
      if (known !== undefined && tree.size < known.size) throw forked(request.writer);
      const head = { size: tree.size, root: tree.root() };
      signed.set(request.writer, head);
      return signCheckpoint({ origin, ...head, extensions: extensionsOf(request) }, seeds);
    },
    wipe() {
      for (const seed of seeds) seed.fill(0);
    },
  };
}

/** Whether a log begins at nothing, or at the head of a checkpoint that this key signed. */
function isProvedStart(
  { start }: CheckpointRequest,
  tree: CompactRange,
  key: { name: string; publicKey: Uint8Array },
): boolean {
  if (tree.size === 0) return true;
  const found = provedHead(start.note, key);
  return found !== undefined && isSame(found, tree);
}

/** The head of a checkpoint that this key signed. */
function provedHead(note: string | undefined, key: { name: string; publicKey: Uint8Array }): TreeHead | undefined {
  const found = note === undefined ? undefined : parseCheckpoint(note);
  const isOwn = found !== undefined && found.origin === key.name && checkNote(found.note, key) === 'valid';
  return isOwn ? found : undefined;
}

function isSame({ size, root }: TreeHead, tree: CompactRange): boolean {
  return size === tree.size && Buffer.compare(root, tree.root()) === 0;
}

function hashesOf({ writer, start }: CheckpointRequest): readonly Uint8Array[] {
  const hashes = [...split(start.hashes)];
  if (CompactRange.fits(start.size, hashes)) return hashes;
  throw forked(writer);
}

function* split(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += HASH) yield bytes.subarray(at, at + HASH);
}

function extensionsOf({ former, beside }: CheckpointRequest): readonly string[] {
  return [
    ...(former === undefined ? [] : [`previous ${noteDigest(former)}`]),
    ...beside.map(({ writer, size, root }) => `beside ${writer} ${size} ${root}`),
  ];
}

/** How a checkpoint names the one before it. */
function noteDigest(note: string): string {
  return hash('sha256', note, 'base64');
}

function forked(writer: string): CustosError {
  return new CustosError('AUDIT_BROKEN', `the audit log ${writer} does not extend what was signed before`);
}
