import type { NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { EvmNodeForm } from './inclusion.js';
import { numberTaken } from './taken-nonce.js';

/**
 * Another transaction has the number, or is said to: geth, reth, anvil and Klaytn "nonce too low", Nethermind "OldNonce", Besu
 * "Nonce too low", OpenEthereum "Transaction nonce is too low", Cosmos SDK "invalid nonce; got 3, expected 5: invalid sequence".
 */
const isAboutNumber =
  /nonce( is)? ?(too low|has already been used)|old ?nonce|invalid nonce|nonce_too_low|invalid sequence|account sequence mismatch/i;

/**
 * Refused for what passes: another transaction with the number waits and pays more, numbers before are missing, the pool is
 * full, or the price of a block is above the cap at the moment.
 */
const passing = [
  /replacement|future transaction tries to replace|same nonce|there is another transaction/i,
  /nonce( is)? ?too (high|distant|far)|nonce_too_(high|distant|far)|nonce gap|gapped|future nonce|already reserved/i,
  /pool.{0,40}(full|limit|overflow)|account limit|in-?flight transaction limit|fee ?too ?low ?to ?compete/i,
  /base ?fee|max fee per gas|insufficient fee|gas prices too low/i,
];

/**
 * What the words of a node of the Ethereum family mean, when it does not know the bytes.
 * @throws CustosError NODE_*
 */
export async function evmRefusal(
  { form, recorded, words }: { form: EvmNodeForm; recorded: RecordedTransaction; words: string },
  node: NodeClient,
): Promise<'later' | 'final'> {
  if (!isAboutNumber.test(words)) return passing.some((words_) => words_.test(words)) ? 'later' : 'final';
  const taken = await takenOrUntold(form, recorded, node);
  // Seen by one node and not by another, or in a block that may still be thrown out: nothing is decided yet.
  return taken === 'free' || taken === 'unsettled' || taken === 'own' ? 'later' : 'final';
}

async function takenOrUntold(form: EvmNodeForm, recorded: RecordedTransaction, node: NodeClient) {
  try {
    return await numberTaken(form, recorded, node);
  } catch (error) {
    // What does not let itself be asked will not do so later.
    if (error instanceof CustosError && error.code === 'NODE_REFUSED') return 'untold';
    throw error;
  }
}
