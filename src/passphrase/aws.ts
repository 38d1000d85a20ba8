import { AwsClient } from 'aws4fetch';
import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { Secret } from '../core/secret.js';
import { askJson, requireSettings, type Settings, serviceUrl, textAt } from './remote.js';

const WHAT = 'AWS Secrets Manager';

/**
 * The password from AWS Secrets Manager: field TATUM_KMS_AWS_SECRET_KEY of the JSON secret TATUM_KMS_AWS_SECRET_NAME
 * (GetSecretValue, signed with Signature Version 4). CUSTOS_AWS_ENDPOINT names a private endpoint.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromAws(settings: Settings, clock: Clock, ask: typeof fetch = fetch): Promise<Secret> {
  const given = requireSettings(settings, [
    'TATUM_KMS_AWS_REGION',
    'TATUM_KMS_AWS_ACCESS_KEY_ID',
    'TATUM_KMS_AWS_SECRET_ACCESS_KEY',
    'TATUM_KMS_AWS_SECRET_NAME',
    'TATUM_KMS_AWS_SECRET_KEY',
  ]);
  const region = given.TATUM_KMS_AWS_REGION;
  const url = serviceUrl(settings['CUSTOS_AWS_ENDPOINT'] || endpointOf(region), 'CUSTOS_AWS_ENDPOINT');
  const client = new AwsClient({
    accessKeyId: given.TATUM_KMS_AWS_ACCESS_KEY_ID,
    secretAccessKey: given.TATUM_KMS_AWS_SECRET_ACCESS_KEY,
    region,
    service: 'secretsmanager',
    retries: 0,
  });
  const send = async (signal: AbortSignal) => {
    const request = await client.sign(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: JSON.stringify({ SecretId: given.TATUM_KMS_AWS_SECRET_NAME }),
    });
    return ask(request, { redirect: 'error', signal });
  };
  const answer = await askJson({ what: WHAT, clock, send });
  const secret = parseJson(textAt(answer, ['SecretString'], WHAT), notNamed);
  return Secret.text(textAt(secret, [given.TATUM_KMS_AWS_SECRET_KEY], 'the AWS secret'));
}

/** The regional endpoint of the public partition, or of the one in China. @throws CustosError PASSWORD_SOURCE */
function endpointOf(region: string): string {
  // The region becomes part of a host name, so only a valid region is accepted.
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new CustosError('PASSWORD_SOURCE', 'TATUM_KMS_AWS_REGION is not the name of a region');
  }
  return `https://secretsmanager.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
}

function notNamed(): CustosError {
  return new CustosError('PASSWORD_SOURCE', 'the AWS secret is not JSON with named fields');
}
