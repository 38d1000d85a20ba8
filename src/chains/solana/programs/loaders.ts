import { type Form, numbered } from '../call.js';

/** Programs that can be replaced. Source: the upgradeable loader's instructions, in their order. */
const loaderForms: Readonly<Record<number, Form>> = {
  2: {
    method: 'DeployWithMaxDataLen',
    kind: 'other',
    read({ account, cursor }) {
      const args = { maxDataLen: cursor.u64(), authority: account(7).address };
      return [{ op: 'deploy', code: 'contract-creation', to: account(2).address, args }];
    },
    say: ({ effect, arg }) =>
      `makes the program ${effect.to} of at most ${arg('maxDataLen')} bytes, which ${arg('authority')} may replace`,
  },
  3: {
    method: 'Upgrade',
    kind: 'other',
    read({ account }) {
      const args = { buffer: account(2).address };
      return [{ op: 'deploy', code: 'account-control', to: account(1).address, args }];
    },
    say: ({ effect, arg }) => `replaces the program ${effect.to} by the code in ${arg('buffer')}`,
  },
  4: {
    method: 'SetAuthority',
    hazard: 'Loader SetAuthority',
    kind: 'other',
    read({ account, instruction }) {
      const to = instruction.accounts[2]?.address;
      const from = account(0).address;
      return [{ op: 'account', code: 'account-control', from, ...(to !== undefined && { to }) }];
    },
    say: ({ effect, account }) => `settles that ${effect.to ?? 'nobody'} may replace the program of ${account(0)}`,
  },
  5: {
    method: 'Close',
    hazard: 'Loader Close',
    kind: 'other',
    read: ({ account }) => [
      { op: 'account', code: 'closes-account', from: account(0).address, to: account(1).address },
    ],
    say: ({ effect, account }) => `closes the program account ${account(0)} and sends its coins to ${effect.to}`,
  },
  7: {
    method: 'SetAuthorityChecked',
    hazard: 'Loader SetAuthorityChecked',
    kind: 'other',
    read: ({ account }) => [
      { op: 'account', code: 'account-control', from: account(0).address, to: account(2).address },
    ],
    say: ({ effect, account }) => `settles that ${effect.to} may replace the program of ${account(0)}`,
  },
};

const loaderV4Forms: Readonly<Record<number, Form>> = {
  3: replaced('Deploy'),
  4: replaced('Retract'),
  5: {
    method: 'TransferAuthority',
    kind: 'other',
    read: ({ account }) => [
      { op: 'account', code: 'account-control', from: account(0).address, to: account(2).address },
    ],
    say: ({ effect, account }) => `settles that ${effect.to} may replace the program ${account(0)}`,
  },
  6: replaced('Finalize'),
};

const lookupTableForms: Readonly<Record<number, Form>> = {
  4: {
    method: 'CloseTable',
    kind: 'other',
    read({ account, scene }) {
      const [from, to] = [account(0).address, account(2).address];
      return [{ op: 'account', code: scene.ours.has(to) ? 'account-settings' : 'closes-account', from, to }];
    },
    say: ({ effect, account }) => `closes the lookup table ${account(0)} and sends its coins to ${effect.to}`,
  },
};

export const loader = numbered('an instruction of the loader', 4, loaderForms);
export const loaderV4 = numbered('an instruction of the loader', 4, loaderV4Forms);
export const lookupTables = numbered('an instruction of the Address Lookup Table program', 4, lookupTableForms);

function replaced(method: string): Form {
  return {
    ...{ method, kind: 'other' },
    read: ({ account }) => [{ op: 'deploy', code: 'account-control', to: account(0).address }],
    say: ({ effect }) => `replaces or ends the program ${effect.to}`,
  };
}
