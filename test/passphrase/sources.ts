import { json, type Reply } from '../support/http.js';

export const password = 'päss word "of" the store';

/** A source with its settings, its correct answer, and the secrets that must never be shown. */
export interface Source {
  readonly kind: 'aws' | 'azure' | 'vgs';
  settings(): Record<string, string>;
  readonly required: readonly string[];
  readonly good: Reply;
  readonly hidden: readonly string[];
  /** JSON answers without a password. */
  readonly empty: readonly unknown[];
}

const azureAnswers: Reply = (response, seen) =>
  (seen.method === 'POST' ? json({ access_token: 'the-bearer-token' }) : json({ value: password }))(response, seen);

/** The three services, at a server that answers when they are asked. */
export function makeSources(url: () => string): readonly Source[] {
  return [
    {
      kind: 'aws',
      settings: () => ({
        TATUM_KMS_AWS_REGION: 'eu-central-1',
        TATUM_KMS_AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        TATUM_KMS_AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
        TATUM_KMS_AWS_SECRET_NAME: 'custos/store',
        TATUM_KMS_AWS_SECRET_KEY: 'password',
        CUSTOS_AWS_ENDPOINT: url(),
      }),
      required: ['REGION', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SECRET_NAME', 'SECRET_KEY'].map(
        (name) => `TATUM_KMS_AWS_${name}`,
      ),
      good: json({ Name: 'custos/store', SecretString: JSON.stringify({ password, other: 'x' }) }),
      hidden: ['the-secret-access-key', password],
      empty: [
        {},
        { SecretString: '' },
        { SecretString: password },
        { SecretString: '{}' },
        { SecretString: `{"password":7,"other":"${password.replaceAll('"', '')}"}` },
        { SecretString: '{"toString":1}' },
        { SecretBinary: 'AAAA' },
      ],
    },
    {
      kind: 'azure',
      settings: () => ({
        TATUM_KMS_AZURE_VAULTURL: url(),
        TATUM_KMS_AZURE_SECRETNAME: 'store-password',
        TATUM_KMS_AZURE_SECRETVERSION: 'v7',
        AZURE_TENANT_ID: 'the tenant',
        AZURE_CLIENT_ID: 'the-client',
        AZURE_CLIENT_SECRET: 'the-client-secret',
        AZURE_AUTHORITY_HOST: url(),
      }),
      required: [
        ...['TATUM_KMS_AZURE_VAULTURL', 'TATUM_KMS_AZURE_SECRETNAME'],
        ...['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'],
      ],
      good: azureAnswers,
      hidden: ['the-client-secret', 'the-bearer-token', password],
      empty: [{}, { access_token: '' }, { access_token: 7 }, { value: password }],
    },
    {
      kind: 'vgs',
      settings: () => ({
        TATUM_KMS_VGS_ALIAS: 'tok/live?x',
        TATUM_KMS_VGS_USERNAME: 'the-user',
        TATUM_KMS_VGS_PASSWORD: 'the-vault-password',
        CUSTOS_VGS_ENDPOINT: url(),
      }),
      required: ['ALIAS', 'USERNAME', 'PASSWORD'].map((name) => `TATUM_KMS_VGS_${name}`),
      good: json({ data: [{ value: password, alias: 'tok' }] }),
      hidden: ['the-vault-password', Buffer.from('the-user:the-vault-password').toString('base64'), password],
      empty: [
        {},
        { data: [] },
        { data: [{}] },
        { data: [{ value: '' }] },
        { data: [{ value: 7 }] },
        { data: { value: password } },
      ],
    },
  ];
}
