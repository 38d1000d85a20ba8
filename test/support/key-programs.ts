import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Programs of a `command` slot as a user names them. */
export interface KeyProgramNames {
  readonly wrap: string;
  readonly unwrap: string;
}

/** Programs that wrap and unwrap by AES with a key in a file of the folder, as openssl offers it to everybody. */
export function keyPrograms(folder: string, name = 'outside'): KeyProgramNames {
  const file = join(folder, `${name}.key`);
  writeFileSync(file, `a passphrase that ${name} keeps`, { mode: 0o600 });
  const program = `openssl enc -aes-256-cbc -pbkdf2 -pass file:${file}`;
  return { wrap: program, unwrap: `${program} -d` };
}
