import { type Act, type Person, type Role, roles } from './constitution.js';

/** What a person signs: an act with a quorum, an answer to a request, or the stop of signing, for which one person is enough. */
export type Signing = Act | 'approve' | 'stop';

/** Which roles may sign what. Whoever makes the rules never decides under them; whoever may stop signing may help to end the stop. */
const signers: Readonly<Record<Signing, readonly Role[]>> = {
  constitution: ['admin'],
  widen: ['admin'],
  narrow: ['admin'],
  approve: ['approver'],
  stop: ['admin', 'operator', 'approver'],
  unfreeze: ['admin', 'operator', 'approver'],
};

/** A command that signs for a person with the person's own key. */
export interface Power {
  readonly command: string;
  readonly signs: readonly Signing[];
  /** Whether it takes the password of the store as well. */
  readonly password: 'no' | 'only with an id' | 'yes';
}

/** All of them. Every other command takes the password of the store, or nothing. docs/control.md has the same table, held equal by a test. */
export const powers: readonly Power[] = [
  { command: 'constitution sign', signs: ['constitution'], password: 'no' },
  { command: 'policy sign', signs: ['widen', 'narrow'], password: 'no' },
  { command: 'approve', signs: ['approve'], password: 'only with an id' },
  { command: 'reject', signs: ['approve'], password: 'only with an id' },
  { command: 'freeze --key', signs: ['stop'], password: 'no' },
  { command: 'unfreeze --key', signs: ['unfreeze'], password: 'no' },
  { command: 'wallet sign-state', signs: ['stop', 'unfreeze', 'constitution'], password: 'no' },
  { command: 'wallet suspend --key', signs: ['stop'], password: 'yes' },
  { command: 'wallet compromised --key', signs: ['stop'], password: 'yes' },
  { command: 'wallet activate --key', signs: ['unfreeze'], password: 'yes' },
  { command: 'wallet deactivate --key', signs: ['unfreeze'], password: 'yes' },
  { command: 'wallet destroy --key', signs: ['constitution'], password: 'yes' },
];

/** Roles of those who may use a command, in the order of all roles. */
export function rolesFor({ signs }: Power): readonly Role[] {
  return roles.filter((role) => signs.some((one) => signers[one].includes(role)));
}

/** Whether one of a person's roles lets the person sign this. */
export function maySign(person: Pick<Person, 'roles'>, what: Signing): boolean {
  return signers[what].some((role) => person.roles.has(role));
}
