import { recordOf } from './answers.js';
import { CustosClientError } from './errors.js';
import { hexOf, primaryTypeOf, requireHex, typedDataText, unsignedOf } from './evm-forms.js';
import { pause } from './pause.js';
import { type SigningWallet, signingWallet, type WalletOptions } from './signing-wallet.js';

/** What is used of a provider of ethers. */
interface Provider {
  getTransaction(hash: string): Promise<unknown>;
}

/** The class `AbstractSigner` of ethers 6, as far as it is used. */
type AbstractSigner<P, S> = abstract new (provider: P) => S;

export interface EthersOptions<P, S> extends WalletOptions {
  /** The class of your ethers: this adapter brings none. */
  readonly AbstractSigner: AbstractSigner<P, S>;
  readonly provider: P;
}

/** Milliseconds between two looks at a node that does not know yet what was sent. */
const PERIOD = 200;
const LOOKS = 150;

/**
 * A signer for ethers 6. It has Custos number, sign and send each transaction, so that none goes past policy and journal.
 * @throws CustosClientError CLIENT_OPTIONS; CustosApiError, CustosConnectionError
 */
export async function ethersSigner<P extends Provider, S>(options: EthersOptions<P, S>): Promise<S> {
  const wallet = await signingWallet(options);
  return signerOf(wallet, options);
}

function signerOf<P extends Provider, S>(
  wallet: SigningWallet,
  { AbstractSigner: Base, provider }: Pick<EthersOptions<P, S>, 'AbstractSigner' | 'provider'>,
): S {
  // The class below has every member that the abstract one lacks.
  const Parent = Base as unknown as new (provider: P) => EthersBase;
  class CustosSigner extends Parent {
    async getAddress(): Promise<string> {
      return wallet.address;
    }

    connect(other: P): S {
      return signerOf(wallet, { AbstractSigner: Base, provider: other });
    }

    async signMessage(message: string | Uint8Array): Promise<string> {
      const content = typeof message === 'string' ? { text: message } : { bytes: hexOf(message) };
      return requireHex(await wallet.sign({ kind: 'message', ...content }));
    }

    async signTypedData(domain: object, types: Types, message: unknown): Promise<string> {
      const primaryType = primaryTypeOf(types);
      const typedData = typedDataText({ domain: recordOf(domain), types, primaryType, message });
      return requireHex(await wallet.sign({ kind: 'typed-data', typedData }));
    }

    async signTransaction(transaction: object): Promise<string> {
      return requireHex(await wallet.signTransaction(unsignedOf(await this.populateCall(transaction))));
    }

    async sendTransaction(transaction: object): Promise<unknown> {
      const txId = await wallet.send(unsignedOf(await this.populateCall(transaction)));
      for (let look = 0; look < LOOKS; look++) {
        const found = await provider.getTransaction(txId);
        if (found !== null) return found;
        await pause(PERIOD, undefined);
      }
      throw new CustosClientError('UNREACHABLE', `${txId} was sent, but the provider does not know it yet`);
    }
  }
  return new CustosSigner(provider) as unknown as S;
}

type Types = Readonly<Record<string, readonly { readonly type: string }[]>>;

interface EthersBase {
  /** Resolves names and promises, and checks `from`. */
  populateCall(transaction: object): Promise<object>;
}
