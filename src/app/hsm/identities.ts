import { AwsClient } from 'aws4fetch';
import { systemClock } from '../../core/clock.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import { type AwsCall, awsKeys } from '../../hsm/clouds/aws.js';
import { type AzureCall, azureKeys } from '../../hsm/clouds/azure.js';
import { type GcpCall, gcpKeys } from '../../hsm/clouds/gcp.js';
import type { Clouds } from '../../hsm/serve.js';
import { awsCredentials } from '../../passphrase/aws/credentials.js';
import { domainOf, withUsualKeys } from '../../passphrase/aws/region.js';
import { resourceOf } from '../../passphrase/azure/sign-in.js';
import { azureToken } from '../../passphrase/azure/token.js';
import { crc32c } from '../../passphrase/gcp/crc32c.js';
import { gcpToken } from '../../passphrase/gcp/token.js';
import { type Reach, type Settings, serviceUrl } from '../../passphrase/remote.js';

/** How an HSM process reaches key services. */
export interface CloudReach {
  /** Settings by variable: the identity of this machine, and private endpoints. */
  readonly settings: Settings;
  readonly ask: typeof fetch;
  /** For metadata services: without a proxy. */
  readonly direct: typeof fetch;
}

/** Milliseconds for which an identity is used again; services give it out with five minutes left at least. */
const HOLDS = 240_000;

/**
 * The key services, with the identity of this machine or the keys of the settings, as for passwords (decision 45).
 * Endpoints: AWS_ENDPOINT_URL_KMS, CUSTOS_GCP_KMS_ENDPOINT; a key of Azure names its own.
 */
export function cloudsOf({ settings, ask, direct }: CloudReach): Clouds {
  const reach: Reach = { settings: withUsualKeys(settings), clock: systemClock, ask, direct };
  return {
    awskms: awsKeys(awsCall(reach)),
    gcpkms: gcpKeys({ call: gcpCall(reach), crc32c }),
    azurekms: azureKeys(azureCall(reach)),
  };
}

function awsCall(reach: Reach): AwsCall {
  const held = kept((region: string) => awsCredentials(reach, { region, domain: domainOf(region) }));
  return (region, action, body) => async (signal) => {
    const endpoint = reach.settings['AWS_ENDPOINT_URL_KMS'] || `https://kms.${region}.${domainOf(region)}/`;
    const url = urlOf(endpoint, 'AWS_ENDPOINT_URL_KMS');
    const client = new AwsClient({ ...(await held(region)), region, service: 'kms', retries: 0 });
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': action };
    const request = await client.sign(url.href, { method: 'POST', headers, body: JSON.stringify(body) });
    return refreshed(held, await reach.ask(request, { redirect: 'error', signal }));
  };
}

function gcpCall(reach: Reach): GcpCall {
  const held = kept(() => gcpToken(reach));
  return (path, body) => async (signal) => {
    const name = 'CUSTOS_GCP_KMS_ENDPOINT';
    const base = urlOf(reach.settings[name] || 'https://cloudkms.googleapis.com', name);
    return refreshed(held, await reach.ask(new URL(path, base), await bearer(held(''), signal, body)));
  };
}

function azureCall(reach: Reach): AzureCall {
  const held = kept((resource: string) => azureToken(reach, resource));
  return (url, body) => async (signal) =>
    refreshed(held, await reach.ask(url, await bearer(held(resourceOf(url)), signal, body)));
}

async function bearer(
  token: Promise<string>,
  signal: AbortSignal,
  body?: Readonly<Record<string, unknown>>,
): Promise<RequestInit> {
  const authorization = `Bearer ${await token}`;
  if (body === undefined) return { headers: { authorization }, redirect: 'error', signal };
  const headers = { authorization, 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error', signal };
}

interface Kept<T> {
  (about: string): Promise<T>;
  forget(): void;
}

/** Signs in once for many requests. A failure is not kept. */
function kept<T>(signIn: (about: string) => Promise<T>): Kept<T> {
  const known = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  const get = (about: string): Promise<T> => {
    const found = known.get(about);
    if (found !== undefined && found.until > performance.now()) return found.answer;
    const answer = signIn(about).catch((thrown: unknown) => {
      known.delete(about);
      const { message } = asCustosError(thrown);
      throw new CustosError('KEY_UNREACHABLE', `signing in to the key service failed: ${message}`, { cause: thrown });
    });
    known.set(about, { until: performance.now() + HOLDS, answer });
    return answer;
  };
  return Object.assign(get, { forget: () => known.clear() });
}

/** An identity that a service refuses is not used again: it may have been replaced. */
function refreshed<T>(held: Kept<T>, response: Response): Response {
  if (response.status === 401 || response.status === 403 || response.status === 400) held.forget();
  return response;
}

function urlOf(text: string, name: string): URL {
  try {
    return serviceUrl(text, name);
  } catch (cause) {
    throw new CustosError('KEY_REFUSED', asCustosError(cause).message, { cause });
  }
}
