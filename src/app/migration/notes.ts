import type { Chain } from '../../core/chain/chain.js';
import type { Wallet } from '../../core/signing/wallet.js';

/** A remark on one wallet. A code in capitals is one of docs/errors.md and keeps the wallet out; any other does not. */
export interface Note {
  readonly code: string;
  readonly message: string;
}

/** Chains whose `getprivatekey` took the empty mnemonic for a wallet that has none (@tatumio/tatum v1). */
const printsForeignKeys: ReadonlySet<string> = new Set(['ETH', 'BSC', 'MATIC', 'CELO', 'KLAY', 'ONE', 'XDC']);
/** Chains on which `storemanagedwallet` threw the typed words away. */
const ignoresWords: ReadonlySet<string> = new Set(['SOL', 'XRP', 'XLM']);
/** Addresses of the empty mnemonic on MultiversX, which everybody can spend from: of index 0 and of index 1. */
const emptyMnemonic = {
  mainnet: [
    'erd1r45ugr3q9wrtftyv3d6wfz9l42wj553l9x6u39q7mqh0pxl5j9tsnde9hx',
    'erd1ne5patcf98asmalr9ueqxx5vlmy5725pm3p2asckp4wft0xl3ars64gh8s',
  ],
  testnet: [
    'erd1yqt755wvr33vpr6586smn7mpq4jx365kpd353qfd2xuy5vwaa9ts3r69sj',
    'erd1mdzfn7n8up8ckddaqs7jsg227t6sftt49dqxw6gckc7ry5vdycrsj0ugm5',
  ],
} as const;

/** What the old program is known to have done wrong with such a wallet, so that its owner can look for the damage. */
export function notesOnOldProgram(chain: Chain, wallet: Wallet): readonly Note[] {
  const found = [typedWords(chain), multiversx(chain, wallet), cardano(chain, wallet), foreignKey(chain, wallet)];
  const closed = chain.closedNetwork;
  const gone = closed === undefined ? undefined : { code: 'network-closed', message: `${closed}; the key is kept` };
  return [...found, gone].filter((note) => note !== undefined);
}

function typedWords({ id }: Chain): Note | undefined {
  if (!ignoresWords.has(id)) return undefined;
  const message =
    'if this wallet came from `storemanagedwallet`, the old program ignored the mnemonic that was typed and stored a random ' +
    'wallet: this is that random wallet, and what lies under the typed mnemonic must be imported anew with `custos wallet import`';
  return { code: 'typed-mnemonic-ignored', message };
}

function multiversx({ id }: Chain, { kind, network }: Wallet): Note | undefined {
  if (id !== 'EGLD') return undefined;
  const [first, second] = emptyMnemonic[network];
  const message =
    kind === 'hd'
      ? `\`getaddress\` of the old program printed ${first} for index 0 of every wallet (and ${second} for index 1): these addresses ` +
        "belong to the empty mnemonic, anybody can spend from them, and they are not this wallet's; its own address of index 0 is shown here"
      : `\`generatemanagedprivatekeybatch\` of the old program printed ${second} for every key: anybody can spend from that address, ` +
        "and it is not this key's; its own address is shown here";
  return { code: 'printed-address-wrong', message };
}

function cardano({ id }: Chain, { kind, derivation }: Wallet): Note | undefined {
  if (id !== 'ADA' || kind !== 'hd' || derivation !== undefined) return undefined;
  const message =
    "the old program's derivation (m/1852'/1815'/0'/0'/index, the role hardened) is not that of Cardano wallets; Custos keeps it, " +
    'but another wallet does not find the funds by this mnemonic';
  return { code: 'derivation-not-standard', message };
}

function foreignKey({ id }: Chain, { kind }: Wallet): Note | undefined {
  if (kind !== 'key' || !printsForeignKeys.has(id)) return undefined;
  const message =
    '`getprivatekey` of the old program printed the key of the empty mnemonic for wallets of a private key, the same for all: ' +
    'it is not the key of this wallet, and anybody has it';
  return { code: 'printed-key-wrong', message };
}
