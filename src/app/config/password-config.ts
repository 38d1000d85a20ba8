import { CustosError } from '../../core/errors.js';
import { commandWords } from '../../passphrase/command-words.js';
import { parseReference, type Reference } from '../../passphrase/keys/reference.js';
import { type Environment, flagName, type SettingsReader, type Sourced } from './reader.js';

/** Services outside this machine that keep passwords; each has a flag of its name. */
export const passwordServices = ['aws', 'azure', 'gcp', 'vault', 'vgs'] as const;

/** What stands in for the environment, the file and the prompt. */
type PasswordSource =
  | { readonly source: 'local' | (typeof passwordServices)[number] }
  | { readonly source: 'command'; readonly words: readonly [string, ...string[]] }
  | { readonly source: 'credential'; readonly credential: string }
  /** There is no password: the key of this slot opens the store. */
  | ({ readonly source: 'slot' } & SlotSource);

/** The outside key of a slot. */
export interface SlotSource {
  readonly reference: Reference;
  /** Of a `command` slot: what unwraps its key. */
  readonly words?: readonly [string, ...string[]];
}

/** Where the password of the wallet store comes from, apart from `Secrets`. */
export type PasswordConfig = PasswordSource & {
  /** File with the password in its first line. */
  readonly file?: string;
  /** Only the variable of Tatum KMS gives the password. */
  readonly isNamedAsTatum: boolean;
};

export function readPasswordConfig(read: SettingsReader, environment: Environment): PasswordConfig {
  const file = read.setting('passwordFile');
  return {
    ...readSource(read, file),
    ...(file && { file: file.value }),
    isNamedAsTatum: !environment['CUSTOS_PASSWORD'] && Boolean(environment['TATUM_KMS_PASSWORD']),
  };
}

function readSource(read: SettingsReader, file: Sourced | undefined): PasswordSource {
  const services = passwordServices.filter((service) => read.isSet(service));
  const command = read.setting('passwordCommand');
  const credential = read.setting('passwordCredential');
  const own = [command, credential].flatMap((given) => given?.from ?? []);
  // A file beside a service has always been ignored, and settings files of Tatum KMS rely on that.
  const slot = slotFrom(read);
  const beside = own.length > 0 || slot !== undefined ? file : undefined;
  const password = slot === undefined ? undefined : read.variable('password');
  const others = [beside, password].flatMap((given) => given?.from ?? []);
  const names = [...(slot ? [slot.from] : []), ...services.map(flagName), ...own, ...others];
  if (names.length > 1) read.refuse(names[0] ?? '', `choose one of ${names.join(', ')}`);
  if (slot !== undefined) return slot.source;
  if (services[0] !== undefined) return { source: services[0] };
  if (command !== undefined) return commandFrom(read, command);
  if (credential !== undefined) return credentialFrom(read, credential);
  return { source: 'local' };
}

function commandFrom(read: SettingsReader, { value, from }: Sourced): PasswordSource {
  const words = read.attempt(from, undefined, () => commandWords(value));
  return words === undefined ? { source: 'local' } : { source: 'command', words };
}

function credentialFrom(read: SettingsReader, { value, from }: Sourced): PasswordSource {
  return read.attempt<PasswordSource>(from, { source: 'local' }, () => {
    // It becomes part of a path below the directory of the credentials.
    if (/^\.{1,2}$|[/\0]/.test(value))
      throw new CustosError('CONFIG_INVALID', `${from} takes the name of a credential`);
    return { source: 'credential', credential: value };
  });
}

interface SlotFrom {
  readonly from: string;
  readonly source: PasswordSource;
}

/** A command without a slot means the slot `command`. */
function slotFrom(read: SettingsReader): SlotFrom | undefined {
  const [slot, command] = [read.setting('keySlot'), read.setting('keyCommand')];
  const from = slot?.from ?? command?.from;
  if (from === undefined) return undefined;
  const none: SlotFrom = { from, source: { source: 'local' } };
  return read.attempt(from, none, () => {
    const reference = parseReference(slot?.value ?? 'command');
    const words = command && commandWords(command.value, 'the key command');
    if ((reference.kind === 'command') !== (words !== undefined)) {
      const text =
        words === undefined
          ? `${from} names a command: set --key-command too`
          : '--key-command is for a slot of a command';
      throw new CustosError('CONFIG_INVALID', text);
    }
    return { from, source: { source: 'slot', reference, ...(words && { words }) } };
  });
}
