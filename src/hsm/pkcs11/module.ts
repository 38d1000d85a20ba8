import { createRequire } from 'node:module';
import { CustosError } from '../../core/errors.js';
import { asKeyError } from './faults.js';

/** A handle of a slot, a session or an object. */
export type Handle = Buffer;

interface Attribute {
  readonly type: number;
  readonly value?: Buffer | number | boolean | string;
}

interface Mechanism {
  readonly mechanism: number;
  readonly parameter?: unknown;
}

/** The functions of the package `pkcs11js` that are used here, named as in the specification. */
export interface Pkcs11 {
  load(path: string): void;
  C_Initialize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): {
    readonly label: string;
    readonly manufacturerID: string;
    readonly model: string;
    readonly serialNumber: string;
  };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_Login(session: Handle, userType: number, pin?: string): void;
  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void;
  C_FindObjects(session: Handle, most: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: readonly Attribute[]): { readonly value: Buffer }[];
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Sign(session: Handle, data: Buffer, out: Buffer): Buffer;
  C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Encrypt(session: Handle, data: Buffer, out: Buffer): Buffer;
  C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Decrypt(session: Handle, data: Buffer, out: Buffer): Buffer;
  C_GenerateRandom(session: Handle, out: Buffer): Buffer;
}

export interface Pkcs11Package {
  readonly PKCS11: new () => Pkcs11;
  readonly CK_PARAMS_AES_GCM: number;
}

/**
 * Loads the package, which is not part of Custos: it is native code that is built where it is installed.
 * @throws CustosError KEY_MODULE_MISSING
 */
export function loadPackage(): Pkcs11Package {
  try {
    return createRequire(import.meta.url)('pkcs11js') as Pkcs11Package;
  } catch (cause) {
    const hint =
      'install it beside Custos (`npm install -g pkcs11js`), with its install script allowed, and a C++ compiler';
    throw new CustosError('KEY_MODULE_MISSING', 'the package pkcs11js is not installed, or was not built', {
      hint,
      cause,
    });
  }
}

/** Loads a module of the system into this process and starts it. @throws CustosError KEY_MODULE_MISSING, KEY_UNREACHABLE */
export function loadModule({ PKCS11 }: Pkcs11Package, path: string): Pkcs11 {
  const module = new PKCS11();
  try {
    module.load(path);
  } catch (cause) {
    throw new CustosError('KEY_MODULE_MISSING', `the PKCS#11 module ${path} cannot be loaded`, { cause });
  }
  asKeyError(() => module.C_Initialize());
  return module;
}
