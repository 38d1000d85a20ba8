import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, type Reply, type Seen, text } from '../support/http.js';

export const password = 'päss word "of" the store';

/** A source with its settings, its correct answer, and the secrets that must never be shown. */
export interface Source {
  readonly kind: 'aws' | 'azure' | 'gcp' | 'vault' | 'vgs';
  /** The way to sign in, where there are several. */
  readonly by: string;
  settings(): Record<string, string>;
  readonly required: readonly string[];
  readonly good: Reply;
  readonly hidden: readonly string[];
  /** JSON answers without a password. */
  readonly empty: readonly unknown[];
}

/** Answers by what is asked; the first pattern that matches method and path counts. */
const routes =
  (...table: readonly (readonly [RegExp, Reply])[]): Reply =>
  (response, seen: Seen) => {
    const reply = table.find(([pattern]) => pattern.test(`${seen.method} ${seen.url}`))?.[1] ?? json({}, 404);
    return reply(response, seen);
  };

const azureToken = {
  access_token: 'the-bearer-token',
  expires_in: 3600,
  expires_on: '2082758400',
  resource: 'https://vault.azure.net',
  token_type: 'Bearer',
};
const azureSecret = {
  value: password,
  id: 'https://custos.vault.azure.net/secrets/store-password/v7',
  attributes: { enabled: true, created: 1, updated: 1 },
};
const azureAnswers = routes(
  [/^POST \/[^/]+\/oauth2\/v2\.0\/token(\?|$)/, json(azureToken)],
  [/^GET \/(metadata\/identity\/oauth2\/token|msi\/token)\/?\?/, json(azureToken)],
  [/^GET \/secrets\/store-password\//, json(azureSecret)],
);

const awsSecret = { Name: 'custos/store', SecretString: JSON.stringify({ password, other: 'x' }) };
const awsKeys = { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'the/secret+key=', Expiration: '2036-01-01T00:00:00Z' };
const awsSession = 'the/session+token==';
/** What STS answers to AssumeRoleWithWebIdentity (API reference, "Sample Response"). */
const stsAnswer = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:custos:custos</SubjectFromWebIdentityToken>
    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/custos/custos</Arn><AssumedRoleId>AROA:custos</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <SessionToken>${awsSession}</SessionToken>
      <SecretAccessKey>${awsKeys.SecretAccessKey}</SecretAccessKey>
      <Expiration>${awsKeys.Expiration}</Expiration>
      <AccessKeyId>${awsKeys.AccessKeyId}</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`;
const roles = '/latest/meta-data/iam/security-credentials/';
const awsAnswers = routes(
  [/^PUT \/latest\/api\/token$/, text('the-imds-session')],
  [new RegExp(`^GET ${roles}$`), text('custos-role')],
  [new RegExp(`^GET ${roles}custos-role$`), json({ Code: 'Success', ...awsKeys, Token: awsSession })],
  [/^POST \/sts/, text(stsAnswer, 200, { 'content-type': 'text/xml' })],
  [/^POST \/$/, json(awsSecret)],
);

/** CRC-32C of the password's bytes, from another implementation than ours. */
const PASSWORD_CRC32C = '195632008';
const gcpToken = { access_token: 'ya29.the-token', expires_in: 3599, token_type: 'Bearer' };
export const gcpAnswers = routes(
  [/^POST \/token$/, json(gcpToken)],
  [/^GET \/computeMetadata\/v1\/?instance\/service-accounts\/default\/token/, json(gcpToken, 200, flavor())],
  [
    /^GET \/v1\/projects\/p-1\/secrets\/store\/versions\/latest:access$/,
    json({
      name: 'projects/1/secrets/store/versions/3',
      payload: { data: Buffer.from(password).toString('base64'), dataCrc32c: PASSWORD_CRC32C },
    }),
  ],
);

function flavor(): Record<string, string> {
  return { 'metadata-flavor': 'Google' };
}

const vaultLogin = json({ auth: { client_token: 'hvs.the-token', lease_duration: 60, renewable: false } });
const vaultAnswers = routes(
  [/^POST \/v1\/auth\/(approle|kubernetes)\/login$/, vaultLogin],
  [/^GET \/v1\/secret\/data\/custos\/store$/, json({ data: { data: { password }, metadata: { version: 3 } } })],
);

const folder = mkdtempSync(join(tmpdir(), 'custos-sources-'));

/** A file with a text. */
export function fileWith(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const accountKey = publicKey;
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** The key file of a service account whose tokens come from a server. */
export function accountFile(url: string, change: Record<string, unknown> = {}): string {
  const account = {
    type: 'service_account',
    project_id: 'p-1',
    private_key_id: 'key-1',
    private_key: pem,
    client_email: 'custos@p-1.iam.example',
    client_id: '1',
    token_uri: `${url}/token`,
    ...change,
  };
  return fileWith('account.json', JSON.stringify(account));
}

/** Every service with every way to sign in, at a server that answers when they are asked. */
export function makeSources(url: () => string): readonly Source[] {
  const awsNamed = () => ({
    TATUM_KMS_AWS_REGION: 'eu-central-1',
    TATUM_KMS_AWS_SECRET_NAME: 'custos/store',
    TATUM_KMS_AWS_SECRET_KEY: 'password',
    CUSTOS_AWS_ENDPOINT: url(),
  });
  const awsNames = ['REGION', 'SECRET_NAME', 'SECRET_KEY'].map((name) => `TATUM_KMS_AWS_${name}`);
  const azureNamed = () => ({
    TATUM_KMS_AZURE_VAULTURL: url(),
    TATUM_KMS_AZURE_SECRETNAME: 'store-password',
    TATUM_KMS_AZURE_SECRETVERSION: 'v7',
  });
  const azureNames = ['TATUM_KMS_AZURE_VAULTURL', 'TATUM_KMS_AZURE_SECRETNAME'];
  const vaultNamed = () => ({ VAULT_ADDR: url(), CUSTOS_VAULT_SECRET: 'custos/store' });
  const vaultEmpty = [{}, { data: {} }, { data: { data: null } }, { data: { data: { password: '' } } }, { auth: {} }];
  return [
    {
      kind: 'aws',
      by: 'keys',
      settings: () => ({
        ...awsNamed(),
        TATUM_KMS_AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        TATUM_KMS_AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
      }),
      required: ['REGION', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SECRET_NAME', 'SECRET_KEY'].map(
        (name) => `TATUM_KMS_AWS_${name}`,
      ),
      good: awsAnswers,
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
      by: 'client credentials',
      settings: () => ({
        ...azureNamed(),
        AZURE_TENANT_ID: 'the tenant',
        AZURE_CLIENT_ID: 'the-client',
        AZURE_CLIENT_SECRET: 'the-client-secret',
        AZURE_AUTHORITY_HOST: url(),
      }),
      required: [...azureNames, ...['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET']],
      good: azureAnswers,
      hidden: ['the-client-secret', 'the-bearer-token', password],
      empty: [{}, { access_token: '' }, { access_token: 7 }, { value: password }],
    },
    {
      kind: 'vgs',
      by: 'user and password',
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
    {
      kind: 'aws',
      by: 'instance role',
      settings: () => ({ ...awsNamed(), AWS_EC2_METADATA_SERVICE_ENDPOINT: url() }),
      required: awsNames,
      good: awsAnswers,
      hidden: ['the-imds-session', awsKeys.SecretAccessKey, awsSession, password],
      empty: [{}, { AccessKeyId: 'A', SecretAccessKey: 'S' }],
    },
    {
      kind: 'aws',
      by: 'web identity',
      settings: () => ({
        ...awsNamed(),
        AWS_ROLE_ARN: 'arn:aws:iam::1:role/custos',
        AWS_WEB_IDENTITY_TOKEN_FILE: fileWith('web-identity', 'the.web.identity'),
        AWS_ENDPOINT_URL_STS: `${url()}/sts`,
      }),
      required: [...awsNames, 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
      good: awsAnswers,
      hidden: ['the.web.identity', awsKeys.SecretAccessKey, awsSession, password],
      empty: [{}, '<AccessKeyId>A</AccessKeyId>'],
    },
    {
      kind: 'azure',
      by: 'workload identity',
      settings: () => ({
        ...azureNamed(),
        AZURE_TENANT_ID: 'the-tenant',
        AZURE_CLIENT_ID: 'the-client',
        AZURE_FEDERATED_TOKEN_FILE: fileWith('federated', 'the.federated.token'),
        AZURE_AUTHORITY_HOST: url(),
      }),
      required: [...azureNames, 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID'],
      good: azureAnswers,
      hidden: ['the.federated.token', 'the-bearer-token', password],
      empty: [{}, { access_token: 'a b' }],
    },
    {
      kind: 'azure',
      by: 'managed identity',
      settings: () => ({ ...azureNamed(), AZURE_POD_IDENTITY_AUTHORITY_HOST: url() }),
      required: azureNames,
      good: azureAnswers,
      hidden: ['the-bearer-token', password],
      empty: [{}, { access_token: '' }],
    },
    {
      kind: 'azure',
      by: 'managed identity of an app',
      settings: () => ({ ...azureNamed(), IDENTITY_ENDPOINT: `${url()}/msi/token`, IDENTITY_HEADER: 'the-header' }),
      required: azureNames,
      good: azureAnswers,
      hidden: ['the-header', 'the-bearer-token', password],
      empty: [{}, { access_token: '' }],
    },
    {
      kind: 'gcp',
      by: 'metadata service',
      settings: () => ({
        CUSTOS_GCP_SECRET: 'projects/p-1/secrets/store',
        CUSTOS_GCP_ENDPOINT: url(),
        GCE_METADATA_HOST: new URL(url()).host,
      }),
      required: ['CUSTOS_GCP_SECRET'],
      good: gcpAnswers,
      hidden: ['ya29.the-token', password, Buffer.from(password).toString('base64')],
      empty: [{}, { access_token: 'a', payload: {} }, { access_token: 'a', payload: { data: 'YQ==' } }],
    },
    {
      kind: 'gcp',
      by: 'key file',
      settings: () => ({
        CUSTOS_GCP_SECRET: 'projects/p-1/secrets/store/versions/latest',
        CUSTOS_GCP_ENDPOINT: url(),
        GOOGLE_APPLICATION_CREDENTIALS: accountFile(url()),
      }),
      required: ['CUSTOS_GCP_SECRET'],
      good: gcpAnswers,
      hidden: [pem.slice(100, 140), 'ya29.the-token', password],
      empty: [{}, { access_token: 7 }],
    },
    {
      kind: 'vault',
      by: 'token',
      settings: () => ({ ...vaultNamed(), VAULT_TOKEN: 'hvs.given' }),
      required: ['VAULT_ADDR', 'CUSTOS_VAULT_SECRET'],
      good: vaultAnswers,
      hidden: ['hvs.given', password],
      empty: vaultEmpty,
    },
    {
      kind: 'vault',
      by: 'token file',
      settings: () => ({ ...vaultNamed(), CUSTOS_VAULT_TOKEN_FILE: fileWith('vault-token', 'hvs.of-the-agent\n') }),
      required: ['VAULT_ADDR', 'CUSTOS_VAULT_SECRET'],
      good: vaultAnswers,
      hidden: ['hvs.of-the-agent', password],
      empty: vaultEmpty,
    },
    {
      kind: 'vault',
      by: 'AppRole',
      settings: () => ({
        ...vaultNamed(),
        CUSTOS_VAULT_ROLE_ID: 'the-role',
        CUSTOS_VAULT_SECRET_ID_FILE: fileWith('secret-id', 'the-secret-id\n'),
      }),
      required: ['VAULT_ADDR', 'CUSTOS_VAULT_SECRET', 'CUSTOS_VAULT_ROLE_ID'],
      good: vaultAnswers,
      hidden: ['the-secret-id', 'hvs.the-token', password],
      empty: vaultEmpty,
    },
    {
      kind: 'vault',
      by: 'Kubernetes',
      settings: () => ({
        ...vaultNamed(),
        CUSTOS_VAULT_KUBERNETES_ROLE: 'custos',
        CUSTOS_VAULT_KUBERNETES_TOKEN_FILE: fileWith('pod-token', 'the.pod.token'),
      }),
      required: ['VAULT_ADDR', 'CUSTOS_VAULT_SECRET'],
      good: vaultAnswers,
      hidden: ['the.pod.token', 'hvs.the-token', password],
      empty: vaultEmpty,
    },
  ];
}
