import { describe, expect, it } from 'vitest';
import { examineConfig } from '../../../src/app/config/config.js';
import type { Environment, Flags } from '../../../src/app/config/reader.js';

const examined = (flags: Flags, environment: Environment = {}) => {
  const { password, problems } = examineConfig(flags, environment, '/home/nobody');
  return { password, problems: problems.map(({ text }) => text) };
};

describe('where the settings say that the password is', () => {
  it.each(['aws', 'azure', 'gcp', 'vault', 'vgs'])('--%s names that service', (service) => {
    expect(examined({ [service]: true })).toMatchObject({ password: { source: service }, problems: [] });
  });

  it('a command is split into its words, from the flag or the variable', () => {
    const password = { source: 'command', words: ['pass', 'show', 'a b'] };
    expect(examined({ passwordCommand: `pass show 'a b'` })).toMatchObject({ password, problems: [] });
    const variable = { CUSTOS_PASSWORD_COMMAND: `pass show 'a b'` };
    expect(examined({}, variable)).toMatchObject({ password, problems: [] });
  });

  it('a credential is a name', () => {
    expect(examined({ passwordCredential: 'pw.1' })).toMatchObject({
      password: { source: 'credential', credential: 'pw.1' },
      problems: [],
    });
  });

  it.each(['../password', '/etc/shadow', '..', '.', 'a\0b'])('the credential %j is refused', (name) => {
    const problems = ['--password-credential takes the name of a credential'];
    expect(examined({ passwordCredential: name })).toMatchObject({ password: { source: 'local' }, problems });
  });

  it('a command that cannot be read is a mistake in the settings, which does not quote it', () => {
    const { problems } = examined({ passwordCommand: `'planted` });
    expect(problems).toEqual(['--password-command: the password command has a quotation mark that is not closed']);
  });

  it.each<[string, Flags, Environment]>([
    ['--aws, --gcp', { aws: true, gcp: true }, {}],
    ['--vault, --password-command', { vault: true, passwordCommand: 'p' }, {}],
    ['CUSTOS_PASSWORD_COMMAND, --password-credential', { passwordCredential: 'p' }, { CUSTOS_PASSWORD_COMMAND: 'p' }],
    ['--password-command, CUSTOS_PASSWORD_FILE', { passwordCommand: 'p' }, { CUSTOS_PASSWORD_FILE: '/p' }],
  ])('one of %s has to be chosen', (names, flags, environment) => {
    expect(examined(flags, environment).problems).toEqual([`choose one of ${names}`].map(withSetting));
  });

  it('a file beside a service is ignored, as ever', () => {
    expect(examined({ aws: true, passwordFile: '/p' })).toMatchObject({ password: { source: 'aws' }, problems: [] });
  });
});

/** A mistake's text has the name of its setting. */
function withSetting(text: string): unknown {
  return expect.stringContaining(text);
}
