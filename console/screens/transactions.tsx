import { useSignal } from '@preact/signals';
import type { Transaction } from '../../src/client/operations.js';
import { into } from '../parts/fields.js';
import { Rows } from '../parts/rows.js';
import { Title } from '../parts/shown.js';
import { TransactionLine } from '../parts/transaction-line.js';
import { named, t } from '../texts.js';

const states = ['claimed', 'held', 'signed', 'broadcast', 'completed', 'denied', 'failed', 'cancelled'];

/** The journal, the newest first. */
export function Transactions() {
  const [state, chain, reference] = [useSignal(''), useSignal(''), useSignal('')];
  const query = new URLSearchParams();
  for (const [name, { value }] of [
    ['state', state],
    ['chain', chain],
    ['reference', reference],
  ] as const) {
    if (value.trim() !== '') query.set(name, value.trim());
  }
  return (
    <>
      <Title>{t('transactions.title')}</Title>
      <div class="tools">
        <label>
          {t('transactions.state')}
          <select value={state.value} onChange={into(state)}>
            <option value="">{t('transactions.all')}</option>
            {states.map((one) => (
              <option key={one} value={one}>
                {named('state', one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('transactions.chain')}
          <input value={chain.value} onInput={into(chain)} maxLength={12} spellcheck={false} />
        </label>
        <label>
          {t('transactions.reference')}
          <input value={reference.value} onInput={into(reference)} spellcheck={false} />
        </label>
      </div>
      <Rows<Transaction>
        path={`/v1/transactions?${query}`}
        label={t('transactions.title')}
        empty={t('transactions.none')}
        height={40}
      >
        {(one) => <TransactionLine one={one} />}
      </Rows>
    </>
  );
}
