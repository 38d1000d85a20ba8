/** The site for which passkeys of users are made (WebAuthn 2, section 4: Relying Party). */
export interface RelyingParty {
  /** A domain; a passkey works there and in the domains below it. */
  readonly rpId: string;
  /** From which pages passkeys are used, as browsers write them: `https://shop.example.com`. */
  readonly origins: readonly string[];
}
