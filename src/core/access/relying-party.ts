/** The site for which passkeys of users are made (WebAuthn 2, section 4: Relying Party). */
export interface RelyingParty {
  /** A domain; a passkey works there and in the domains below it. */
  readonly rpId: string;
  /** From which pages passkeys are used, as browsers write them: `https://shop.example.com`. */
  readonly origins: readonly string[];
}

/** Whether browsers treat a name as this machine, and so as secure without TLS. */
export function isLocalName(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}

/**
 * Whether a browser would use a passkey of this id there (WebAuthn 2, sections 5.1.3, step 8, and 13.4.9): by https, or on this
 * machine; at the domain itself, or below it.
 */
export function isSecureOriginOf(origin: string, rpId: string): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || url.origin !== origin) return false;
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && isLocalName(url.hostname));
  return isSecure && (url.hostname === rpId || url.hostname.endsWith(`.${rpId}`));
}
