import { CustosError } from '../core/errors.js';
import { daemonOptions, storeOptions, testnetOption } from './options.js';
import type { CommandSpec, Run } from './spec.js';

const tatum = () => import('./commands/tatum.js');
/** Scripts pass the same flags to every command, needed or not, because Tatum KMS has one list for all. */
const otherFlags = daemonOptions
  .filter((option) => option !== testnetOption && !storeOptions.includes(option))
  .map((option) => ({ ...option, hidden: true as const }));
const options = [testnetOption, ...storeOptions, ...otherFlags];

/** Scripts for that program already have their passwords, so a weak one only causes a warning here. */
const given = { weakPassword: true };

/** The title of Tatum KMS in its help. Scripts search for it to see whether the program is installed. */
export const TATUM_TITLE = 'Tatum KMS - Key Management System for Tatum-powered apps.';

/** Prints what scripts search for after an unknown chain, in addition to our own error. */
function spoken(load: () => Promise<Run>): () => Promise<Run> {
  return async () => {
    const run = await load();
    return async (call) => {
      try {
        return await run(call);
      } catch (error) {
        const isUnknown = error instanceof CustosError && error.code === 'CHAIN_UNKNOWN';
        if (isUnknown) call.out.note('Error: Unsupported blockchain.');
        throw error;
      }
    };
  };
}

/** The drop-in table: every command of Tatum KMS under its own name, with the output that scripts expect. `daemon` is the same in both. */
export const tatumCommands: readonly CommandSpec[] = [
  {
    path: 'generatewallet',
    args: '<chain>',
    about: 'print a new wallet without keeping it',
    options,
    given,
    load: spoken(async () => (await tatum()).generateWalletOnly),
  },
  {
    path: 'generatemanagedwallet',
    done: 'wallets were made; `custos wallet list` shows them',
    args: '<chain>',
    about: '= wallet create',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).generateManagedWallet),
  },
  {
    path: 'storemanagedwallet',
    done: 'wallets were made; `custos wallet list` shows them',
    args: '<chain>',
    about: '= wallet import, a mnemonic',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).storeManagedWallet),
  },
  {
    path: 'storemanagedprivatekey',
    done: 'wallets were made; `custos wallet list` shows them',
    args: '<chain>',
    about: '= wallet import --private-key',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).storeManagedPrivateKey),
  },
  {
    path: 'generatemanagedprivatekeybatch',
    done: 'wallets were made; `custos wallet list` shows them',
    args: '<chain> <count>',
    about: '= wallet create --private-key --count',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).generateManagedPrivateKeyBatch),
  },
  {
    path: 'getmanagedwallet',
    args: '<signatureId>',
    about: 'print a wallet with its secret',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).getManagedWallet),
  },
  {
    path: 'getprivatekey',
    args: '<signatureId> [index]',
    about: 'print a private key',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).getPrivateKey),
  },
  {
    path: 'getaddress',
    args: '<signatureId> [index]',
    about: '= wallet address --json',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).getAddress),
  },
  {
    path: 'removewallet',
    done: 'the wallet is removed',
    args: '<signatureId>',
    about: '= wallet remove --yes',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).removeWallet),
  },
  {
    path: 'export',
    about: '= wallet export --yes',
    options,
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).exportAll),
  },
  {
    path: 'report',
    args: '<signatureIds>',
    about: 'print the kinds of wallets, separated by commas, and warnings',
    options: [...daemonOptions],
    unlocks: true,
    given,
    load: spoken(async () => (await tatum()).report),
  },
  {
    path: 'checkconfig',
    about: 'print the configuration; secrets as set or not set',
    options,
    given,
    load: spoken(async () => (await tatum()).checkConfig),
  },
];
