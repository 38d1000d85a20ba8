import { timingSafeEqual } from 'node:crypto';
import type { OpenSecret } from '../core/signing/wallet.js';

/** The parts of a secret half, in the order in which they are sealed. */
export function partsOf(secret: OpenSecret): readonly Uint8Array[] {
  if (secret.kind === 'hd') return [secret.mnemonic, secret.node];
  return secret.kind === 'key' ? [secret.privateKey] : [secret.uri, secret.publicKey];
}

/** True when both are the same secret (constant time). */
export function equalSecrets(one: OpenSecret, other: OpenSecret): boolean {
  if (one.kind === 'key') return other.kind === 'key' && equalBytes(one.privateKey, other.privateKey);
  if (one.kind === 'remote') {
    return other.kind === 'remote' && equalBytes(one.uri, other.uri) && equalBytes(one.publicKey, other.publicKey);
  }
  return other.kind === 'hd' && equalBytes(one.mnemonic, other.mnemonic) && equalBytes(one.node, other.node);
}

/** Compares in constant time, except for the length. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Overwrites an opened secret. */
export function wipeSecret(secret: OpenSecret): void {
  if (secret.kind === 'key') {
    secret.privateKey.fill(0);
    return;
  }
  if (secret.kind === 'remote') return;
  secret.mnemonic.fill(0);
  secret.node.fill(0);
}
