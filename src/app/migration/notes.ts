import type { Chain } from '../../core/chain/chain.js';
import type { Wallet } from '../../core/signing/wallet.js';

/** A remark on one wallet. A code in capitals is one of docs/errors.md and keeps the wallet out; any other does not. */
export interface Note {
  readonly code: string;
  readonly message: string;
}

/** Known bugs of the old program with such a wallet, so that its owner can look for the damage. */
export function notesOnOldProgram(chain: Chain, wallet: Wallet): readonly Note[] {
  const found = [typedWords(chain), printedAddress(chain, wallet), oddPath(chain, wallet), foreignKey(chain, wallet)];
  const closed = chain.closedNetwork;
  const gone = closed === undefined ? undefined : { code: 'network-closed', message: `${closed}; the key is kept` };
  return [...found, gone].filter((note) => note !== undefined);
}

function typedWords({ tatum }: Chain): Note | undefined {
  if (tatum?.faults?.ignoresMnemonic !== true) return undefined;
  const message =
    'if this wallet came from `storemanagedwallet`, the old program ignored the mnemonic that was typed and stored a random ' +
    'wallet: this is that random wallet; import the typed mnemonic again with `custos wallet import`';
  return { code: 'typed-mnemonic-ignored', message };
}

function printedAddress({ tatum }: Chain, { kind, network }: Wallet): Note | undefined {
  const [first, second] = tatum?.faults?.printedAddresses?.[network] ?? [];
  if (first === undefined || second === undefined) return undefined;
  const message =
    kind === 'hd'
      ? `\`getaddress\` of the old program printed ${first} for index 0 of every wallet (and ${second} for index 1): these addresses ` +
        "belong to the empty mnemonic, anybody can spend from them, and they are not this wallet's; its own address of index 0 is shown here"
      : `\`generatemanagedprivatekeybatch\` of the old program printed ${second} for every key: anybody can spend from that address, ` +
        "and it is not this key's; its own address is shown here";
  return { code: 'printed-address-wrong', message };
}

function oddPath({ name, tatum }: Chain, { kind, derivation }: Wallet): Note | undefined {
  const path = tatum?.faults?.oddPath;
  if (path === undefined || kind !== 'hd' || derivation !== undefined) return undefined;
  const message =
    `the old program's derivation (${path}) is not that of ${name} wallets; Custos keeps it, ` +
    'but another wallet does not find the funds by this mnemonic';
  return { code: 'derivation-not-standard', message };
}

function foreignKey({ tatum }: Chain, { kind }: Wallet): Note | undefined {
  if (kind !== 'key' || tatum?.faults?.printsForeignKey !== true) return undefined;
  const message =
    '`getprivatekey` of the old program printed the key of the empty mnemonic for wallets of a private key, the same for all: ' +
    'it is not the key of this wallet, and anybody has it';
  return { code: 'printed-key-wrong', message };
}
