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
    about: 'say how many wallets an owner may have, or how many requests a minute',
    options: [
      { flags: '--none', about: 'the owner has no such limit any more' },
      { flags: '--requests', about: 'limit requests a minute to the API that are made for the owner alone' },
      tenantOption,
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await owners()).limit,
  },
];
