import type { SignerFacts } from '../chain/codec.js';
import type { Effect } from '../chain/effect.js';
import type { Summary } from '../chain/summary.js';
import type { ErrorCode } from '../errors.js';
import type { ChainId, Network } from '../ids.js';
import type { BudgetCharge } from '../store/budgets.js';
import type { PendingTransaction } from './pending.js';
import type { Wallet } from './wallet.js';

/** The question to a judge: one decoded transaction, with everything known about it before it is signed. Holds no secret. */
export interface Question {
  readonly pending: PendingTransaction;
  readonly chain: ChainId;
  readonly network: Network;
  /** Public halves of the wallets that sign. */
  readonly wallets: readonly Wallet[];
  /** The public side of all keys, the sender's first. */
  readonly signers: readonly SignerFacts[];
  /** Addresses of those that sign (`signingAddresses`). */
  readonly signedBy: readonly string[];
  /** Address of the first key: the account that pays. */
  readonly sender: string;
  /** The form that will be signed. */
  readonly completed: string;
  /** SHA-256 of `completed` in 64 hexadecimal digits (`digestOf`); the signer signs only this. */
  readonly digest: string;
  /** What `completed` does, decoded here: amounts, receivers, fee, hazards. */
  readonly summary: Summary;
  /** Everything that it does, as signed: texts in it are foreign until shown. */
  readonly effects: readonly Effect[];
  /** Which making of its bytes it is: `0`, and one more each time that its bytes were proved dead or belong to another transaction. */
  readonly attempt: string;
}

/**
 * What a judge knows of budgets. `unused`: it may judge as if nothing had been charged, because its charges are reserved within their
 * limits before anything is signed; if they do not fit, it is asked again. `used`: it asks what was charged.
 */
export type BudgetLook = 'unused' | 'used';

/** `allow`: go on. `hold`: not now, ask again later. `deny`: no, until a person retries the transaction. */
export type Verdict =
  /** With what has to be reserved of budgets before it is signed. */
  | { readonly kind: 'allow'; readonly charges?: readonly BudgetCharge[] }
  | {
      readonly kind: 'hold';
      readonly rule: string;
      readonly reason: string;
      readonly because: HoldCause;
      /** Set where the answer itself proved wrong. */
      readonly distrust?: Distrust;
    }
  | {
      readonly kind: 'deny';
      readonly rule: string;
      readonly reason: string;
      /** Where a code of its own says it better than JUDGE_DENIED. */
      readonly code?: Extract<ErrorCode, 'OWNER_SPENT'>;
    };

/** `silent`: no answer came. `undecided`: the judge has not decided yet. `invalid`: what it answered decides nothing. */
export type HoldCause = 'silent' | 'undecided' | 'invalid';

/** What is wrong with an answer: it is about something else, not from the right service, or old. */
export type Distrust = 'digest' | 'nonce' | 'signature' | 'time' | 'unsigned';

/** Decides about one decoded transaction. A throw is a no. */
export interface Judge {
  /** In errors, logs and metrics. */
  readonly name: string;
  /** Whether it has a say about these wallets now; absent: always. A judge without one is not asked. */
  applies?(wallets: () => readonly Wallet[]): Promise<boolean>;
  /** It has its question recorded itself before it asks others. Any other judge is asked only about what is on the disk. */
  readonly recordsBeforeAsking?: true;
  /** @param record - puts what is asked about on the disk */
  decide(question: Question, look?: BudgetLook, record?: () => Promise<void>): Promise<Verdict>;
}
