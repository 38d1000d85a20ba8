import { AwsClient } from 'aws4fetch';
import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import { Secret } from '../../core/secret.js';
import { askJson, type Reach, requireSettings, serviceUrl, textAt } from '../remote.js';
import { awsCredentials } from './credentials.js';

const WHAT = 'AWS Secrets Manager';

/**
 * The password from AWS Secrets Manager: field TATUM_KMS_AWS_SECRET_KEY of the JSON secret TATUM_KMS_AWS_SECRET_NAME
 * (GetSecretValue, signed with Signature Version 4) by keys, a web identity or the role of the instance. CUSTOS_AWS_ENDPOINT
 * names a private endpoint.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromAws(reach: Reach): Promise<Secret> {
  const { settings, clock, ask } = reach;
  const region = settings['TATUM_KMS_AWS_REGION'] || settings['AWS_REGION'];
  const given = requireSettings({ ...settings, TATUM_KMS_AWS_REGION: region }, [
    'TATUM_KMS_AWS_REGION',
    ...keysNamedBy(settings),
    'TATUM_KMS_AWS_SECRET_NAME',
    'TATUM_KMS_AWS_SECRET_KEY',
  ]);
  const at = { region: given.TATUM_KMS_AWS_REGION, domain: domainOf(given.TATUM_KMS_AWS_REGION) };
  const endpoint = settings['CUSTOS_AWS_ENDPOINT'] || `https://secretsmanager.${at.region}.${at.domain}/`;
  const url = serviceUrl(endpoint, 'CUSTOS_AWS_ENDPOINT');
  const credentials = await awsCredentials(reach, at);
  const client = new AwsClient({ ...credentials, region: at.region, service: 'secretsmanager', retries: 0 });
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

const keys = ['TATUM_KMS_AWS_ACCESS_KEY_ID', 'TATUM_KMS_AWS_SECRET_ACCESS_KEY'] as const;

/** One key without the other is a mistake, and never a reason to sign in by another identity. */
function keysNamedBy(settings: Reach['settings']): readonly (typeof keys)[number][] {
  return keys.some((name) => settings[name]) ? keys : [];
}

/** The domain of the public partition, or of the one in China. @throws CustosError PASSWORD_SOURCE */
function domainOf(region: string): string {
  // The region becomes part of a host name, so only a valid region is accepted.
  if (!/^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)) {
    throw new CustosError('PASSWORD_SOURCE', 'TATUM_KMS_AWS_REGION is not the name of a region');
  }
  return `amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function notNamed(): CustosError {
  return new CustosError('PASSWORD_SOURCE', 'the AWS secret is not JSON with named fields');
}
