import { CustosClientError } from './errors.js';
import { hexOf } from './evm-forms.js';
import { type SigningWallet, signingWallet, type WalletOptions } from './signing-wallet.js';

/** A transaction of @solana/kit, as far as it is used. */
interface KitTransaction {
  readonly messageBytes: { readonly length: number; readonly [index: number]: number };
}

/** A transaction of @solana/web3.js 1: the old form, or that with a version. */
type Web3Transaction =
  | { serializeMessage(): Uint8Array }
  | { readonly message: { serialize(): Uint8Array }; readonly version: unknown };

/** @typeParam A - `Address` of @solana/kit   @typeParam B - `SignatureBytes` of @solana/kit */
export interface SolanaSigner<A extends string = string, B extends Uint8Array = Uint8Array> {
  readonly address: A;
  /** A `TransactionSendingSigner` of @solana/kit. */
  signAndSendTransactions(
    transactions: readonly KitTransaction[],
    config?: { readonly abortSignal?: AbortSignal },
  ): Promise<readonly B[]>;
  /** For @solana/web3.js 1. Resolves to the signature, in base58, when the network has it. */
  sendTransaction(transaction: Web3Transaction): Promise<string>;
  /** Signs a text as an off-chain message, so that it can be no transaction. Resolves to base58. */
  signOffchainMessage(text: string): Promise<string>;
}

/**
 * A signer for @solana/kit and @solana/web3.js 1. Custos puts the latest blockhash into a message, so it signs and sends what
 * this wallet pays and signs alone; bytes that others signed before would change below their signatures.
 * @throws CustosClientError CLIENT_OPTIONS; CustosApiError, CustosConnectionError
 */
export async function solanaSigner<A extends string = string, B extends Uint8Array = Uint8Array>(
  options: WalletOptions,
): Promise<SolanaSigner<A, B>> {
  const wallet = await signingWallet(options);
  return {
    // The server's address is one, and its signatures have 64 bytes: the names of these types are those of the kit.
    address: wallet.address as A,
    async signAndSendTransactions(transactions, { abortSignal } = {}) {
      const signatures: B[] = [];
      // One after another: a later one may spend what an earlier one brings.
      for (const { messageBytes } of transactions) {
        const text = await sent(wallet, Uint8Array.from({ ...messageBytes, length: messageBytes.length }), abortSignal);
        signatures.push(signatureBytes(text) as B);
      }
      return signatures;
    },
    async sendTransaction(transaction) {
      return sent(
        wallet,
        'serializeMessage' in transaction ? transaction.serializeMessage() : transaction.message.serialize(),
      );
    },
    signOffchainMessage: (text) => wallet.sign({ kind: 'message', text }),
  };
}

function sent(wallet: SigningWallet, message: Uint8Array, signal?: AbortSignal): Promise<string> {
  return wallet.send(JSON.stringify({ txData: hexOf(message).slice(2) }), signal);
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const SIGNATURE_BYTES = 64;

/** The 64 bytes of a signature in base58. @throws CustosClientError UNREADABLE */
export function signatureBytes(text: string): Uint8Array {
  const digits = [...text].map((letter) => alphabet.indexOf(letter));
  const zeros = digits.findIndex((digit) => digit !== 0);
  const number = digits.reduce((sum, digit) => sum * 58n + BigInt(digit), 0n);
  const hex = number === 0n ? '' : number.toString(16);
  const bytes = (hex.padStart(hex.length + (hex.length % 2), '0').match(/../g) ?? []).map((pair) =>
    Number.parseInt(pair, 16),
  );
  const all = [...new Array<number>(zeros < 0 ? digits.length : zeros).fill(0), ...bytes];
  if (text.length <= 2 * SIGNATURE_BYTES && !digits.includes(-1) && all.length === SIGNATURE_BYTES)
    return Uint8Array.from(all);
  throw new CustosClientError('UNREADABLE', 'the answer of the server is not a signature of Solana');
}
