import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** What a server shows its clients of itself, and asks them for. */
export interface ServerTls {
  /** PEM: its own certificate first, then those between it and the root. */
  readonly certificate: string;
  /** PEM, of the first certificate. */
  readonly key: string;
  /** PEM. Given: clients without a certificate that one of these signed are refused. */
  readonly clientCa?: string;
  /** Whether clients are asked for a certificate. Without `clientCa` each may show one of any issuer, or none. */
  readonly asksClients: boolean;
}

/** As options of Node's server. */
export function tlsOptions({ certificate, key, clientCa, asksClients }: ServerTls, handshakeTimeout: number) {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    handshakeTimeout,
    requestCert: asksClients,
    rejectUnauthorized: clientCa !== undefined,
    ...(clientCa !== undefined && { ca: clientCa }),
  } as const;
}

/**
 * The SHA-256 fingerprint of the certificate that a client proved to have, in 64 lower-case digits. Undefined if it showed none, or
 * one that is not valid at this moment: who issued it is not looked at here.
 */
export function clientFingerprint({ socket }: Pick<IncomingMessage, 'socket'>, now: number): string | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return undefined;
  const isValid = Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo);
  return isValid ? certificate.fingerprint256.replaceAll(':', '').toLowerCase() : undefined;
}
