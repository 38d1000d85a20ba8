import { createSecureContext } from 'node:tls';
import { CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import { readNamedFile } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import type { ServerTls } from '../../http/tls.js';
import type { ServeConfig } from '../config/serve-config.js';
import { readSecretFile } from '../daemon/secret-file.js';

/** More than a file with the certificates of every authority that systems trust, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads what a server of TLS shows and checks, and warns of a key that others may read.
 * @returns undefined: plain HTTP
 * @throws CustosError CONFIG_INVALID: a file cannot be read, is not what it should be, or key and certificate are no pair
 */
export async function readTls({ tls }: Pick<ServeConfig, 'tls'>, log: Log): Promise<ServerTls | undefined> {
  if (tls === undefined) return undefined;
  const certificate = await readPem(tls.certificateFile, '--tls-certificate');
  const clientCa = tls.clientCaFile && (await readPem(tls.clientCaFile, '--tls-client-ca'));
  const { secret, isOpenToOthers } = await readSecretFile(tls.keyFile, 'TLS key');
  if (isOpenToOthers) tell(log, 'tls-key-open', { file: tls.keyFile });
  const key = secret.exposeText();
  secret.wipe();
  requirePair({ cert: certificate, key });
  return { certificate, key, ...(clientCa && { clientCa }), asksClients: tls.asksClients };
}

/** OpenSSL takes a file without a certificate as an empty list, with which no client would come in. */
async function readPem(file: string, flag: string): Promise<string> {
  const { bytes } = await readNamedFile(file, { most: MAX_BYTES }).catch(refusedAs('CONFIG_INVALID', `${flag}: `));
  const text = bytes.toString('utf8');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CustosError('CONFIG_INVALID', `${flag}: ${file} has no certificate in PEM`);
}

function requirePair(pair: { readonly cert: string; readonly key: string }): void {
  try {
    createSecureContext(pair);
  } catch (cause) {
    const why = 'is no certificate in PEM with its unencrypted key';
    throw new CustosError('CONFIG_INVALID', `what --tls-certificate and --tls-key name ${why}`, { cause });
  }
}
