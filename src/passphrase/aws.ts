import { AwsClient } from 'aws4fetch';
import { CustosError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { askJson, requireSettings, type Settings, serviceUrl, textAt } from './remote.js';

const WHAT = 'AWS Secrets Manager';

/**
 * The password from AWS Secrets Manager: field TATUM_KMS_AWS_SECRET_KEY of the JSON secret TATUM_KMS_AWS_SECRET_NAME
 * (GetSecretValue, signed with Signature Version 4). CUSTOS_AWS_ENDPOINT names a private endpoint.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromAws(settings: Settings): Promise<Secret> {
  const given = requireSettings(settings, [
    'TATUM_KMS_AWS_REGION',
    'TATUM_KMS_AWS_ACCESS_KEY_ID',
    'TATUM_KMS_AWS_SECRET_ACCESS_KEY',
    'TATUM_KMS_AWS_SECRET_NAME',
    'TATUM_KMS_AWS_SECRET_KEY',
  ]);
  const region = given.TATUM_KMS_AWS_REGION;
  const endpoint = settings['CUSTOS_AWS_ENDPOINT'] ?? `https://secretsmanager.${region}.amazonaws.com/`;
  const client = new AwsClient({
    accessKeyId: given.TATUM_KMS_AWS_ACCESS_KEY_ID,
    secretAccessKey: given.TATUM_KMS_AWS_SECRET_ACCESS_KEY,
    region,
    service: 'secretsmanager',
    retries: 2,
  });
  const url = serviceUrl(endpoint, 'CUSTOS_AWS_ENDPOINT').href;
  const answer = await askJson(WHAT, (signal) =>
    client.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: JSON.stringify({ SecretId: given.TATUM_KMS_AWS_SECRET_NAME }),
      signal,
    }),
  );
  return Secret.text(
    textAt(parseSecret(textAt(answer, ['SecretString'], WHAT)), [given.TATUM_KMS_AWS_SECRET_KEY], 'the AWS secret'),
  );
}

function parseSecret(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CustosError('PASSWORD_SOURCE', 'the AWS secret is not JSON with named fields');
  }
}
