import type { Role } from '../../core/policy/constitution.js';
import type { Caller } from '../caller.js';
import type { AnsweredKey, CreationOptions, NewKey, RequestOptions } from '../forms/passkeys.js';

/** Where the console is opened, and what it can do there. */
export interface ConsoleSite {
  /** As browsers write it: `https://custos.example.com`. */
  readonly origin: string;
  /** False where the origin is an address: browsers bind passkeys to names alone. There persons log in with passwords. */
  readonly hasPasskeys: boolean;
  /** Whether browsers treat it as secure: by https, or on this machine. */
  readonly isSecure: boolean;
}

/** A passkey of a person, as the page uses it. */
interface PersonKeyShown {
  /** The credential's id, in base64url. */
  readonly id: string;
  readonly name: string;
  /** As a constitution has it. */
  readonly key: string;
  /** Whether the constitution in force has it. */
  readonly isEnacted: boolean;
}

/** Who somebody in the console is. */
export interface PersonShown {
  readonly name: string;
  /** Empty for whoever the constitution does not name. */
  readonly roles: readonly Role[];
  readonly keys: readonly PersonKeyShown[];
  /** How they logged in. */
  readonly by: 'passkey' | 'password';
}

/** What an authenticator app is set up with. */
export interface TotpOffer {
  readonly name: string;
  /** Base32, as people type it. */
  readonly secret: string;
  /** `otpauth://`: the same for the app. */
  readonly uri: string;
}

/** What somebody logs in with who has no passkey. */
export interface PasswordProof {
  readonly password: string;
  /** Six digits of the authenticator app. */
  readonly totp: string;
}

/** The constitution in force, and who can log in. */
export interface PersonsShown {
  /** Null without a constitution. */
  readonly version: number | null;
  readonly hash: string | null;
  readonly thresholds: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly persons: readonly {
    readonly name: string;
    readonly roles: readonly Role[];
    readonly keys: readonly string[];
    /** How many passkeys log in. */
    readonly passkeys: number;
    /** Whether a password logs in, where the console has no passkeys. */
    readonly hasPassword: boolean;
  }[];
}

/** A session that was found or opened. */
export interface PersonSession {
  readonly person: PersonShown;
  readonly caller: Caller;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** A later cookie for the same session, if it is time for one. */
  readonly renewed?: string | undefined;
}

/** What somebody has who logged in. */
export interface OpenedSession {
  readonly cookie: string;
  readonly name: string;
}

/** From where somebody logs in. */
export interface Visitor {
  readonly address: string | undefined;
  /** Of the session that they had before, which ends. */
  readonly cookie: string | undefined;
}

/** Knows the persons who log in to the console. */
export interface PersonsService {
  site(): ConsoleSite;
  /** @param presence.isThere - whether the session is used, and so renewed. @throws CustosError SESSION_ENDED, STORE_* */
  find(cookie: string | undefined, presence: { readonly isThere: boolean }): Promise<PersonSession>;
  /** What a browser makes a first passkey from. @throws CustosError LOGIN_REFUSED, RATE_LIMITED, PASSKEYS_OFF */
  startEnrolment(code: string, visitor: Visitor): Promise<{ readonly name: string; readonly options: CreationOptions }>;
  /** Uses the code up. @throws CustosError LOGIN_REFUSED, RATE_LIMITED, PASSKEY_* */
  enrol(code: string, made: { readonly name: string; readonly key: NewKey }, visitor: Visitor): Promise<OpenedSession>;
  /** What an authenticator app is set up with, the same each time. @throws CustosError LOGIN_REFUSED, RATE_LIMITED, PASSWORDS_OFF */
  offerTotp(code: string, visitor: Visitor): Promise<TotpOffer>;
  /** Uses the code up. @throws CustosError LOGIN_REFUSED, RATE_LIMITED, PASSWORDS_OFF, PASSWORD_WEAK, TOTP_WRONG */
  enrolPassword(code: string, proof: PasswordProof, visitor: Visitor): Promise<OpenedSession>;
  /** @throws CustosError LOGIN_REFUSED, RATE_LIMITED, PASSWORDS_OFF, STORE_* */
  loginByPassword(name: string, proof: PasswordProof, visitor: Visitor): Promise<OpenedSession>;
  /** @throws CustosError RATE_LIMITED, PASSKEYS_OFF, STORE_* */
  startLogin(name: string, visitor: Visitor): Promise<RequestOptions>;
  /** @throws CustosError LOGIN_REFUSED, RATE_LIMITED, PASSKEYS_OFF, STORE_* */
  login(name: string, answer: AnsweredKey, visitor: Visitor): Promise<OpenedSession>;
  /** Who may decide what, and who can log in. */
  all(): Promise<PersonsShown>;
  /** Ends every session of the person. */
  logout(cookie: string | undefined): Promise<void>;
}

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly content: Uint8Array;
}

/** What the console is opened with. */
export interface ConsoleDoor {
  readonly persons: PersonsService;
  /** Files of the page by their names, such as `index.html`. */
  files(): Promise<ReadonlyMap<string, PageFile>>;
}
