import { describe, expect, it } from 'vitest';
import { frontEnvironment, frontSettings } from '../../../src/app/config/front-settings.js';
import { settings, sourceVariables } from '../../../src/app/config/settings.js';

/** Secrets that are the front's own business: it talks to clouds and judges with them. */
const ofTheFront = ['apiKey', 'fourEyeSecret', 'gatewayKey', 'approverSecret'];

const secretNames = Object.entries(settings)
  .filter(([name, setting]) => 'secret' in setting && !ofTheFront.includes(name))
  .flatMap(([, { env }]): readonly string[] => env);

const toThePassword = [
  ...secretNames,
  ...sourceVariables,
  'CUSTOS_PASSWORD_FILE',
  'CUSTOS_PASSWORD_CREDENTIAL',
  'CUSTOS_OLD_PASSWORD',
];
const given = Object.fromEntries(
  [...toThePassword, 'CUSTOS_API_KEY', 'HTTPS_PROXY', 'CUSTOS_NODE_ETH', 'PATH'].map((name) => [name, name]),
);

describe('what a front gets of the settings', () => {
  it('every secret setting is named as one of the front, or is kept from it', () => {
    expect(toThePassword).toContain('CUSTOS_PASSWORD');
    expect(toThePassword).toContain('TATUM_KMS_PASSWORD');
    expect(toThePassword).toContain('CUSTOS_RECOVERY_KEY');
    expect(toThePassword).toContain('CUSTOS_PASSWORD_COMMAND');
    expect(toThePassword).toContain('VAULT_TOKEN');
    expect(toThePassword).toContain('CREDENTIALS_DIRECTORY');
    const { environment } = frontSettings({ flags: {}, environment: given, home: '/home' });
    expect(Object.keys(environment).sort()).toEqual(['CUSTOS_API_KEY', 'CUSTOS_NODE_ETH', 'HTTPS_PROXY']);
  });

  it('the environment of its process stays as it was but for what leads to a password', () => {
    expect(Object.keys(frontEnvironment(given)).sort()).toEqual([
      'CUSTOS_API_KEY',
      'CUSTOS_NODE_ETH',
      'HTTPS_PROXY',
      'PATH',
    ]);
  });

  it('flags that name a source of the password, or a file in which it may be, are dropped', () => {
    const local = { passwordFile: '/p', passwordCommand: 'p', passwordCredential: 'p', envFile: '/e' };
    const services = { aws: true, azure: true, gcp: true, vault: true, vgs: true };
    const flags = { ...local, ...services, store: '/s', apiKey: 'k' };
    expect(frontSettings({ flags, environment: {}, home: undefined }).flags).toEqual({ store: '/s', apiKey: 'k' });
  });
});
