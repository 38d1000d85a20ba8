import { Command, CommanderError, Option } from 'commander';
import { TATUM_SPELLING } from '../app/config/four-eye.js';
import type { Flags } from '../app/config/reader.js';
import { CustosError } from '../core/errors.js';
import { commands } from './commands.js';
import { output } from './output.js';
import type { CommandSpec, OptionSpec } from './spec.js';
import { TATUM_TITLE, tatumCommands } from './tatum-commands.js';

export interface Parsed {
  readonly spec: CommandSpec;
  readonly args: readonly string[];
  readonly flags: Flags;
}

const nouns: Readonly<Record<string, string>> = {
  wallet: 'wallets and their secrets',
  transaction: 'the journal: what happened to each pending transaction',
  password: 'passwords and the recovery key of the store',
  'key-slot': 'what opens the store, also without a password',
  audit: 'what happened, signed so that others can check it',
  approver: 'your own key, on your own machine',
  constitution: 'who may decide what',
  approvals: 'what waits for persons',
  approval: 'requests and answers, by files',
  policy: 'what may be signed',
  tenant: 'applications that share a store and do not see each other',
  token: 'what applications of the API show',
  person: 'who logs in to the console',
  webhook: 'where applications get events',
  'gateway-key': 'what clients of the gateway show',
};

/**
 * Reads the command line.
 * @returns undefined when help or the version was printed
 * @throws CustosError USAGE
 */
export async function parseArguments(argv: readonly string[], version: string): Promise<Parsed | undefined> {
  let parsed: Parsed | undefined;
  let explained: CommandSpec | undefined;
  const program = quiet(new Command('custos'))
    .description('Custodial key management: keeps the keys, checks what is to be signed, signs once.')
    .version(version, '--version')
    // Unwrapped, because scripts search for this exact title.
    .addHelpText('after', `\nIn the place of: ${TATUM_TITLE}`);
  const groups = new Map<string, Command>();
  const add = (spec: CommandSpec, heading: string) => {
    const [first = '', second] = spec.path.split(' ');
    const parent = second === undefined ? program : group(program, groups, first);
    const command = describe(parent, spec, second ?? first).helpGroup(heading);
    // A command may have others below it, which come after it in the list.
    if (second === undefined) groups.set(first, command);
    command.on('afterHelp', () => {
      explained = spec;
    });
    command.action((...all: unknown[]) => {
      const given = all.slice(0, -2).flat();
      const args = given.filter((item) => typeof item === 'string');
      requireFile(spec, args);
      parsed = { spec, args, flags: { ...spec.given, ...command.opts(), ...spelling(argv) } };
    });
  };
  for (const spec of commands) add(spec, 'Commands:');
  for (const spec of tatumCommands) add(spec, 'Commands of Tatum KMS:');
  if (run(program, argv)) return parsed;
  if (explained?.loadNotes !== undefined) output.line(`\n${await explained.loadNotes()}`);
  return undefined;
}

/** An empty name comes from a variable of a script that is not set. */
function requireFile({ args: names = '' }: CommandSpec, args: readonly string[]): void {
  const name = names.split(' ')[args.indexOf('')];
  if (name?.includes('file') === true) throw new CustosError('USAGE', `the argument ${name} is empty`);
}

function run(program: Command, argv: readonly string[]): boolean {
  if (argv.length === 0) {
    program.outputHelp();
    return false;
  }
  try {
    program.parse(normalizeFlags(argv), { from: 'user' });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw new CustosError('USAGE', usageText(error));
  }
}

function usageText(error: CommanderError): string {
  if (error.code === 'commander.help') return 'a command is missing';
  return error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
}

function group(program: Command, groups: Map<string, Command>, name: string): Command {
  let found = groups.get(name);
  if (found === undefined) {
    found = quiet(program.command(name))
      .description(nouns[name] ?? name)
      .helpGroup('Commands:');
    groups.set(name, found);
  }
  return found;
}

function describe(parent: Command, spec: CommandSpec, name: string): Command {
  const command = quiet(parent.command(spec.args === undefined ? name : `${name} ${spec.args}`)).description(
    spec.about,
  );
  for (const option of spec.options) command.addOption(toOption(option));
  if (spec.notes !== undefined) command.addHelpText('after', `\n${spec.notes}`);
  return command;
}

function toOption({ flags, about, many, hidden }: OptionSpec): Option {
  const option = new Option(flags, about).hideHelp(hidden === true);
  if (!flags.includes('<')) return option;
  // All values are kept: if a flag for a single value is given twice, the reader of settings reports it.
  return option.argParser((value: string, before: string | readonly string[] | undefined) => {
    if (before === undefined) return many ? [value] : value;
    return [before, value].flat();
  });
}

function quiet(command: Command): Command {
  // Errors are thrown, and main prints all of them. Help is a result as any other: what cannot be written is an error.
  const writeOut = (text: string) => output.line(text.replace(/\n$/, ''));
  return command.exitOverride().configureOutput({ outputError() {}, writeOut });
}

/** Users of the Tatum KMS flag have a four-eye service made for Tatum KMS. The last flag counts, as for its value. */
function spelling(argv: readonly string[]): Flags {
  const named = argv.filter((token) => /^--(externalUrl|external-url)(=|$)/.test(token)).at(-1);
  return named?.startsWith('--externalUrl') === true ? { [TATUM_SPELLING]: true } : {};
}

/**
 * Tatum KMS takes `--apiKey` as well as `--api-key`, and `--testnet=true`. `--envFile` is the exception: some releases of Node
 * read `--env-file` themselves wherever it stands, by their own rules and with NODE_OPTIONS in it, before this program begins.
 * @throws CustosError USAGE
 */
function normalizeFlags(argv: readonly string[]): string[] {
  if (argv.some((token) => /^--env-file(=|$)/.test(token))) {
    throw new CustosError('USAGE', 'Node itself reads --env-file; use --envFile for the settings file of Custos');
  }
  return argv.flatMap((token) => {
    const match = /^--([A-Za-z][A-Za-z-]*)(=[\s\S]*)?$/.exec(token);
    if (match === null) return [token];
    const [, name = '', value = ''] = match;
    if (name === 'envFile') return [token];
    const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (/^(testnet|run-once|aws|azure|gcp|vault|vgs)$/.test(kebab)) {
      if (value === '=true') return [`--${kebab}`];
      if (value === '=false') return [];
    }
    return [`--${kebab}${value}`];
  });
}
