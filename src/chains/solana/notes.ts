import { hex } from '@scure/base';
import type { SummaryNote } from '../../core/chain/summary.js';
import type { AccountUse, Instruction, SolanaMessage } from './message.js';

/**
 * The whole message in plain letters: who pays the fee, when it was made, which accounts it names with which rights, and what
 * each program is given. Effects tell what it means; this is what is signed.
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

/** With its rights in one letter each: signs, may be written. */
function named({ address, isSigner, isWritable }: AccountUse): string {
  const rights = `${isSigner ? 's' : ''}${isWritable ? 'w' : ''}`;
  return rights === '' ? address : `${address} (${rights})`;
}
