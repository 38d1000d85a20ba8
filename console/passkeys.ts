import type { CreationOptions, RequestOptions } from '../src/client/operations.js';

/** Whether this browser has passkeys, and the page is where it may use them. */
export const hasPasskeys = typeof PublicKeyCredential === 'function' && window.isSecureContext;

/** Makes a passkey. @returns what the server takes. @throws DOMException: the person broke off, or there is no authenticator */
export async function makePasskey({
  challenge,
  user,
  excludeCredentials,
  ...options
}: CreationOptions): Promise<object> {
  const publicKey = {
    ...options,
    challenge: bytesOf(challenge),
    user: { ...user, id: bytesOf(user.id) },
    excludeCredentials: excludeCredentials.map(({ id, type }) => ({ id: bytesOf(id), type })),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...{ id: made.id, type: 'public-key' },
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

/** What a passkey answered, as the browser gave it. */
interface Answer {
  readonly id: string;
  readonly clientData: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly userHandle: string | null;
}

/** Asks a passkey who is there. @returns what the server takes */
export async function usePasskey({ challenge, rpId, timeout, allowCredentials }: RequestOptions): Promise<object> {
  const keys = allowCredentials.map(({ id }) => id);
  const { id, clientData, ...rest } = await assertion({ challenge: bytesOf(challenge), rpId, timeout, keys });
  return { id, type: 'public-key', response: { clientDataJSON: clientData, ...rest } };
}

interface Asked {
  readonly challenge: BufferSource;
  readonly rpId: string;
  readonly timeout: number;
  readonly keys: readonly string[];
}

async function assertion({ challenge, rpId, timeout, keys }: Asked): Promise<Answer> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...{ challenge, rpId, timeout, userVerification: 'required' },
    allowCredentials: keys.map((id) => ({ id: bytesOf(id), type: 'public-key' })),
  };
  const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    clientData: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    userHandle: response.userHandle === null ? null : textOf(response.userHandle),
  };
}

function textOf(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
/**
 * Signs lines with a passkey: the challenge is their hash, so that the answer is good for nothing else.
 * @returns the form in which keepers verify it
 */
export async function signLines(text: string, key: string): Promise<string> {
  const challenge = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  const { clientData, authenticatorData, signature } = await assertion({
    ...{ challenge, rpId: location.hostname, timeout: 120_000 },
    keys: [key],
  });
  return `${clientData}.${authenticatorData}.${signature}`;
}
