/** One setting: where it may come from, and what it is. `doctor`, `checkconfig` and the config reader share this list. */
export interface Setting {
  /** Flag as the command line names it, without dashes, in camel case. */
  readonly flag?: string;
  /** Environment variables: the first one that is set wins. The CUSTOS_ name comes first. */
  readonly env: readonly string[];
  readonly secret?: true;
  readonly about: string;
}

export const settings = {
  store: {
    flag: 'store',
    env: ['CUSTOS_STORE'],
    about: 'wallet store: a path, or postgres://…',
  },
  apiKey: {
    flag: 'apiKey',
    env: ['CUSTOS_API_KEY', 'TATUM_API_KEY', 'TATUM_KMS_TATUM_API_KEY'],
    secret: true,
    about: 'key of the cloud or gateway',
  },
  cloudUrl: {
    flag: 'cloudUrl',
    env: ['CUSTOS_CLOUD_URL', 'TATUM_API_URL'],
    about: 'URL of the cloud or gateway',
  },
  password: {
    env: ['CUSTOS_PASSWORD', 'TATUM_KMS_PASSWORD'],
    secret: true,
    about: 'password of the wallet store',
  },
  newPassword: {
    env: ['CUSTOS_NEW_PASSWORD'],
    secret: true,
    about: 'the new password of `password change`, `password add` and `password recover`',
  },
  recoveryKey: {
    env: ['CUSTOS_RECOVERY_KEY'],
    secret: true,
    about: 'recovery key of `password recover`',
  },
  needs: {
    flag: 'needs',
    env: ['CUSTOS_NEEDS'],
    about: 'approvals that every transaction needs',
  },
  approvers: {
    flag: 'approver',
    env: ['CUSTOS_APPROVERS'],
    about: 'services that approve for persons of the constitution',
  },
  approverSecret: {
    flag: 'approverSecret',
    env: ['CUSTOS_APPROVER_SECRET'],
    secret: true,
    about: 'key that signs the questions to approver services (a flag names the file that holds it)',
  },
  keyPassword: {
    env: ['CUSTOS_KEY_PASSWORD'],
    secret: true,
    about: "password of an approver's key",
  },
  passwordFile: {
    flag: 'passwordFile',
    env: ['CUSTOS_PASSWORD_FILE'],
    about: 'file with the password in its first line',
  },
  passwordCommand: {
    flag: 'passwordCommand',
    env: ['CUSTOS_PASSWORD_COMMAND'],
    secret: true,
    about: 'program that prints the password, and its arguments; no shell reads it',
  },
  passwordCredential: {
    flag: 'passwordCredential',
    env: ['CUSTOS_PASSWORD_CREDENTIAL'],
    about: 'credential of the systemd unit with the password in its first line',
  },
  hsmPin: {
    env: ['CUSTOS_HSM_PIN'],
    secret: true,
    about: 'PIN of the PKCS#11 tokens that hold keys',
  },
  hsmPinFile: {
    flag: 'hsmPinFile',
    env: ['CUSTOS_HSM_PIN_FILE'],
    about: 'file with the PIN of the PKCS#11 tokens in its first line',
  },
  hsmEnvironment: {
    env: ['CUSTOS_HSM_ENV'],
    about: 'more variables that PKCS#11 modules read, by name',
  },
  keySlot: {
    flag: 'keySlot',
    env: ['CUSTOS_KEY_SLOT'],
    about: 'key outside of the store that opens it in the place of a password (docs/key-slots.md)',
  },
  keyCommand: {
    flag: 'keyCommand',
    env: ['CUSTOS_KEY_COMMAND'],
    secret: true,
    about: 'program that unwraps the key of a `command` key slot: wrapped key in, 32 bytes out; no shell reads it',
  },
  signer: {
    flag: 'signer',
    env: ['CUSTOS_SIGNER'],
    about: 'socket of the `custos signer` that signs for a daemon',
  },
  signerState: {
    flag: 'stateFile',
    env: ['CUSTOS_SIGNER_STATE'],
    about: 'file in which a `custos signer`, or the keeper of a daemon, keeps its state',
  },
  externalUrl: {
    flag: 'externalUrl',
    env: ['CUSTOS_EXTERNAL_URL', 'TATUM_KMS_EXTERNAL_URL'],
    about: 'four-eye service',
  },
  fourEyeSecret: {
    flag: 'fourEyeSecret',
    env: ['CUSTOS_FOUR_EYE_SECRET'],
    secret: true,
    about: 'key that signs four-eye questions and answers (a flag names the file that holds it)',
  },
  cloudHeaderFile: {
    flag: 'cloudHeaderFile',
    env: ['CUSTOS_CLOUD_HEADER_FILE'],
    about: 'file of headers for cloud or gateway, such as basic auth',
  },
  fourEyeHeaderFile: {
    flag: 'fourEyeHeaderFile',
    env: ['CUSTOS_FOUR_EYE_HEADER_FILE'],
    about: 'file of headers for the four-eye service, such as basic auth',
  },
  gatewayKey: {
    env: ['CUSTOS_GATEWAY_API_KEY'],
    secret: true,
    about: 'key that applications and daemons send to the gateway',
  },
  listen: {
    flag: 'listen',
    env: ['CUSTOS_LISTEN'],
    about: 'address and port of the API',
  },
  healthPort: {
    flag: 'healthPort',
    env: ['CUSTOS_HEALTH_PORT'],
    about: "port of a daemon's health server; 0 uses any free one",
  },
  healthHost: {
    flag: 'healthHost',
    env: ['CUSTOS_HEALTH_HOST'],
    about: 'address of the health server',
  },
  queue: {
    flag: 'queue',
    env: ['CUSTOS_QUEUE'],
    about: "the gateway's queue: a path, or postgres://…",
  },
  logLevel: {
    flag: 'logLevel',
    env: ['CUSTOS_LOG_LEVEL'],
    about: 'debug, info, warn, error or silent',
  },
  logFormat: {
    flag: 'logFormat',
    env: ['CUSTOS_LOG_FORMAT'],
    about: 'json, ecs (Elastic) or gcp (Google Cloud)',
  },
  otlp: {
    flag: 'otlp',
    env: ['CUSTOS_OTLP'],
    about: 'collector of OpenTelemetry that gets traces, such as http://127.0.0.1:4318',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** One setting as `doctor` shows it. */
export interface ShownSetting {
  readonly variable: string;
  readonly about: string;
  /** Safe to show; absent when not set. */
  readonly value?: string;
}

/** `CUSTOS_NODE_ETH=URL`: the node of a chain, as `--node ETH=URL`. */
export const NODE_VARIABLE = /^CUSTOS_NODE_([A-Z0-9]{1,12})$/;

/** Variables with our prefix that are not settings: they are misspelt or do not exist. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(environment).filter((name) => /^(CUSTOS|TATUM)_/.test(name) && !isKnownVariable(name));
}

/** True for every variable that Custos reads. */
export function isKnownVariable(name: string): boolean {
  return known().has(name) || NODE_VARIABLE.test(name);
}

function known(): ReadonlySet<string> {
  return new Set<string>([
    ...Object.values(settings).flatMap(({ env }): readonly string[] => env),
    ...sourceVariables,
    'CUSTOS_DEBUG',
    'CUSTOS_OLD_PASSWORD',
  ]);
}

/** Settings of the password sources outside this machine, by the names that Tatum KMS gave them. */
export const passwordSourceVariables = [
  'TATUM_KMS_AWS_REGION',
  'TATUM_KMS_AWS_ACCESS_KEY_ID',
  'TATUM_KMS_AWS_SECRET_ACCESS_KEY',
  'TATUM_KMS_AWS_SECRET_NAME',
  'TATUM_KMS_AWS_SECRET_KEY',
  'TATUM_KMS_AZURE_VAULTURL',
  'TATUM_KMS_AZURE_SECRETNAME',
  'TATUM_KMS_AZURE_SECRETVERSION',
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'TATUM_KMS_VGS_ALIAS',
  'TATUM_KMS_VGS_USERNAME',
  'TATUM_KMS_VGS_PASSWORD',
] as const;

/** The same, with those that vendors and platforms set and those of Custos. Each may lead to a password. */
export const sourceVariables = [
  ...passwordSourceVariables,
  'CUSTOS_AWS_ENDPOINT',
  'AWS_REGION',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_SESSION_NAME',
  'AWS_ENDPOINT_URL_STS',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AZURE_AUTHORITY_HOST',
  'AZURE_FEDERATED_TOKEN_FILE',
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'CUSTOS_GCP_SECRET',
  'CUSTOS_GCP_ENDPOINT',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GCE_METADATA_HOST',
  'CUSTOS_VAULT_SECRET',
  'CUSTOS_VAULT_MOUNT',
  'CUSTOS_VAULT_FIELD',
  'CUSTOS_VAULT_VERSION',
  'CUSTOS_VAULT_TOKEN_FILE',
  'CUSTOS_VAULT_ROLE_ID',
  'CUSTOS_VAULT_SECRET_ID',
  'CUSTOS_VAULT_SECRET_ID_FILE',
  'CUSTOS_VAULT_KUBERNETES_ROLE',
  'CUSTOS_VAULT_KUBERNETES_TOKEN_FILE',
  'CUSTOS_VAULT_AUTH_MOUNT',
  'VAULT_ADDR',
  'VAULT_NAMESPACE',
  'VAULT_TOKEN',
  'BAO_ADDR',
  'BAO_NAMESPACE',
  'BAO_TOKEN',
  'CUSTOS_VGS_ENDPOINT',
  'CREDENTIALS_DIRECTORY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_ENDPOINT_URL_KMS',
  'CUSTOS_GCP_KMS_ENDPOINT',
  'SYSTEMD_TPM2_DEVICE',
] as const;
