import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { OidcSettings } from '../../core/access/tenant-settings.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, parseOwnerId } from '../../core/ids.js';
import type { IssuerKeys } from './issuer-keys.js';

/** Characters of a token. */
const LONGEST = 8192;
/** Signatures with a private key. A shared secret is known to whoever verifies, and `none` to everybody. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];
/** In seconds: how old a token may be, and how far the clocks may differ. */
const [OLDEST, SKEW] = [300, 30];
/** Of RFC 7519 and RFC 9068. A token of another type, such as that of a log-out, says something else. */
const TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

/** Whom a token names, and how long it does. */
interface VerifiedUser {
  readonly owner: OwnerId;
  /** Milliseconds since 1970. */
  readonly until: number;
}

interface UserTokenParts {
  readonly keys: Pick<IssuerKeys, 'of'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Verifies the token of a tenant's user (RFC 7519, OpenID Connect Core 3.1.3.7): signature, issuer, audience, authorized party, end
 * and age.
 * @throws CustosError USER_TOKEN_INVALID, ISSUER_*
 */
export async function verifyUserToken(
  text: string,
  settings: OidcSettings,
  { keys, clock }: UserTokenParts,
): Promise<VerifiedUser> {
  const { kid, typ } = headerOf(text);
  if (!TYPES.has(typ?.toLowerCase())) throw refused('it is a token of another type');
  const found = await keys.of(settings, kid);
  const { issuer, audience, ownerClaim } = settings;
  const verified = await jwtVerify(text, found, {
    ...{ issuer, audience, algorithms: ALGORITHMS, clockTolerance: SKEW, maxTokenAge: OLDEST },
    requiredClaims: ['exp', 'iat', 'iss', 'aud', ownerClaim],
    currentDate: new Date(clock.now()),
  }).catch((error: unknown) => {
    throw error instanceof errors.JOSEError ? refused(error.code) : refused('it cannot be read');
  });
  const { payload } = verified;
  requireParty(payload, settings);
  return { owner: ownerOf(payload[ownerClaim]), until: endOf(payload) };
}

function ownerOf(claim: unknown): OwnerId {
  try {
    return parseOwnerId(claim);
  } catch {
    throw refused('its claim is not the id of an owner');
  }
}

/** The first moment at which it would be refused. */
function endOf({ exp = 0, iat = 0 }: JWTPayload): number {
  return Math.min(exp, iat + OLDEST) * 1000 + SKEW * 1000;
}

function headerOf(text: string): { readonly kid: string | undefined; readonly typ: string | undefined } {
  if (text.length > LONGEST) throw refused('it is too long');
  try {
    const { kid, typ } = decodeProtectedHeader(text);
    if ((kid === undefined || typeof kid === 'string') && (typ === undefined || typeof typ === 'string')) {
      return { kid, typ };
    }
  } catch {
    // Said below.
  }
  throw refused('it is not a signed JWT');
}

/** A token for several audiences was asked for by one party, and that has to be the expected one. */
function requireParty({ aud, azp }: JWTPayload, { audience, authorizedParty = audience }: OidcSettings): void {
  const isForOne = typeof aud === 'string' || aud?.length === 1;
  if (azp === undefined && isForOne && authorizedParty === audience) return;
  if (azp !== authorizedParty) throw refused('it was made for another party');
}

/** The reason is for the log. Who sent the token learns only that it does not work. */
function refused(reason: string): CustosError {
  return new CustosError('USER_TOKEN_INVALID', 'the token of the user is not valid', { details: { reason } });
}
