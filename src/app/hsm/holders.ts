import { asCustosError, CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { Pkcs11Uri } from '../../core/signing/key-uri.js';
import { createKeyHolders, type KeyHolders, type KeyHoldersOptions } from '../../hsm/key-holders.js';
import type { Config } from '../config/config.js';
import { hsmProgram } from '../signer/program.js';

/** What tells how tokens and key services are reached. */
interface HolderMeans {
  readonly config: Pick<Config, 'hsm' | 'secrets' | 'proxies'>;
  /** Gets a warning about a file that others may read. */
  readonly warn?: (text: string) => void;
  /** Asks for a PIN that no setting gives. */
  readonly askPin?: (token: string) => Promise<string>;
}

/** Keys outside, as the settings say; no process starts before the first question. The caller closes them. */
export function keyHolders(means: HolderMeans): KeyHolders {
  return createKeyHolders(holderOptions(means));
}

/**
 * How `createKeyHolders` reaches tokens and key services, as the settings say. The PIN of a token: the file of `pin-source` in the
 * address of the key, CUSTOS_HSM_PIN, the file of --hsm-pin-file, a question; without any of them the token is used without one.
 */
function holderOptions({ config, warn = () => undefined, askPin }: HolderMeans): KeyHoldersOptions {
  const { hsm, secrets, proxies } = config;
  return {
    start(service) {
      const program = hsmProgram(service);
      if (service === 'token') return { ...program, environment: hsm.environment };
      const settings = {
        services: secrets.services(),
        proxies: proxies.variables,
        proxyLoopback: proxies.loopback,
      };
      return { ...program, environment: {}, settings };
    },
    async pin(uri) {
      if (uri.pinFile !== undefined) return pinFromFile(uri.pinFile, warn);
      const given = secrets.copy('hsmPin');
      if (given !== undefined) return given;
      if (hsm.pinFile !== undefined) return pinFromFile(hsm.pinFile, warn);
      return askPin === undefined ? undefined : Secret.text(await askPin(named(uri)));
    },
  };
}

function named({ token, serial, slotId }: Pkcs11Uri): string {
  return token ?? serial ?? (slotId === undefined ? 'the only token' : `slot ${slotId}`);
}

/** @throws CustosError KEY_PIN_WRONG: a key is asked for again when the file is there */
async function pinFromFile(path: string, warn: (text: string) => void): Promise<Secret> {
  const { passwordFromFile } = await import('../../passphrase/file.js');
  try {
    return await passwordFromFile(path, warn);
  } catch (cause) {
    const text = asCustosError(cause).message.replace('the password file', 'the PIN file');
    throw new CustosError('KEY_PIN_WRONG', text, { cause });
  }
}
