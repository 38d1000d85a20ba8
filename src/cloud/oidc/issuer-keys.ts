import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import type { OidcSettings } from '../../core/access/tenant-settings.js';
import { CustosError } from '../../core/errors.js';
import { isObject, tryJson } from '../../core/json.js';
import type { ProxyRules } from '../../core/network/proxy.js';
import { checkIssuerUrl } from '../urls.js';
import { createWire, type Wire } from '../wire.js';

/** Milliseconds and bytes of one document of an issuer. */
const [TIMEOUT, LARGEST] = [5000, 256 * 1024];
/** Keys that an issuer may have. */
const MOST_KEYS = 100;
/** Issuers whose keys are kept. */
const MOST_ISSUERS = 1000;
/** In milliseconds: after `FRESH` keys are asked for again, before `PAUSE` they are not, and after `STALE` they are not believed. */
const [FRESH, PAUSE, STALE] = [600_000, 30_000, 3_600_000];

/** The keys of an issuer as they were read. */
interface Kept {
  readonly keys: JWTVerifyGetKey;
  readonly ids: ReadonlySet<string>;
  readonly readAt: number;
}

interface Known {
  kept?: Kept;
  askedAt: number;
  running?: Promise<Kept>;
}

export interface IssuerKeysOptions {
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
  /** Milliseconds of a clock that only grows. */
  readonly ticks?: () => number;
}

/** The public keys of identity providers, read with care and kept for a while. */
export class IssuerKeys {
  readonly #wire: Wire;
  readonly #ticks: () => number;
  readonly #known = new Map<string, Known>();

  constructor({ proxies, ticks = () => performance.now() }: IssuerKeysOptions = {}) {
    this.#wire = createWire(proxies);
    this.#ticks = ticks;
  }

  /**
   * @param keyId - `kid` of the token: keys that do not have it are asked for again, but seldom, because anybody can make one up
   * @throws CustosError ISSUER_UNREACHABLE, ISSUER_ANSWER_INVALID, URL_*
   */
  async of(settings: OidcSettings, keyId: string | undefined): Promise<JWTVerifyGetKey> {
    const known = this.#entry(settings);
    const now = this.#ticks();
    const { kept } = known;
    const isOld = kept === undefined || now - kept.readAt >= FRESH;
    const isMissing = keyId !== undefined && kept?.ids.has(keyId) === false;
    if (kept !== undefined && !isOld && !isMissing) return kept.keys;
    if (kept !== undefined && now - known.askedAt < PAUSE && known.running === undefined) return usable(kept, now);
    try {
      return (await this.#ask(known, settings)).keys;
    } catch (error) {
      if (kept === undefined) throw error;
      return usable(kept, now, error);
    }
  }

  #entry(settings: OidcSettings): Known {
    const name = JSON.stringify([settings.issuer, settings.jwks]);
    const known = this.#known.get(name) ?? { askedAt: Number.NEGATIVE_INFINITY };
    this.#known.set(name, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_ISSUERS && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  /** One question at a time for each issuer. */
  #ask(known: Known, settings: OidcSettings): Promise<Kept> {
    known.askedAt = this.#ticks();
    known.running ??= this.#read(settings)
      .then((keys) => {
        known.kept = { ...keys, readAt: this.#ticks() };
        return known.kept;
      })
      .finally(() => {
        delete known.running;
      });
    return known.running;
  }

  async #read(settings: OidcSettings): Promise<Omit<Kept, 'readAt'>> {
    const { keys } = await this.#document(settings.jwks ?? (await this.#discover(settings)));
    if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw invalid('its keys are no list, or too many');
    const set: JSONWebKeySet = { keys: keys.filter(isPublicKey) };
    return { keys: createLocalJWKSet(set), ids: new Set(set.keys.flatMap(({ kid }) => kid ?? [])) };
  }

  /** OpenID Connect Discovery 1.0, 4: the document has to name the issuer letter for letter. */
  async #discover({ issuer }: OidcSettings): Promise<string> {
    const document = await this.#document(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (document['issuer'] !== issuer) throw invalid('its discovery document names another issuer');
    const { jwks_uri: place } = document;
    if (typeof place !== 'string') throw invalid('its discovery document names no place of its keys');
    return place;
  }

  async #document(url: string): Promise<Readonly<Record<string, unknown>>> {
    const { href, host } = checkIssuerUrl(url);
    const headers = { accept: 'application/json' };
    const answer = await this.#wire({ method: 'GET', url: href, headers, timeout: TIMEOUT, limit: LARGEST }).catch(
      () => {
        // What the library says may quote the URL.
        throw new CustosError('ISSUER_UNREACHABLE', `the identity provider at ${host} does not answer`);
      },
    );
    if (answer.status >= 500 || answer.status === 429) {
      throw new CustosError('ISSUER_UNREACHABLE', `the identity provider at ${host} answers with ${answer.status}`);
    }
    if (answer.status !== 200) throw invalid(`${host} answers with the status ${answer.status}`);
    const value = answer.body && tryJson(Buffer.from(answer.body).toString('utf8'));
    if (!isObject(value)) throw invalid(`${host} answers with something else than a JSON object, or with too much`);
    return value;
  }
}

/** A secret or private key proves nothing here: whoever knows it makes tokens. */
function isPublicKey(value: unknown): value is JWK {
  if (!isObject(value) || typeof value['kty'] !== 'string' || value['kty'] === 'oct' || 'd' in value) return false;
  return value['kid'] === undefined || typeof value['kid'] === 'string';
}

/** @throws CustosError ISSUER_UNREACHABLE */
function usable({ keys, readAt }: Kept, now: number, cause?: unknown): JWTVerifyGetKey {
  if (now - readAt < STALE) return keys;
  throw cause ?? new CustosError('ISSUER_UNREACHABLE', 'the keys of the identity provider are too old');
}

function invalid(text: string): CustosError {
  return new CustosError('ISSUER_ANSWER_INVALID', `the identity provider cannot be used: ${text}`);
}
