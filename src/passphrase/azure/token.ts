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
import { tokenFromFile } from '../token-file.js';

/**
 * A token for a resource. With AZURE_FEDERATED_TOKEN_FILE by workload identity, as AKS sets it; with AZURE_TENANT_ID and
 * AZURE_CLIENT_SECRET by client credentials; otherwise by the managed identity of this machine. What is set decides, and a
 * failure of one is never a reason to try the next.
 * @throws CustosError PASSWORD_SOURCE
 */
export function azureToken(reach: Reach, resource: string): Promise<string> {
  const { settings } = reach;
  const file = settings['AZURE_FEDERATED_TOKEN_FILE'];
  if (file) return bySignIn(reach, resource, () => assertion(file));
  if (settings['AZURE_CLIENT_SECRET']) return bySignIn(reach, resource, () => clientSecret(reach));
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = settings;
  return endpoint && header ? byAppService(reach, { resource, endpoint, header }) : byMachine(reach, resource);
}

type Proof = Readonly<Record<string, string>>;

async function clientSecret({ settings }: Reach): Promise<Proof> {
  return { client_secret: requireSettings(settings, ['AZURE_CLIENT_SECRET']).AZURE_CLIENT_SECRET };
}

/** The token of the pod's service account is the proof (RFC 7523, 2.2). */
async function assertion(file: string): Promise<Proof> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await tokenFromFile(file, 'AZURE_FEDERATED_TOKEN_FILE'),
  };
}

/** OAuth 2.0 client credentials (RFC 6749, 4.4). */
async function bySignIn(
  { settings, clock, ask }: Reach,
  resource: string,
  proof: () => Promise<Proof>,
): Promise<string> {
  const given = requireSettings(settings, ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']);
  const host = settings['AZURE_AUTHORITY_HOST'] || 'https://login.microsoftonline.com';
  const authority = serviceUrl(host, 'AZURE_AUTHORITY_HOST');
  const url = new URL(`/${encodeURIComponent(given.AZURE_TENANT_ID)}/oauth2/v2.0/token`, authority);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: given.AZURE_CLIENT_ID,
    ...(await proof()),
    scope: `${resource}/.default`,
  });
  const send = (signal: AbortSignal) => ask(url, { method: 'POST', body, redirect: 'error', signal });
  return tokenOf(await askJson({ what: 'Azure sign-in', clock, send }), 'Azure sign-in');
}

/** The managed identity of a virtual machine or of a node of AKS. AZURE_CLIENT_ID picks one of several. */
function byMachine(reach: Reach, resource: string): Promise<string> {
  const name = 'AZURE_POD_IDENTITY_AUTHORITY_HOST';
  const base = metadataUrl(reach.settings[name] || 'http://169.254.169.254', name);
  const url = new URL('/metadata/identity/oauth2/token?api-version=2018-02-01', base);
  return byMetadata(reach, { url, resource, headers: { metadata: 'true' } });
}

interface AppService {
  readonly resource: string;
  readonly endpoint: string;
  readonly header: string;
}

/** The managed identity of an app of App Service or Container Apps, whose platform sets both variables. */
function byAppService(reach: Reach, { resource, endpoint, header }: AppService): Promise<string> {
  const url = metadataUrl(endpoint, 'IDENTITY_ENDPOINT');
  url.searchParams.set('api-version', '2019-08-01');
  return byMetadata(reach, { url, resource, headers: { 'x-identity-header': tokenIn(header, 'IDENTITY_HEADER') } });
}

interface IdentityRequest {
  readonly url: URL;
  readonly resource: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function byMetadata(
  { settings, clock, direct }: Reach,
  { url, resource, headers }: IdentityRequest,
): Promise<string> {
  const what = 'the managed identity of this machine';
  url.searchParams.set('resource', resource);
  const client = settings['AZURE_CLIENT_ID'];
  if (client) url.searchParams.set('client_id', client);
  const send = (signal: AbortSignal) => direct(url, { headers, redirect: 'error', signal });
  return tokenOf(await askJson({ what, clock, timeout: METADATA_TIMEOUT, send }), what);
}

function tokenOf(answer: unknown, what: string): string {
  return tokenIn(textAt(answer, ['access_token'], what), what);
}
