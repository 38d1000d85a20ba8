import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Peer } from '../../http/listen.js';
import { requestInvalid } from '../../http/problems.js';
import type { Authenticator } from '../authenticator.js';
import { type Caller, USER_HEADER, withUser } from '../caller.js';
import type { ApiParts } from '../parts.js';
import type { RawRequest, Route } from '../route.js';

/** By whom and for whom operations are answered. */
export interface Answering {
  readonly parts: ApiParts;
  readonly authenticator: Authenticator;
}

type Headers = RawRequest['header'];

/** Who asks by a token, or by the certificate of the connection. @throws CustosError TOKEN_*, USER_TOKEN_*, ISSUER_*, RATE_LIMITED */
export async function callerOf(header: Headers, peer: Peer, { parts, authenticator }: Answering): Promise<Caller> {
  const { address } = peer;
  const token = await authenticator.authenticate(header('authorization'), peer);
  const asker = address === undefined ? token : { ...token, address };
  return withUser(asker, header(USER_HEADER), parts.users);
}

/** As `callerOf`, at once where everything that it takes is known: whatever waits in between costs a tenth of a short request. */
export function callerSoon(header: Headers, peer: Peer, answering: Answering): Caller | Promise<Caller> {
  const authorization = header('authorization');
  const known = authorization === undefined ? undefined : answering.authenticator.known(authorization, peer);
  if (known === undefined) return callerOf(header, peer, answering);
  const proof = header(USER_HEADER);
  return proof === undefined && known.owners === undefined ? known : withUser(known, proof, answering.parts.users);
}

/** Content where none is expected is a mistake of the client, which would otherwise pass unseen. @throws CustosError REQUEST_INVALID */
export function refuseBody({ body }: Pick<Route, 'body'>, header: Headers): void {
  if (body !== undefined) return;
  const hasContent = Number(header('content-length') ?? 0) > 0 || header('transfer-encoding') !== undefined;
  if (hasContent) throw requestInvalid([{ property: 'body', rule: 'forbidden', text: 'this operation has no body' }]);
}

/** The name of one request. */
export function newInstance(): string {
  return `urn:uuid:${randomUUID()}`;
}

/** What each answer has. */
export function headersOf(instance: string) {
  return { 'x-request-id': instance, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
}

/** Headers of a plain request, in which none stands twice. */
export function headerOf({ headers }: IncomingMessage): RawRequest['header'] {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
}
