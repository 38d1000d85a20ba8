import { hash } from 'node:crypto';
import type { ProvenUser } from '../../api/caller.js';
import type { OidcSettings } from '../../core/access/tenant-settings.js';
import type { Clock } from '../../core/clock.js';
import type { TenantId } from '../../core/ids.js';

/** Tokens that are remembered. */
const MOST = 10_000;

/** What a token is verified for. */
export interface ProofOf {
  readonly tenant: TenantId;
  /** A token that others trusted, or that was made for another party, is verified again. */
  readonly settings: OidcSettings;
  readonly text: string;
}

/** Whom a token names. */
interface Proof {
  readonly user: ProvenUser;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Tokens of users that were verified, until they end: a user sends the same one with many requests, and its signature costs as much as
 * several of them. Only hashes of tokens are kept. One that was refused is verified each time.
 */
export class KnownProofs {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #known = new Map<string, Proof>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** @throws whatever `verify` throws */
  async of(proof: ProofOf, verify: () => Promise<Proof>): Promise<Proof> {
    const name = nameOf(proof);
    const known = this.#known.get(name);
    if (known !== undefined && this.#clock.now() < known.until) return known;
    this.#known.delete(name);
    const verified = await verify();
    this.#known.set(name, verified);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    return verified;
  }
}

function nameOf({ tenant, settings, text }: ProofOf): string {
  const { issuer, audience, ownerClaim, jwks = null, authorizedParty = null } = settings;
  return hash('sha256', JSON.stringify([tenant, issuer, audience, ownerClaim, jwks, authorizedParty, text]), 'base64');
}
