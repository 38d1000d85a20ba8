import type { CommandOptions } from '../app/config/command-options.js';
import type { Config } from '../app/config/config.js';
import type { FrontSettings } from '../app/config/front-settings.js';
import type { Environment, Flags } from '../app/config/reader.js';
import type { House } from '../app/house.js';
import type { Terminal } from '../app/process/terminal.js';
import type { Role } from '../core/policy/constitution.js';
import type { Output } from './output.js';

/** One option, in commander's notation. */
export interface OptionSpec {
  readonly flags: string;
  readonly about: string;
  /** May be given several times. */
  readonly many?: true;
  /** Accepted but not used by this command, so the help omits it. */
  readonly hidden?: true;
}

/** What a running command gets. */
export interface Call {
  readonly args: readonly string[];
  readonly options: CommandOptions;
  /** Provides the parts that a use case needs; no use case gets the whole object. */
  readonly house: House;
  readonly out: Output;
}

/** Runs the command and resolves to its exit code. */
export type Run = (call: Call) => Promise<0 | 1>;

/** What a command gets that runs as several processes. */
export interface SupervisorCall {
  readonly config: Config;
  readonly front: FrontSettings;
  readonly environment: Environment;
  readonly terminal: Terminal;
}

/** Runs the command in child processes and resolves to its exit code. */
export type Supervise = (call: SupervisorCall) => Promise<number>;

/** One command as data. Its code is loaded when it runs, so that `--help` stays fast. */
export interface CommandSpec {
  /** Words, e.g. `wallet create`. */
  readonly path: string;
  /** Arguments in commander's notation, e.g. `<chain> [index]`. */
  readonly args?: string;
  readonly about: string;
  readonly options: readonly OptionSpec[];
  /** More help below the options. */
  readonly notes?: string;
  /** Further help below that, made from code that is loaded only for it. */
  readonly loadNotes?: () => Promise<string>;
  /** What the command has done when its result cannot be written, and where to find it. Absent for commands that only show something. */
  readonly done?: string;
  /** The command opens the wallet store with its password, so opening can begin while its code loads. */
  readonly unlocks?: true;
  /** Whose signature it needs, once the store has a constitution. Commands without a role need the password alone (docs/control.md). */
  readonly role?: Role;
  /** The command runs despite mistakes in the settings: it explains them, or reports them together with those that only it can find. */
  readonly examines?: true;
  /** Runs it in child processes instead of in this one, if its settings are right and it needs the password. */
  readonly supervise?: () => Promise<Supervise>;
  /** Flags that count as given. */
  readonly given?: Flags;
  readonly load: () => Promise<Run>;
}
