import type { Transaction } from '../../src/client/operations.js';
import { shortened } from '../format.js';
import { linkTo } from '../route.js';
import { Foreign, Moment, State } from './shown.js';

/** One transaction in a list. */
export function TransactionLine({ one }: { readonly one: Transaction }) {
  return (
    <a class="line" href={linkTo('transactions', one.id)}>
      <State name={one.state} />
      <span class="chain">{one.chain}</span>
      <span class="what">{one.summary === null ? '…' : <Foreign text={shortened(one.summary.text)} />}</span>
      <Moment at={one.updatedAt} />
    </a>
  );
}
