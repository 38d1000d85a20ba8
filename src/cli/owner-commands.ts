import { jsonOption, storeOptions } from './options.js';
import type { CommandSpec, OptionSpec } from './spec.js';

const owners = () => import('./commands/wallets/owners.js');

/** Whose owner or wallet it is. */
export const tenantOption: OptionSpec = { flags: '--tenant <tenant>', about: 'the tenant (default: default)' };

/** Commands about owners of wallets. */
export const ownerCommands: readonly CommandSpec[] = [
  {
    path: 'owner list',
    about: 'show the owners of wallets',
    options: [{ flags: '--tenant <tenant>', about: 'only of this tenant' }, jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await owners()).list,
  },
  {
    path: 'owner show',
    args: '<owner>',
    about: 'show one owner, and how many wallets they have',
    options: [tenantOption, jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await owners()).show,
  },
  {
    path: 'owner wallets',
    args: '<owner>',
    about: 'show the wallets of one owner',
    options: [tenantOption, jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await owners()).wallets,
  },
  {
    path: 'owner limit',
    args: '<owner> [number]',
    done: 'the owner has the limit; `custos owner show` prints it',
    about: 'say how many wallets an owner may have, how many requests a minute, or what they may spend',
    options: [
      { flags: '--none', about: 'the owner has no such limit any more' },
      { flags: '--requests', about: 'limit requests a minute to the API that are made for the owner alone' },
      {
        flags: '--spend <chain>',
        about: 'limit what the owner spends of a coin in 24 hours, in whole coins with fees',
      },
      { flags: '--token <token>', about: 'with --spend: of this token, and not of the coin' },
      { flags: '--decimals <number>', about: 'with --token: how many decimals it has' },
      { flags: '--each', about: 'with --spend: in one transaction, and not in 24 hours' },
      tenantOption,
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await owners()).limit,
  },
];
