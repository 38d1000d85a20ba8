import { asCustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import { storeExists } from '../../storage/open-store.js';
import type { Config } from '../config/config.js';
import { passwordSourceVariables } from '../config/settings.js';
import { shownValue } from '../config/shown-value.js';
import { packageVersion } from '../process/package.js';
import { storeLocation } from '../store/location.js';
import { getSealed } from '../wallets/find.js';

/** The settings that these reports show. */
type ReportedSettings = Pick<Config, 'store' | 'network' | 'password' | 'secrets' | 'envFile' | 'cloudUrl'>;

export interface ReportParts {
  readonly config: ReportedSettings;
  store(): Promise<Pick<Store, 'wallets'>>;
}

/** The `report` of Tatum KMS: what kinds of wallets these are, without opening a secret. An unknown one is a warning. */
export async function walletReport(
  { config, store }: ReportParts,
  ids: readonly string[],
): Promise<Record<string, unknown>> {
  const wallets: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const id of ids) {
    try {
      const { signatureId, kind, chain, network } = await getSealed(store, id);
      const type = ({ hd: 'MNEMONIC', key: 'PRIVATE_KEY', remote: 'ELSEWHERE' } as const)[kind];
      wallets[signatureId] = { type, chain, testnet: network === 'testnet' };
    } catch (thrown) {
      warnings.push(asCustosError(thrown).message);
    }
  }
  return {
    system: {
      kmsVersion: packageVersion(),
      nodeVersion: process.version,
      store: { type: config.password.source.toUpperCase(), exists: await storeExists(storeLocation(config)) },
    },
    wallets,
    apiKey: setOrNot(config.secrets.has('apiKey')),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** The `checkconfig` of Tatum KMS: `NAME : value`, secrets as set or not set only. */
export async function checkConfigLines(config: ReportedSettings): Promise<readonly string[]> {
  const services = config.secrets.services();
  return [
    `Version : ${packageVersion()}`,
    `Wallet file path : ${shownValue(config.store)}`,
    `Wallet exists : ${await storeExists(storeLocation(config))}`,
    `Wallet store type : ${config.password.source.toUpperCase()}`,
    `Environment vars file : ${config.envFile}`,
    `TATUM_API_KEY : ${setOrNot(config.secrets.has('apiKeyVariable'))}`,
    `TATUM_API_URL : ${shownValue(config.cloudUrl)}`,
    `TATUM_KMS_PASSWORD : ${setOrNot(config.secrets.has('password'))}`,
    ...passwordSourceVariables.map((name) => `${name} : ${setOrNot((services[name] ?? '') !== '')}`),
  ];
}

function setOrNot(isSet: boolean): string {
  return isSet ? 'set' : 'not set';
}
