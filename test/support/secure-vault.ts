import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificates.js';
import { json, type Seen, type Server, text } from './http.js';

/** A stand-in for a vault of Azure and its sign-in. */
export interface SecureVault {
  readonly url: string;
  readonly certificateFile: string;
  close(): Promise<void>;
}

/** The same server by TLS, which libraries of Azure insist on. @param folder - gets the certificate */
export async function startSecureVault(folder: string, server: Pick<Server, 'seen' | 'reply'>): Promise<SecureVault> {
  const certificate = makeCertificate(folder, 'vault');
  const listener = createServer({ cert: certificate.cert, key: certificate.key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = '', url = '', headers } = request;
    const seen: Seen = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    server.seen.push(seen);
    const isVault = /^\/(secrets|keys)\//.test(url) && headers.authorization === undefined;
    const { origin } = new URL(`https://127.0.0.1:${(listener.address() as AddressInfo).port}`);
    // A vault says without a token where tokens come from; the library asks only then.
    const challenge = `Bearer authorization="${origin}/the-tenant", resource="https://vault.azure.net"`;
    if (url.includes('/.well-known/openid-configuration')) json(endpoints(origin))(response, seen);
    else if (isVault) text('', 401, { 'www-authenticate': challenge })(response, seen);
    else server.reply(response, seen);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    certificateFile: certificate.certificateFile,
    async close() {
      listener.close();
      listener.closeAllConnections();
      await once(listener, 'close');
    },
  };
}

/** What the sign-in says of itself (OpenID Connect Discovery). */
function endpoints(origin: string) {
  return {
    issuer: `${origin}/the-tenant/v2.0`,
    authorization_endpoint: `${origin}/the-tenant/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/the-tenant/oauth2/v2.0/token`,
    jwks_uri: `${origin}/the-tenant/discovery/v2.0/keys`,
  };
}
