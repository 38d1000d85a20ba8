import { asCustosError } from '../../core/errors.js';
import { storeExists } from '../../storage/open-store.js';
import { settingValue } from '../config/config.js';
import { passwordSourceVariables } from '../config/settings.js';
import { shownValue } from '../config/shown-value.js';
import type { House } from '../house.js';
import { packageVersion } from '../process/package.js';
import { storeLocation } from '../store/location.js';
import { getSealed } from '../wallets/find.js';

/** The peer's `report`: what kinds of wallets these are, without opening a secret. An unknown one is a warning. */
export async function walletReport(house: House, ids: readonly string[]): Promise<Record<string, unknown>> {
  const { config } = house;
  await house.rootKey();
  const wallets: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const id of ids) {
    try {
      const { signatureId, kind, chain, network } = await getSealed(house, id);
      const type = kind === 'hd' ? 'MNEMONIC' : 'PRIVATE_KEY';
      wallets[signatureId] = { type, chain, testnet: network === 'testnet' };
    } catch (thrown) {
      warnings.push(asCustosError(thrown).message);
    }
  }
  return {
    system: {
      kmsVersion: packageVersion(),
      nodeVersion: process.version,
      store: { type: config.passwordSource.toUpperCase(), exists: await storeExists(storeLocation(config)) },
    },
    wallets,
    apiKey: isSet(settingValue('apiKey', config.flags, config.environment)),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** The peer's `checkconfig`: `NAME : value`, secrets as set or not set only. */
export async function checkConfigLines({ config }: House): Promise<readonly string[]> {
  const { environment } = config;
  const shown = (name: string) => `${name} : ${isSet(environment[name])}`;
  return [
    `Version : ${packageVersion()}`,
    `Wallet file path : ${shownValue(config.store)}`,
    `Wallet exists : ${await storeExists(storeLocation(config))}`,
    `Wallet store type : ${config.passwordSource.toUpperCase()}`,
    `Environment vars file : ${config.envFile}`,
    `TATUM_API_KEY : ${isSet(settingValue('apiKey', {}, environment))}`,
    `TATUM_API_URL : ${shownValue(config.cloudUrl)}`,
    `TATUM_KMS_PASSWORD : ${isSet(settingValue('password', {}, environment))}`,
    ...passwordSourceVariables.map(shown),
  ];
}

function isSet(value: string | undefined): string {
  return value === undefined || value === '' ? 'not set' : 'set';
}
