import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** DER of an ed25519 private key in PKCS #8 (RFC 8410), up to its 32 bytes. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The secrets of one webhook, opened: to open them takes longer than to sign a message. */
export interface WebhookKeys {
  /** 32 bytes for HMAC, which the receiver has as well. */
  readonly shared: Uint8Array;
  /** Of ed25519; the receiver has the public half. */
  readonly own: KeyObject;
}

/** @param seed - 32 bytes for ed25519 */
export function webhookKeys({
  shared,
  seed,
}: Pick<WebhookKeys, 'shared'> & { readonly seed: Uint8Array }): WebhookKeys {
  return { shared, own: privateKey(seed) };
}

/** As Standard Webhooks writes a shared secret. */
export function sharedSecretText({ shared }: WebhookKeys): string {
  return `whsec_${Buffer.from(shared).toString('base64')}`;
}

/** As Standard Webhooks writes a public key. */
export function publicKeyText({ own }: WebhookKeys): string {
  const { x = '' } = createPublicKey(own).export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
}

/** Headers of a message by Standard Webhooks: `v1` is HMAC-SHA256, `v1a` ed25519, over id, time and body. */
export function signedHeaders(
  { shared, own }: WebhookKeys,
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: string },
): Readonly<Record<string, string>> {
  const content = Buffer.from(`${id}.${seconds}.${body}`);
  const one = createHmac('sha256', shared).update(content).digest('base64');
  const other = sign(null, content, own).toString('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${one} v1a,${other}`,
  };
}

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}
