import { hex } from '@scure/base';
import type { SummaryNote } from '../../core/chain/summary.js';
import type { AccountUse, Instruction, SolanaMessage } from './message.js';

/**
 * The whole message in plain text: who pays the fee, the blockhash, the accounts with their rights, and what each program
 * gets. Effects say what it means; this is what is signed.
 */
export function notesOf(message: SolanaMessage, instructions: readonly Instruction[]): readonly SummaryNote[] {
  const { version, blockhash, signers, accounts, lookups } = message;
  const note = (name: string, value: string) => ({ name, value });
  return [
    note('version', version),
    note('feePayer', signers[0] ?? ''),
    note('blockhash', blockhash),
    note('accounts', accounts.map(named).join(', ')),
    ...lookups.map(({ table, writable, readonly }) =>
      note(`table ${table}`, `${writable.join(' ')}; ${readonly.join(' ')}`),
    ),
    ...instructions.map(({ program, data, accounts: used }, at) => {
      const names = used.map(({ address }) => address).join(' ');
      return note(`instruction ${at + 1}`, `${program} ${hex.encode(data)} ${names}`);
    }),
  ];
}

/** An account with its rights, one letter each: signs, may be written. */
function named({ address, isSigner, isWritable }: AccountUse): string {
  const rights = `${isSigner ? 's' : ''}${isWritable ? 'w' : ''}`;
  return rights === '' ? address : `${address} (${rights})`;
}
