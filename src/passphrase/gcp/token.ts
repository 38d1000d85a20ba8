import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import {
  askJson,
  METADATA_TIMEOUT,
  metadataUrl,
  type Reach,
  requireSettings,
  serviceUrl,
  textAt,
  tokenIn,
} from '../remote.js';
import { textFromFile } from '../token-file.js';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Seconds for which a signed request for a token holds; it is used at once. */
const HOLDS = 300;

/**
 * A token: with GOOGLE_APPLICATION_CREDENTIALS by the key file of a service account, otherwise by the metadata service of this
 * machine, which for a pod of GKE with workload identity is that of the pod.
 * @throws CustosError PASSWORD_SOURCE
 */
export function gcpToken(reach: Reach): Promise<string> {
  return reach.settings['GOOGLE_APPLICATION_CREDENTIALS'] ? byKeyFile(reach) : byMachine(reach);
}

async function byMachine({ settings, clock, direct }: Reach): Promise<string> {
  const what = 'the metadata service of this GCP machine';
  // The vendor's variable has a host without a scheme.
  const base = metadataUrl(`http://${settings['GCE_METADATA_HOST'] || '169.254.169.254'}`, 'GCE_METADATA_HOST');
  const url = new URL('/computeMetadata/v1/instance/service-accounts/default/token', base);
  const headers = { 'metadata-flavor': 'Google' };
  const send = (signal: AbortSignal) => direct(url, { headers, redirect: 'error', signal });
  return tokenOf(await askJson({ what, clock, timeout: METADATA_TIMEOUT, send }), what);
}

interface ServiceAccount {
  readonly email: string;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly tokenUrl: URL;
}

/** A request that the account's key signs (RFC 7523, 2.1). */
async function byKeyFile({ settings, clock, ask }: Reach): Promise<string> {
  const what = 'GCP sign-in';
  const name = 'GOOGLE_APPLICATION_CREDENTIALS';
  const account = readAccount(await textFromFile(requireSettings(settings, [name])[name], name));
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: signedRequest(account, Math.floor(clock.now() / 1000)),
  });
  const send = (signal: AbortSignal) => ask(account.tokenUrl, { method: 'POST', body, redirect: 'error', signal });
  return tokenOf(await askJson({ what, clock, send }), what);
}

function readAccount(text: string): ServiceAccount {
  const what = 'the file of GOOGLE_APPLICATION_CREDENTIALS';
  const refused = () => new CustosError('PASSWORD_SOURCE', `${what} is not the key of a service account`);
  const value = parseJson(text, refused);
  if (textAt(value, ['type'], what) !== 'service_account') throw refused();
  return {
    email: textAt(value, ['client_email'], what),
    keyId: textAt(value, ['private_key_id'], what),
    key: readKey(textAt(value, ['private_key'], what), refused),
    tokenUrl: serviceUrl(textAt(value, ['token_uri'], what), `token_uri in ${what}`),
  };
}

/** The library's error may quote the key. */
function readKey(pem: string, refused: () => CustosError): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw refused();
  }
  if (key.asymmetricKeyType !== 'rsa') throw refused();
  return key;
}

function signedRequest({ email, keyId, key, tokenUrl }: ServiceAccount, now: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = part({ alg: 'RS256', typ: 'JWT', kid: keyId });
  const claims = part({ iss: email, scope: SCOPE, aud: tokenUrl.href, iat: now, exp: now + HOLDS });
  const signature = sign('sha256', Buffer.from(`${header}.${claims}`), key).toString('base64url');
  return `${header}.${claims}.${signature}`;
}

function tokenOf(answer: unknown, what: string): string {
  return tokenIn(textAt(answer, ['access_token'], what), what);
}
