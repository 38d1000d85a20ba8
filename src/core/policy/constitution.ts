import type { Demand } from './demand.js';

/** What a person may do (docs/control.md). */
export const roles = ['admin', 'operator', 'approver', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** What needs a quorum. `widen` and `narrow` publish a policy, `unfreeze` ends a freeze. */
export const acts = ['constitution', 'widen', 'narrow', 'unfreeze'] as const;
export type Act = (typeof acts)[number];

/** The public half of a key with which a person signs. */
export type PersonKey = Ed25519Point | PasskeyPoint;

/** Of a key file. */
interface Ed25519Point {
  readonly kind: 'ed25519';
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** Of a passkey, which signs only on pages of its site. */
export interface PasskeyPoint {
  readonly kind: 'passkey';
  /** The domain of the site. */
  readonly rpId: string;
  /** ES256: both coordinates, 64 bytes. EdDSA: 32 bytes. */
  readonly bytes: Uint8Array;
}

export interface Person {
  readonly name: string;
  readonly roles: ReadonlySet<Role>;
  /** At least one. Two keys of a person count as one person. */
  readonly keys: readonly PersonKey[];
  /** Initiators behind which this person stands, as approvals name them (`token:game`): the person does not approve what they ask for. */
  readonly initiates: ReadonlySet<string>;
}

export interface PersonSigner {
  readonly person: Person;
  readonly key: PersonKey;
}

/** Who may decide what in one store. Only its own quorum changes it. */
export interface Constitution {
  readonly store: string;
  /** 1, 2, 3 … */
  readonly version: number;
  /** Hash of the version before; undefined in the first. */
  readonly previous?: string;
  readonly persons: ReadonlyMap<string, Person>;
  /** Names of the persons of each group. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly thresholds: ReadonlyMap<Act, Demand>;
  /** The person of each key, by the text of the key. */
  readonly signers: ReadonlyMap<string, PersonSigner>;
  /** `sha256:` and 64 hexadecimal digits, of the canonical JSON. */
  readonly hash: string;
  /** The canonical JSON (RFC 8785). */
  readonly text: string;
}

/** A constitution as it is kept: its text, and the signatures by which it came into force. */
export interface EnactedConstitution {
  readonly constitution: Constitution;
  readonly signatures: readonly PersonSignature[];
}

/** A signature over lines that the signed thing gives. */
export interface PersonSignature {
  /** Text form of the key, such as `ed25519:` and 43 characters of base64url. */
  readonly key: string;
  /** Text form: of Ed25519 86 characters of base64url, of a passkey three parts. */
  readonly signature: string;
  /** The act in the lines, where it is not the one that is decided: whoever signs that a policy widens also agrees if it narrows. */
  readonly act?: Act;
}
