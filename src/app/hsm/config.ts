import { resolve } from 'node:path';
import type { Environment, SettingsReader } from '../config/reader.js';

/** Settings for keys that tokens and key services hold. The PIN is one of `Secrets`. */
export interface HsmConfig {
  /** File with the PIN in its first line. */
  readonly pinFile?: string;
  /** Variables by which PKCS#11 modules find their configuration: the whole environment of an HSM process. */
  readonly environment: Environment;
}

/** Variables of the usual modules: SoftHSM, YubiHSM, Luna, nShield, Utimaco, CloudHSM, p11-kit, and where the system's libraries look. */
const moduleVariables =
  /^(SOFTHSM2_CONF|YUBIHSM_PKCS11_(CONF|DBG)|ChrystokiConfigurationPath|(CKNFAST|NFAST)_\w+|CS_PKCS11_R[23]_CFG|CLOUDHSM_\w+|P11_KIT_\w+|OPENSC_CONF|HOME|LANG|TZ|TMPDIR)$/;

export function readHsmConfig(read: SettingsReader, environment: Environment): HsmConfig {
  const pinFile = read.setting('hsmPinFile')?.value;
  const given = read.setting('hsmEnvironment');
  const named = (given?.value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of named) {
    if (/^\w{1,100}$/.test(name) && !/^(CUSTOS|TATUM)_|^NODE_|^LD_/.test(name)) continue;
    read.refuse(given?.from ?? '', `${given?.from} takes names of variables of PKCS#11 modules, and no others`);
  }
  const passed = Object.entries(environment).filter(([name]) => moduleVariables.test(name) || named.includes(name));
  return {
    ...(pinFile !== undefined && { pinFile: resolve(pinFile) }),
    environment: Object.fromEntries(passed),
  };
}
