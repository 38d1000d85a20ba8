import { AwsClient } from 'aws4fetch';
import { CustosError } from '../../core/errors.js';
import { askJson, type Reach, type Settings } from '../remote.js';
import { awsCredentials } from './credentials.js';

/** The names of the keys of a user. One without the other is a mistake, and never a reason to sign in by another identity. */
export function keysNamedBy(settings: Reach['settings']): readonly (typeof keys)[number][] {
  return keys.some((name) => settings[name]) ? keys : [];
}

const keys = ['TATUM_KMS_AWS_ACCESS_KEY_ID', 'TATUM_KMS_AWS_SECRET_ACCESS_KEY'] as const;

/** The usual names of AWS beside those of Tatum KMS. */
export function withUsualKeys(settings: Settings): Settings {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = settings;
  if (settings['TATUM_KMS_AWS_ACCESS_KEY_ID'] || !id || !secret) return settings;
  return { ...settings, TATUM_KMS_AWS_ACCESS_KEY_ID: id, TATUM_KMS_AWS_SECRET_ACCESS_KEY: secret };
}

/** The domain of the public partition, or of the one in China. @throws CustosError PASSWORD_SOURCE */
export function domainOf(region: string): string {
  // The region becomes part of a host name, so only a valid region is accepted.
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new CustosError('PASSWORD_SOURCE', 'TATUM_KMS_AWS_REGION is not the name of a region');
  }
  return `amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** One request of the JSON protocol 1.1 of AWS. */
export interface AwsRequest {
  /** Name of the service in errors, and in the signature. */
  readonly what: string;
  readonly service: string;
  readonly region: string;
  readonly url: URL;
  /** Such as `secretsmanager.GetSecretValue`. */
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Signed with Signature Version 4 by keys, a web identity or the role of the instance. @throws CustosError PASSWORD_SOURCE */
export async function askAws(reach: Reach, { what, service, region, url, target, body }: AwsRequest): Promise<unknown> {
  const credentials = await awsCredentials(reach, { region, domain: domainOf(region) });
  const client = new AwsClient({ ...credentials, region, service, retries: 0 });
  const send = async (signal: AbortSignal) => {
    const request = await client.sign(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: JSON.stringify(body),
    });
    return reach.ask(request, { redirect: 'error', signal });
  };
  return askJson({ what, clock: reach.clock, send });
}
