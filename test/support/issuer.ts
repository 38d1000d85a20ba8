import type { webcrypto } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { json, type Reply, type Server, startServer } from './http.js';

/** An identity provider on loopback with keys of its own. */
export class Issuer {
  /** Of the server; the issuer's name. */
  url = '';
  server: Server = undefined as never;
  #keys = new Map<string, webcrypto.CryptoKey>();
  #published: object[] = [];

  /** @param algorithms - one key of each, whose id is the algorithm */
  async open(algorithms: readonly string[] = ['ES256']): Promise<void> {
    for (const alg of algorithms) await this.addKey(alg, alg);
    this.server = await startServer(this.reply);
    this.url = this.server.url;
  }

  async addKey(alg: string, kid: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    this.#keys.set(kid, privateKey);
    this.#published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
  }

  /** Takes the place of the keys that are published. */
  publish(keys: object[]): void {
    this.#published = keys;
  }

  get published(): readonly object[] {
    return this.#published;
  }

  key(kid: string): webcrypto.CryptoKey {
    const key = this.#keys.get(kid);
    if (key === undefined) throw new Error(`no key ${kid}`);
    return key;
  }

  get reply(): Reply {
    return (response, seen) => {
      const document = { issuer: this.url, jwks_uri: `${this.url}/keys` };
      json(seen.url === '/keys' ? { keys: this.#published } : document)(response, seen);
    };
  }

  /** A token for the audience `shop`, of the given moment. */
  token(
    sub: string,
    {
      claims = {},
      header = {},
      now = Date.now(),
    }: {
      readonly claims?: { readonly [name: string]: unknown };
      readonly header?: Partial<JWTHeaderParameters>;
      readonly now?: number;
    } = {},
  ): Promise<string> {
    const { alg = 'ES256' } = header;
    const iat = Math.floor(now / 1000);
    const given = { iss: this.url, aud: 'shop', sub, iat, exp: iat + 120, ...claims };
    return new SignJWT(given).setProtectedHeader({ alg, kid: alg, ...header }).sign(this.key(header.kid ?? alg));
  }
}
