import { contextOf, type Wrapper } from '../keys/wrapper.js';
import { bytesAt, type Reach, requireSettings, serviceUrl } from '../remote.js';
import { askAws, domainOf, keysNamedBy, withUsualKeys } from './region.js';

const WHAT = 'AWS KMS';

/** A key of KMS, whose region is in its name. */
interface AwsKey {
  readonly arn: string;
  readonly region: string;
}

/** A symmetric key of AWS KMS (Encrypt, Decrypt), bound by the encryption context. AWS_ENDPOINT_URL_KMS names a private endpoint. */
export function awsWrapper({ arn, region }: AwsKey, reach: Reach): Wrapper {
  const settings = withUsualKeys(reach.settings);
  const ask = (action: string, body: Readonly<Record<string, unknown>>) => {
    requireSettings(settings, keysNamedBy(settings));
    const endpoint = settings['AWS_ENDPOINT_URL_KMS'] || `https://kms.${region}.${domainOf(region)}/`;
    const url = serviceUrl(endpoint, 'AWS_ENDPOINT_URL_KMS');
    const request = { KeyId: arn, ...body };
    return askAws(
      { ...reach, settings },
      { what: WHAT, service: 'kms', region, url, target: `TrentService.${action}`, body: request },
    );
  };
  return {
    async wrap(key, place) {
      const body = { Plaintext: Buffer.from(key).toString('base64'), EncryptionContext: contextOf(place) };
      return bytesAt(await ask('Encrypt', body), ['CiphertextBlob'], WHAT);
    },
    async unwrap(wrapped, place) {
      const body = { CiphertextBlob: Buffer.from(wrapped).toString('base64'), EncryptionContext: contextOf(place) };
      return bytesAt(await ask('Decrypt', body), ['Plaintext'], WHAT);
    },
  };
}
