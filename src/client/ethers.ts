import { recordOf } from './answers.js';
import { CustosClientError } from './errors.js';
import { hexOf, onChain, primaryTypeOf, requireHex, typedDataText, unsignedOf } from './evm-forms.js';
import { pause } from './pause.js';
import { type SigningWallet, signingWallet, type WalletOptions } from './signing-wallet.js';

/** What is used of a provider of ethers. */
interface Provider {
  getTransaction(hash: string): Promise<unknown>;
  getNetwork(): Promise<{ readonly chainId: bigint }>;
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
  // `connect(null)` of ethers leaves a signer without one.
  const hasProvider = (provider ?? null) !== null;
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
      return requireHex(await wallet.signTransaction(await this.#unsigned(transaction)));
    }

    async sendTransaction(transaction: object): Promise<unknown> {
      if (!hasProvider) throw new CustosClientError('CLIENT_OPTIONS', 'a signer without a provider sends nothing');
      const txId = await wallet.send(await this.#unsigned(transaction));
      for (let look = 0; look < LOOKS; look++) {
        // It was sent: an error of the provider must not look as if it was not.
        const found = await provider.getTransaction(txId).catch(() => null);
        if (found !== null) return found;
        await pause(PERIOD, undefined);
      }
      throw new CustosClientError('UNREACHABLE', `${txId} was sent, but the provider does not know it yet`);
    }

    /** On the chain of the provider, which is that of the application. */
    async #unsigned(transaction: object): Promise<string> {
      const [whole, network] = await Promise.all([
        this.populateCall(transaction),
        hasProvider && provider.getNetwork(),
      ]);
      return unsignedOf(onChain(whole, network ? network.chainId : undefined));
    }
  }
  return new CustosSigner(provider) as unknown as S;
}

type Types = Readonly<Record<string, readonly { readonly type: string }[]>>;

interface EthersBase {
  /** Resolves names and promises, and checks `from`. */
  populateCall(transaction: object): Promise<object>;
}
