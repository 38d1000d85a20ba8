import { base64urlnopad } from '@scure/base';
import { isObject, type JsonObject, parseJson } from '../../core/json.js';
import { repeatedMember } from '../../core/text/repeated-member.js';
import { utf8Text } from '../../core/text/text-bytes.js';
import { invalid } from './refusal.js';

/** What the browser says of a ceremony: the members that count (WebAuthn 2, section 5.8.1). */
interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
}

/** What an answer has to be for. */
export interface Expected {
  readonly challenge: Uint8Array;
  /** A domain. */
  readonly rpId: string;
  /** As browsers write them: `https://shop.example.com`. */
  readonly origins: readonly string[];
}

/** The challenge that an answer is for, before anything else of it is believed. @throws CustosError PASSKEY_INVALID */
export function readChallenge(clientData: Uint8Array): Uint8Array {
  const { challenge } = readClientData(clientData);
  try {
    return base64urlnopad.decode(challenge);
  } catch {
    throw invalid('its challenge is not base64url');
  }
}

/** The page that an answer is from, before anything else of it is believed. @throws CustosError PASSKEY_INVALID */
export function readOrigin(clientData: Uint8Array): string {
  return readClientData(clientData).origin;
}

/**
 * Checks what the browser says (WebAuthn 2, sections 7.1, steps 5 to 10, and 7.2, steps 8 to 14). A page inside a page of another
 * origin counts for nothing, and neither does a connection with token binding, which no server here has.
 * @param clientData - JSON in UTF-8, as the browser made it
 * @throws CustosError PASSKEY_INVALID
 */
export function checkClientData(
  clientData: Uint8Array,
  wanted: 'webauthn.create' | 'webauthn.get',
  expected: Pick<Expected, 'challenge' | 'origins'>,
): void {
  const { type, challenge, origin } = readClientData(clientData);
  if (type !== wanted) throw invalid('it is of another type');
  if (challenge !== base64urlnopad.encode(expected.challenge)) throw invalid('it is for another challenge');
  if (!expected.origins.includes(origin)) throw invalid('it comes from another origin');
}

function readClientData(bytes: Uint8Array): ClientData {
  const text = utf8Text(bytes);
  if (text === undefined) throw invalid('its client data is not UTF-8');
  const data = parseJson(text, () => invalid('its client data is not JSON'));
  if (!isObject(data)) throw invalid('its client data is not an object');
  if (repeatedMember(text) !== undefined) throw invalid('its client data has a member twice');
  requireDirect(data);
  const { type, challenge, origin } = data;
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') {
    throw invalid('its client data lacks a member');
  }
  return { type, challenge, origin };
}

/** Absent members mean the same as `false`. */
function requireDirect({ crossOrigin = false, topOrigin, tokenBinding = {} }: JsonObject): void {
  if (crossOrigin !== false || topOrigin !== undefined) throw invalid('it was made inside a page of another origin');
  const isBound = !isObject(tokenBinding) || !['supported', undefined].includes(readStatus(tokenBinding));
  if (isBound) throw invalid('its connection had token binding');
}

/** @returns a text that means nothing for what is not a text */
function readStatus({ status }: JsonObject): string | undefined {
  return status === undefined || typeof status === 'string' ? status : '';
}
