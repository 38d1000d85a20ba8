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
} from './solana-effect.js';
import type { Instruction } from './solana-message.js';

/** Instructions by their number in the first four bytes; what is not listed is not understood. */
type Table = Readonly<Record<number, Decoder>>;

/** Stakes: who may move and withdraw them. Source: the Stake program's instructions, in their order. */
const stakes: Table = {
  0: (call) => {
    const [staker, withdrawer] = [call.cursor.address(), call.cursor.address()];
    call.cursor.take(48);
    const stake = call.account(0).address;
    const text = `opens the stake ${stake}, which ${staker} may move and ${withdrawer} may withdraw`;
    const danger = call.scene.ours.has(withdrawer) ? 'account-settings' : 'account-control';
    return other(text, hazard(danger, 'Stake Initialize', withdrawer));
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
  10: (call) => newMasterAt(call, 3, 'Stake AuthorizeChecked'),
};

const votes: Table = {
  1: (call) => newMaster(call, 'Vote Authorize'),
  3: (call) => withdrawal(call, 'Vote Withdraw'),
  7: (call) => newMasterAt(call, 3, 'Vote AuthorizeChecked'),
};

/** Programs that can be exchanged. Source: the upgradeable loader's instructions, in their order. */
const loaders: Table = {
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
  5: ({ account }) => {
    const to = account(2).address;
    return other(
      `settles that ${to} may replace the program ${account(0).address}`,
      hazard('account-control', 'TransferAuthority', to),
    );
  },
};

export const stakeEffect = by(stakes, 'the Stake program', [8, 11]);
export const voteEffect = by(votes, 'the Vote program', [10, 11]);
export const loaderEffect = by(loaders, 'the loader');
export const loaderV4Effect = by(loadersV4, 'the loader');

/** @param seeded - numbers of instructions that change a master by way of a seed; whom they name is not taken apart */
function by(table: Table, name: string, seeded: readonly number[] = []) {
  return (instruction: Instruction, scene: Scene): Effect => {
    const call = callOf(instruction, scene, `an instruction of ${name}`);
    const number = call.cursor.small(4);
    if (seeded.includes(number)) {
      const text = `changes who commands ${call.account(0).address}`;
      return { ...other(text, hazard('account-control', `Authorize with seed (${number})`)), isOpaque: true };
    }
    const effect = table[number]?.(call);
    if (effect === undefined) return unknownCall(instruction);
    call.cursor.end();
    return effect;
  };
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

/** What lies there and is commanded by a wallet counts as the wallet's. */
function withdrawal({ cursor, account, scene }: Call, name: string): Effect {
  const [from, to, lamports] = [account(0).address, account(1).address, cursor.u64()];
  const danger = scene.ours.has(to) ? 'account-settings' : 'closes-account';
  const text = `withdraws ${coins(lamports)} of ${from} to ${to}`;
  return { ...other(text, hazard(danger, name, to)), spent: { from: scene.from, to, lamports } };
}

function settings(text: string, name: string, party?: string): Effect {
  return other(text, hazard('account-settings', name, party));
}
