import { recordOf } from './answers.js';
import { CustosClientError } from './errors.js';
import { type Hex, hexOf, onChain, requireHex, typedDataText, unsignedOf } from './evm-forms.js';
import { type SigningWallet, signingWallet, type WalletOptions } from './signing-wallet.js';

/** What viem's `toAccount` takes. */
interface CustosAccount {
  readonly address: Hex;
  /** Needs the scope `hashes:sign`, and a server that allows it. */
  sign(parameters: { readonly hash: Hex }): Promise<Hex>;
  signMessage(parameters: { readonly message: string | { readonly raw: Hex | Uint8Array } }): Promise<Hex>;
  signTypedData(parameters: object): Promise<Hex>;
  /** The bytes are handed out: their number stays taken until they are seen in the chain. */
  signTransaction(transaction: object): Promise<Hex>;
}

/** What viem's `extend` takes; it wants a type with an index, which an interface has not. */
type CustosActions = {
  /** Has Custos number, sign and send it. `writeContract` and `deployContract` use it, too. */
  sendTransaction(parameters: object): Promise<Hex>;
};

/** An account and actions for viem. */
export interface ViemWallet {
  readonly account: CustosAccount;
  /** For `createWalletClient(…).extend(actions)`: without them viem would number and send by itself, past policy and journal. */
  actions(client?: object): CustosActions;
}

/** @throws CustosClientError CLIENT_OPTIONS; CustosApiError, CustosConnectionError */
export async function viemWallet(options: WalletOptions): Promise<ViemWallet> {
  const wallet = await signingWallet(options);
  return {
    account: accountOf(wallet),
    actions: (client) => ({
      sendTransaction: async (parameters) =>
        requireHex(await wallet.send(unsignedOf(askedFor(parameters, { client, wallet })))),
    }),
  };
}

interface Asking {
  readonly client: object | undefined;
  readonly wallet: SigningWallet;
}

/** What viem would send: to the chain of the client, if none is named, and with the suffix of the client. */
function askedFor(parameters: object, { client, wallet }: Asking): object {
  const own = recordOf(client);
  const { account, chain = own['chain'], dataSuffix = own['dataSuffix'], ...transaction } = recordOf(parameters);
  const payer = typeof account === 'string' ? account : recordOf(account)['address'];
  if (payer !== undefined && String(payer).toLowerCase() !== wallet.address.toLowerCase()) {
    throw new CustosClientError('CLIENT_OPTIONS', 'the account is not that of the wallet');
  }
  const suffix = typeof dataSuffix === 'string' ? dataSuffix : recordOf(dataSuffix)['value'];
  const { data = '0x' } = transaction;
  const whole = suffix === undefined ? {} : { data: `${String(data)}${requireHex(String(suffix)).slice(2)}` };
  return onChain({ ...transaction, ...whole }, recordOf(chain)['id']);
}

function accountOf(wallet: SigningWallet): CustosAccount {
  const signed = async (content: Parameters<SigningWallet['sign']>[0]) => requireHex(await wallet.sign(content));
  return {
    address: requireHex(wallet.address),
    sign: ({ hash }) => signed({ kind: 'hash', hash }),
    signMessage({ message }) {
      if (typeof message === 'string') return signed({ kind: 'message', text: message });
      const { raw } = message;
      return signed({ kind: 'message', bytes: typeof raw === 'string' ? raw : hexOf(raw) });
    },
    signTypedData(parameters) {
      const { domain, types, primaryType, message } = recordOf(parameters);
      const data = { domain: recordOf(domain), types: recordOf(types), primaryType: String(primaryType), message };
      return signed({ kind: 'typed-data', typedData: typedDataText(data) });
    },
    signTransaction: async (transaction) => requireHex(await wallet.signTransaction(unsignedOf(transaction))),
  };
}
