import {
  derivationOption,
  jsonOption,
  keyOption,
  pinOption,
  storeOptions,
  testnetOption,
  weakPasswordOption,
} from './options.js';
import { tenantOption } from './owner-commands.js';
import type { CommandSpec, OptionSpec } from './spec.js';

const wallet = () => import('./commands/wallet.js');
const marks = () => import('./commands/wallets/marks.js');
const states = () => import('./commands/wallets/states.js');
const attached = () => import('./commands/wallets/attach.js');

const tagOption: OptionSpec = { flags: '--tag <tag>', about: 'a tag that policies name; repeatable', many: true };
const ownerOption: OptionSpec = { flags: '--owner <name>', about: 'an owner that policies name' };
const userTokenOption: OptionSpec = {
  flags: '--require-user-token',
  about: 'sign nothing with it without a proof of its owner',
};
const yesOption: OptionSpec = { flags: '--yes', about: 'do not ask for confirmation' };
const idsOption: OptionSpec = { flags: '--ids <file>', about: 'file of signature IDs, one a line' };

/** Options of every command that changes the state of a wallet. */
const stateOptions: readonly OptionSpec[] = [
  { flags: '--reason <text>', about: 'why: it stands in the record' },
  { flags: '--key <file>', about: 'sign here, with your key as `approver key` made it' },
  { flags: '--request-only', about: 'print what persons sign on their own machines, and change nothing' },
  yesOption,
  jsonOption,
  ...storeOptions,
];

/** Commands about wallets. */
export const walletCommands: readonly CommandSpec[] = [
  {
    path: 'wallet create',
    done: 'wallets were made; `custos wallet list` shows them',
    args: '<chain>',
    about: 'make wallets and print their signature IDs',
    options: [
      { flags: '--count <number>', about: 'how many (default 1); several are printed as JSON lines' },
      { flags: '--private-key', about: 'make private-key wallets instead of mnemonic wallets' },
      { flags: '--mnemonic', about: 'make mnemonic wallets, even on chains where a new wallet is a private key' },
      derivationOption,
      { flags: '--label <text>', about: 'your own name for it, stored encrypted' },
      tagOption,
      ownerOption,
      tenantOption,
      userTokenOption,
      testnetOption,
      jsonOption,
      weakPasswordOption,
      ...storeOptions,
    ],
    loadNotes: async () => (await import('../app/wallets/chain-notes.js')).chainNotes().join('\n'),
    unlocks: true,
    load: async () => (await wallet()).create,
  },
  {
    path: 'wallet import',
    done: 'the wallets are imported; `custos wallet list` shows them',
    args: '[chain]',
    about: 'import one secret (hidden prompt or standard input), or many as JSON from standard input',
    options: [
      { flags: '--signature-id <id>', about: 'keep this signature ID' },
      { flags: '--private-key', about: 'the secret is a private key (default: detected from its form)' },
      derivationOption,
      { flags: '--address <address>', about: 'refuse the secret unless it gives this address or xpub' },
      { flags: '--yes', about: 'do not ask for confirmation' },
      { flags: '--label <text>', about: 'your own name for it, stored encrypted' },
      tagOption,
      ownerOption,
      testnetOption,
      jsonOption,
      weakPasswordOption,
      ...storeOptions,
    ],
    notes:
      'Without a chain: the object that `wallet export` prints, or JSON lines with signatureId. Imports all or nothing.',
    unlocks: true,
    load: async () => (await wallet()).importWallet,
  },
  {
    path: 'wallet attach',
    done: 'the wallet is stored; `custos wallet list` shows it',
    args: '<chain>',
    about: 'store a wallet whose key stays in a token or at a key service',
    options: [
      { flags: '--key <uri>', about: 'where the key is: pkcs11:…, awskms:…, gcpkms:… or azurekms:…' },
      { flags: '--address <address>', about: 'refuse the key unless it gives this address' },
      { flags: '--yes', about: 'do not ask for confirmation' },
      pinOption,
      { flags: '--signature-id <id>', about: 'use this signature ID' },
      { flags: '--label <text>', about: 'your own name for it, stored encrypted' },
      tagOption,
      ownerOption,
      tenantOption,
      userTokenOption,
      testnetOption,
      jsonOption,
      weakPasswordOption,
      ...storeOptions,
    ],
    notes:
      'Shows the address of the key before it stores anything, and has the key sign something other than a transaction.',
    unlocks: true,
    load: async () => (await attached()).attach,
  },
  {
    path: 'wallet list',
    about: 'show all wallets without opening a secret',
    options: [
      { flags: '--chain <chain>', about: 'only this chain' },
      { flags: '--tag <tag>', about: 'only with this tag; repeatable: one of them suffices', many: true },
      { flags: '--owner <name>', about: 'only of this owner' },
      { flags: '--tenant <tenant>', about: 'only of this tenant' },
      {
        flags: '--address <address>',
        about: 'only with this address (also of an allotted index)',
      },
      { flags: '--state <states>', about: 'only in these states, separated by commas' },
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await wallet()).list,
  },
  {
    path: 'wallet show',
    args: '<signatureId>',
    about: 'show one wallet, without its secret',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await wallet()).show,
  },
  {
    path: 'wallet address',
    args: '<signatureId> [index]',
    about: 'print an address',
    options: [
      { flags: '--next', about: 'allot the next index, which is given once, and print it with its address' },
      { flags: '--least <index>', about: 'with --next: this index or a higher one' },
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await wallet()).address,
  },
  {
    path: 'wallet export',
    args: '[signatureIds...]',
    about: 'print secrets in clear, as JSON that `wallet import` reads',
    options: [{ flags: '--yes', about: 'do not ask for confirmation' }, ...storeOptions],
    unlocks: true,
    load: async () => (await wallet()).exportWallets,
  },
  {
    path: 'wallet remove',
    done: 'the wallet is removed',
    args: '<signatureId>',
    about: 'remove a wallet; its secret is gone unless you have a backup',
    options: [{ flags: '--yes', about: 'do not ask for confirmation' }, ...storeOptions],
    unlocks: true,
    load: async () => (await wallet()).remove,
  },
  {
    path: 'wallet tag',
    done: 'the wallets have their tags; `custos wallet list` shows them',
    args: '[signatureIds...]',
    about: 'give wallets tags, or take them away; all or none',
    options: [
      { flags: '--add <tag>', about: 'a tag to give; repeatable', many: true },
      { flags: '--remove <tag>', about: 'a tag to take away; repeatable', many: true },
      idsOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await marks()).tag,
  },
  {
    path: 'wallet owner',
    done: 'the wallet has its owner; `custos wallet show` prints it',
    args: '<signatureId> [owner]',
    about: 'say whose a wallet is',
    options: [{ flags: '--none', about: 'the wallet has no owner any more' }, ...storeOptions],
    unlocks: true,
    load: async () => (await marks()).owner,
  },
  {
    path: 'wallet user-token',
    done: 'the wallet was changed; `custos wallet show` prints it',
    args: '<signatureId>',
    about: 'sign nothing with a wallet without a proof of its owner',
    options: [{ flags: '--none', about: 'sign without a proof of the owner again' }, ...storeOptions],
    unlocks: true,
    load: async () => (await marks()).userToken,
  },
  stateCommand('suspend', 'stop a wallet: it signs nothing until it is active again'),
  stateCommand('activate', 'let a wallet sign again'),
  stateCommand('deactivate', 'put a wallet out of use'),
  stateCommand('compromised', 'say that others may know the key: only permits with "sweep" count from then on'),
  stateCommand('destroy', 'delete the secret of a wallet for good'),
  {
    path: 'wallet sign-state',
    args: '<file>',
    about: 'show a request of a state command, sign it with your key, and print the signature',
    options: [keyOption, yesOption],
    notes: 'Needs no store.',
    load: async () => (await states()).sign,
  },
];

type StateWord = 'suspend' | 'activate' | 'deactivate' | 'compromised' | 'destroy';

function stateCommand(word: StateWord, about: string): CommandSpec {
  return {
    path: `wallet ${word}`,
    done: 'the wallet was changed, unless it was only a request; `custos wallet show` prints its state',
    args: '<signatureId> [signatures...]',
    about,
    options: stateOptions,
    unlocks: true,
    load: async () => (await states())[word],
  };
}
