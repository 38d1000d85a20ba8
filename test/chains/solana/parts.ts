import { type AddressLookupTableAccount, PublicKey, TransactionInstruction, TransactionMessage } from '@solana/web3.js';
import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import { solana } from '../../../src/chains/solana/index.js';
import { programs } from '../../../src/chains/solana/programs/ids.js';
import { keyOf } from '../signing.js';

export const key = keyOf(solana);
export const thief = keyOf(solana, 0x33).address;
export const other = keyOf(solana, 0x44).address;
export const mint = keyOf(solana, 0x55).address;
/** The wallet's account of the token. */
export const ours = associatedTokenAddress(key.address, mint, programs.token);
export const blockhash = '22P7aiJEXM5dffbD9CGRWNT88KgomkogFACVqcDdsxR2';
/** The wallet as it signs. */
export const me = `+${key.address}`;

export const u32 = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
export const u64 = (value: bigint | number) => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
export const bytesOf = (address: string) => [...new PublicKey(address).toBytes()];
export const seed = [...u64(1), 120];

/** An instruction; `+` before an account makes it a signer. */
export type Parts = readonly [program: string, accounts: readonly string[], data: readonly number[]];

export const by =
  (program: string) =>
  (accounts: readonly string[], ...data: readonly number[]): Parts => [program, accounts, data];
export const system = by(programs.system);
export const token = by(programs.token);
export const token22 = by(programs.token2022);
export const stake = by(programs.stake);
export const vote = by(programs.vote);
export const loader = by(programs.loader);

interface Making {
  readonly tables?: AddressLookupTableAccount[] | undefined;
  readonly payer?: string;
  /** Accounts that may be written; all of them unless it is said. */
  readonly isWritable?: (account: string) => boolean;
}

/** The completed form of a message. */
export function completedFrom(
  instructions: readonly Parts[],
  { tables, payer = key.address, isWritable = () => true }: Making = {},
): string {
  const message = new TransactionMessage({
    payerKey: new PublicKey(payer),
    recentBlockhash: blockhash,
    instructions: instructions.map(([program, accounts, data]) => {
      const keys = accounts.map((text) => ({
        pubkey: new PublicKey(text.replace('+', '')),
        isSigner: text.startsWith('+'),
        isWritable: isWritable(text),
      }));
      return new TransactionInstruction({ programId: new PublicKey(program), keys, data: Buffer.from(data) });
    }),
  });
  const bytes = (tables ? message.compileToV0Message(tables) : message.compileToLegacyMessage()).serialize();
  return JSON.stringify({ txData: Buffer.from(bytes).toString('hex'), slot: '1', lastValidBlockHeight: '150' });
}
