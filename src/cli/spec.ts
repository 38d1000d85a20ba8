import type { CommandOptions } from '../app/config/command-options.js';
import type { Flags } from '../app/config/reader.js';
import type { House } from '../app/house.js';
import type { Output } from './output.js';

/** One option, in commander's notation. */
export interface OptionSpec {
  readonly flags: string;
  readonly about: string;
  /** May be given several times. */
  readonly many?: true;
  /** Taken, but of no use to this command, so the help does not speak of it. */
  readonly hidden?: true;
}

/** What a running command has. */
export interface Call {
  readonly args: readonly string[];
  readonly options: CommandOptions;
  /** Gives the parts that a use case needs; no use case gets all of it. */
  readonly house: House;
  readonly out: Output;
}

/** Does the command and resolves to its exit code. */
export type Run = (call: Call) => Promise<0 | 1>;

/** One command as data; its code is loaded when it runs, so that `--help` stays quick. */
export interface CommandSpec {
  /** Words, e.g. `wallet create`. */
  readonly path: string;
  /** Arguments in commander's notation, e.g. `<chain> [index]`. */
  readonly args?: string;
  readonly about: string;
  readonly options: readonly OptionSpec[];
  /** More help below the options. */
  readonly notes?: string;
  /** Help below that, which is made of what is loaded only for it. */
  readonly loadNotes?: () => Promise<string>;
  /** What has been done when its result cannot be written, and where to find it. Without it only a reader is missed. */
  readonly done?: string;
  /** The command opens the wallet store with its password, so that can begin while its code loads. */
  readonly unlocks?: true;
  /** The command runs in spite of mistakes in the settings: it explains them, or refuses them all with those that only it can find. */
  readonly examines?: true;
  /** Flags that are as if they had been given. */
  readonly given?: Flags;
  readonly load: () => Promise<Run>;
}
