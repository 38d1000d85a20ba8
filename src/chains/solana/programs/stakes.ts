import type { SignedFields } from '../../shared/signed-fields.js';
import { type Call, COIN, coins, type Form, numbered, type Part, type Told } from '../call.js';

/** Stakes: who may move and withdraw them. Source: the Stake program's instructions, in their order. */
const stakeForms: Readonly<Record<number, Form>> = {
  0: {
    method: 'Initialize',
    hazard: ({ arg }) => (arg('part') === 'lockup' ? 'Stake lockup' : 'Stake Initialize'),
    kind: 'other',
    read: openStake,
    say: openWords,
  },
  1: newMaster('Authorize', 'Stake Authorize'),
  2: {
    ...settings('Delegate', ({ account }) => `delegates the stake ${account(0)}`),
    read: ({ account }) => [stake({ from: account(0).address, to: account(1).address })],
  },
  3: {
    ...settings(
      'Split',
      ({ account, arg }) => `splits ${coins(BigInt(arg('lamports')))} off the stake ${account(0)} into ${account(1)}`,
    ),
    read: ({ account, cursor }) => [
      { ...stake({ from: account(0).address, to: account(1).address }), args: { lamports: cursor.u64() } },
    ],
  },
  4: withdrawal('Withdraw', 'Stake Withdraw'),
  5: {
    ...settings('Deactivate', ({ account }) => `ends the delegation of the stake ${account(0)}`),
    read: ({ account }) => [stake({ from: account(0).address })],
  },
  6: undecoded('SetLockup', 'SetLockup'),
  7: {
    ...settings('Merge', ({ account }) => `merges the stake ${account(1)} into ${account(0)}`),
    read: ({ account }) => [stake({ from: account(1).address, to: account(0).address })],
  },
  8: undecoded('AuthorizeWithSeed', 'Authorize with seed (8)'),
  9: {
    method: 'InitializeChecked',
    hazard: 'Stake InitializeChecked',
    kind: 'other',
    read: (call) => [mastered(call, { to: call.account(3).address, args: { staker: call.account(2).address } })],
    say: openWords,
  },
  10: newMasterAt(3, 'AuthorizeChecked', 'Stake AuthorizeChecked'),
  11: undecoded('AuthorizeCheckedWithSeed', 'Authorize with seed (11)'),
  12: undecoded('SetLockupChecked', 'SetLockup (12)'),
};

const voteForms: Readonly<Record<number, Form>> = {
  0: {
    method: 'Initialize',
    hazard: 'Vote Initialize',
    kind: 'other',
    read(call) {
      const { cursor } = call;
      const [node, voter, to] = [cursor.address(), cursor.address(), cursor.address()];
      return [mastered(call, { to, args: { node, voter, commission: cursor.small(1) } })];
    },
    say: ({ effect, account, arg }) =>
      `opens the vote account ${account(0)} of ${arg('node')} with ${arg('commission')} percent, ` +
      `which ${arg('voter')} may use and ${effect.to} may withdraw`,
  },
  1: newMaster('Authorize', 'Vote Authorize'),
  3: withdrawal('Withdraw', 'Vote Withdraw'),
  7: newMasterAt(3, 'AuthorizeChecked', 'Vote AuthorizeChecked'),
  10: undecoded('AuthorizeWithSeed', 'Authorize with seed (10)'),
  11: undecoded('AuthorizeCheckedWithSeed', 'Authorize with seed (11)'),
};

export const stakes = numbered('an instruction of the Stake program', 4, stakeForms);
export const votes = numbered('an instruction of the Vote program', 4, voteForms);

function openStake(call: Call): readonly Part[] {
  const { cursor } = call;
  const [staker, to] = [cursor.address(), cursor.address()];
  const unixTimestamp = BigInt.asIntN(64, cursor.u64());
  const epoch = cursor.u64();
  const custodian = cursor.address();
  const opened = mastered(call, { to, args: { staker, unixTimestamp, epoch, custodian } });
  // Until a lock ends, nothing comes out without its custodian.
  if (unixTimestamp === 0n && epoch === 0n) return [opened];
  const from = call.account(0).address;
  return [opened, { op: 'account', code: 'account-control', from, to: custodian, args: { part: 'lockup' } }];
}

function openWords({ effect, account, arg }: Told): string {
  return `opens the stake ${account(0)}, which ${arg('staker')} may move and ${effect.to} may withdraw`;
}

/** The account that may withdraw owns what is opened. */
function mastered({ scene, account }: Call, { to, args }: { to: string; args: SignedFields }): Part {
  const code = scene.ours.has(to) ? 'account-settings' : 'account-control';
  return { op: 'stake', code, from: account(0).address, to, args };
}

function settings(method: string, say: Form['say'] & {}): Omit<Form, 'read'> {
  return { method, hazard: `Stake ${method}`, kind: 'other', say };
}

function stake(accounts: { readonly from: string; readonly to?: string }): Part {
  return { op: 'stake', code: 'account-settings', ...accounts };
}

/** Changes a master; the new master is not decoded. */
function undecoded(method: string, hazard: string): Form {
  return {
    ...{ method, hazard, kind: 'other', isOpaque: () => true },
    read: ({ account }) => [{ op: 'account', code: 'account-control', from: account(0).address }],
    say: ({ account }) => `changes who commands ${account(0)}`,
  };
}

function newMaster(method: string, hazard: string): Form {
  return authorize({ method, hazard }, ({ cursor }) => cursor.address());
}

function newMasterAt(at: number, method: string, hazard: string): Form {
  return authorize({ method, hazard }, ({ account }) => account(at).address);
}

function authorize(names: { method: string; hazard: string }, masterOf: (call: Call) => string): Form {
  return {
    ...names,
    kind: 'other',
    read(call) {
      const to = masterOf(call);
      const args = { authorityType: call.cursor.small(4) };
      return [{ op: 'account', code: 'account-control', from: call.account(0).address, to, args }];
    },
    say: ({ effect, account, arg }) =>
      `gives the right number ${arg('authorityType')} over ${account(0)} to ${effect.to}`,
  };
}

/** Coins that a wallet controls there count as the wallet's own. */
function withdrawal(method: string, hazard: string): Form {
  return {
    ...{ method, hazard, kind: 'other' },
    read({ cursor, account, scene }) {
      account(0);
      const to = account(1).address;
      const code = scene.ours.has(to) ? 'account-settings' : 'closes-account';
      return [{ op: 'transfer', code, from: scene.from, to, asset: COIN, amount: cursor.u64() }];
    },
    say: ({ effect, account }) => `withdraws ${coins(effect.amount)} of ${account(0)} to ${effect.to}`,
  };
}
