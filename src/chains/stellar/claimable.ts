import { hex } from '@scure/base';
import { invalid } from '../shared/fields.js';
import { type Form, type Part, shownAmount } from './form.js';
import { moveOf, name, readAccount, readAsset } from './parts.js';
import type { XdrReader } from './xdr.js';

/** Coins leave the account until a claimant takes them, which may be the account itself where a condition lets it. */
export const createClaimableBalance: Form = {
  method: 'CreateClaimableBalance',
  isPayment: true,
  isHeld: true,
  read(read) {
    const [asset, amount] = [readAsset(read), read.amount()];
    const claimants = read.list(10, () => readClaimant(read));
    const [only] = claimants;
    const left: Part = {
      ...moveOf(name(asset), amount),
      ...(claimants.length === 1 && only !== undefined && { to: only.claimant }),
    };
    return [
      left,
      // Whoever comes first takes it, so only the first part counts it.
      ...claimants.map(({ claimant, predicate }): Part => {
        return { op: 'account', code: 'allowance', to: claimant, args: { predicate } };
      }),
    ];
  },
  say({ effect, effects }) {
    const claimants = effects.filter(({ code }) => code === 'allowance').map(({ to }) => to);
    return `puts ${shownAmount(effect.amount, effect.asset)} aside for ${claimants.join(', ')}, under conditions`;
  },
  hazard: (_effect, { effect: { asset = '', amount = 0n } }) => ({ asset, amount, text: 'CreateClaimableBalance' }),
};

export const claimClaimableBalance: Form = {
  method: 'ClaimClaimableBalance',
  read: (read) => [{ op: 'account', args: { balance: readBalance(read) } }],
  say: ({ field }) => `claims the balance ${field('balance')}`,
};

export const clawbackClaimableBalance: Form = {
  method: 'ClawbackClaimableBalance',
  read: (read) => [{ op: 'issuer', code: 'issuer-settings', to: readBalance(read) }],
  say: ({ effect }) => `takes the balance ${effect.to} back`,
};

function readBalance(read: XdrReader): string {
  if (read.uint32() !== 0) throw invalid('no kind of claimable balance');
  return hex.encode(read.fixed(32));
}

function readClaimant(read: XdrReader): { readonly claimant: string; readonly predicate: string } {
  if (read.uint32() !== 0) throw invalid('no kind of claimant');
  return { claimant: readAccount(read), predicate: readPredicate(read, 0) };
}

/** Conditions of a claim nest at most four deep (CAP-23). @returns the condition as a formula */
function readPredicate(read: XdrReader, depth: number): string {
  if (depth > 4) throw invalid('the conditions of a claim nest too deep');
  const inner = () => readPredicate(read, depth + 1);
  const type = read.uint32();
  if (type === 0) return 'always';
  if (type === 1 || type === 2) return `${type === 1 ? 'and' : 'or'}(${read.list(2, inner).join(', ')})`;
  if (type === 3) return `not(${read.optional(inner) ?? ''})`;
  if (type === 4) return `before(${read.int64()})`;
  if (type === 5) return `within(${read.int64()})`;
  throw invalid(`${type} is not a kind of condition`);
}
