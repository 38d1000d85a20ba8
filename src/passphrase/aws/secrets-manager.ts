import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import { Secret } from '../../core/secret.js';
import { type Reach, requireSettings, serviceUrl, textAt } from '../remote.js';
import { askAws, domainOf, keysNamedBy } from './region.js';

const WHAT = 'AWS Secrets Manager';

/**
 * The password from AWS Secrets Manager: field TATUM_KMS_AWS_SECRET_KEY of the JSON secret TATUM_KMS_AWS_SECRET_NAME
 * (GetSecretValue). CUSTOS_AWS_ENDPOINT names a private endpoint.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromAws(reach: Reach): Promise<Secret> {
  const { settings } = reach;
  const region = settings['TATUM_KMS_AWS_REGION'] || settings['AWS_REGION'];
  const given = requireSettings({ ...settings, TATUM_KMS_AWS_REGION: region }, [
    'TATUM_KMS_AWS_REGION',
    ...keysNamedBy(settings),
    'TATUM_KMS_AWS_SECRET_NAME',
    'TATUM_KMS_AWS_SECRET_KEY',
  ]);
  const at = given.TATUM_KMS_AWS_REGION;
  const endpoint = settings['CUSTOS_AWS_ENDPOINT'] || `https://secretsmanager.${at}.${domainOf(at)}/`;
  const answer = await askAws(reach, {
    what: WHAT,
    service: 'secretsmanager',
    region: at,
    url: serviceUrl(endpoint, 'CUSTOS_AWS_ENDPOINT'),
    target: 'secretsmanager.GetSecretValue',
    body: { SecretId: given.TATUM_KMS_AWS_SECRET_NAME },
  });
  const secret = parseJson(textAt(answer, ['SecretString'], WHAT), notNamed);
  return Secret.text(textAt(secret, [given.TATUM_KMS_AWS_SECRET_KEY], 'the AWS secret'));
}

function notNamed(): CustosError {
  return new CustosError('PASSWORD_SOURCE', 'the AWS secret is not JSON with named fields');
}
