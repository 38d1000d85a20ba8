import type { Hazard } from '../../../core/chain/hazards.js';
import {
  type Call,
  callOf,
  coins,
  type Decoder,
  type Effect,
  hazard,
  other,
  type Scene,
  unknownCall,
} from '../effect.js';
import type { Instruction } from '../message.js';

/** Instructions by their number in the first four bytes; what is not listed is not understood. */
type Table = Readonly<Record<number, Decoder>>;

/** Stakes: who may move and withdraw them. Source: the Stake program's instructions, in their order. */
const stakes: Table = {
  0: (call) => {
    const [staker, withdrawer] = [call.cursor.address(), call.cursor.address()];
    const lock = call.cursor.take(16);
    const custodian = call.cursor.address();
    const stake = call.account(0).address;
    const text = `opens the stake ${stake}, which ${staker} may move and ${withdrawer} may withdraw`;
    // Until a lock ends, nothing comes out without its custodian.
    const locked = lock.some((byte) => byte !== 0) ? [hazard('account-control', 'Stake lockup', custodian)] : [];
    return other(text, mastered(call, 'Stake Initialize', withdrawer), ...locked);
  },
  1: (call) => newMaster(call, 'Stake Authorize'),
  2: ({ account }) => settings(`delegates the stake ${account(0).address}`, 'Stake Delegate', account(1).address),
  3: ({ account, cursor }) => {
    const [from, to, lamports] = [account(0).address, account(1).address, cursor.u64()];
    return settings(`splits ${coins(lamports)} off the stake ${from} into ${to}`, 'Stake Split', to);
  },
  4: (call) => withdrawal(call, 'Stake Withdraw'),
  5: ({ account }) => settings(`ends the delegation of the stake ${account(0).address}`, 'Stake Deactivate'),
  7: ({ account }) =>
    settings(`merges the stake ${account(1).address} into ${account(0).address}`, 'Stake Merge', account(0).address),
  9: (call) => {
    const [stake, staker, withdrawer] = [0, 2, 3].map((at) => call.account(at).address);
    const text = `opens the stake ${stake}, which ${staker} may move and ${withdrawer} may withdraw`;
    return other(text, mastered(call, 'Stake InitializeChecked', withdrawer ?? ''));
  },
  10: (call) => newMasterAt(call, 3, 'Stake AuthorizeChecked'),
};

const votes: Table = {
  0: (call) => {
    const [node, voter, withdrawer] = [call.cursor.address(), call.cursor.address(), call.cursor.address()];
    const commission = call.cursor.small(1);
    const text = `opens the vote account ${call.account(0).address} of ${node} with ${commission} percent`;
    return other(
      `${text}, which ${voter} may use and ${withdrawer} may withdraw`,
      mastered(call, 'Vote Initialize', withdrawer),
    );
  },
  1: (call) => newMaster(call, 'Vote Authorize'),
  3: (call) => withdrawal(call, 'Vote Withdraw'),
  7: (call) => newMasterAt(call, 3, 'Vote AuthorizeChecked'),
};

/** Programs that can be replaced. Source: the upgradeable loader's instructions, in their order. */
const loaders: Table = {
  2: ({ account, cursor }) => {
    const space = cursor.u64();
    const [program, authority] = [account(2).address, account(7).address];
    const text = `makes the program ${program} of at most ${space} bytes, which ${authority} may replace`;
    return other(text, hazard('contract-creation', 'DeployWithMaxDataLen', program));
  },
  3: ({ account }) => {
    const program = account(1).address;
    const text = `replaces the program ${program} by the code in ${account(2).address}`;
    return other(text, hazard('account-control', 'Upgrade', program));
  },
  4: ({ account, instruction }) => {
    const to = instruction.accounts[2]?.address;
    const text = `settles that ${to ?? 'nobody'} may replace the program of ${account(0).address}`;
    return other(text, hazard('account-control', 'Loader SetAuthority', to));
  },
  5: ({ account }) => {
    const to = account(1).address;
    const text = `closes the program account ${account(0).address} and sends its coins to ${to}`;
    return other(text, hazard('closes-account', 'Loader Close', to));
  },
  7: ({ account }) => {
    const to = account(2).address;
    const text = `settles that ${to} may replace the program of ${account(0).address}`;
    return other(text, hazard('account-control', 'Loader SetAuthorityChecked', to));
  },
};

const loadersV4: Table = {
  3: ({ account }) => replaced('Deploy', account(0).address),
  4: ({ account }) => replaced('Retract', account(0).address),
  5: ({ account }) => {
    const to = account(2).address;
    return other(
      `settles that ${to} may replace the program ${account(0).address}`,
      hazard('account-control', 'TransferAuthority', to),
    );
  },
  6: ({ account }) => replaced('Finalize', account(0).address),
};

const lookupTables: Table = {
  4: ({ account, scene }) => {
    const [table, to] = [account(0).address, account(2).address];
    const danger = scene.ours.has(to) ? 'account-settings' : 'closes-account';
    return other(`closes the lookup table ${table} and sends its coins to ${to}`, hazard(danger, 'CloseTable', to));
  },
};

export const stakeEffect = by(stakes, 'the Stake program', { ...seeded(8, 11), 6: 'SetLockup', 12: 'SetLockup (12)' });
export const voteEffect = by(votes, 'the Vote program', seeded(10, 11));
export const lookupTableEffect = by(lookupTables, 'the Address Lookup Table program');
export const loaderEffect = by(loaders, 'the loader');
export const loaderV4Effect = by(loadersV4, 'the loader');

/** @param masters - names of instructions that change a master; the new master is not decoded */
function by(table: Table, name: string, masters: Readonly<Record<number, string>> = {}) {
  return (instruction: Instruction, scene: Scene): Effect => {
    const call = callOf(instruction, scene, `an instruction of ${name}`);
    const number = call.cursor.small(4);
    const master = masters[number];
    if (master !== undefined) {
      const text = `changes who commands ${call.account(0).address}`;
      return { ...other(text, hazard('account-control', master)), isOpaque: true };
    }
    const effect = table[number]?.(call);
    if (effect === undefined) return unknownCall(instruction);
    call.cursor.end();
    return effect;
  };
}

function seeded(...numbers: readonly number[]): Readonly<Record<number, string>> {
  return Object.fromEntries(numbers.map((number) => [number, `Authorize with seed (${number})`]));
}

/** The account that may withdraw owns what is opened. */
function mastered({ scene }: Call, name: string, withdrawer: string): Hazard {
  return hazard(scene.ours.has(withdrawer) ? 'account-settings' : 'account-control', name, withdrawer);
}

function replaced(name: string, program: string): Effect {
  return other(`replaces or ends the program ${program}`, hazard('account-control', name, program));
}

function newMaster({ cursor, account }: Call, name: string): Effect {
  const master = cursor.address();
  const role = cursor.small(4);
  return other(
    `gives the right number ${role} over ${account(0).address} to ${master}`,
    hazard('account-control', name, master),
  );
}

function newMasterAt({ cursor, account }: Call, at: number, name: string): Effect {
  const role = cursor.small(4);
  const master = account(at).address;
  return other(
    `gives the right number ${role} over ${account(0).address} to ${master}`,
    hazard('account-control', name, master),
  );
}

/** Coins that a wallet controls there count as the wallet's own. */
function withdrawal({ cursor, account, scene }: Call, name: string): Effect {
  const [from, to, lamports] = [account(0).address, account(1).address, cursor.u64()];
  const danger = scene.ours.has(to) ? 'account-settings' : 'closes-account';
  const text = `withdraws ${coins(lamports)} of ${from} to ${to}`;
  return { ...other(text, hazard(danger, name, to)), spent: { from: scene.from, to, lamports } };
}

function settings(text: string, name: string, party?: string): Effect {
  return other(text, hazard('account-settings', name, party));
}
