import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { Address, Foreign, Loading, Panel, Table, Title } from '../parts/shown.js';
import { personName, session } from '../session.js';
import { named, t } from '../texts.js';

/** As `/console/data/persons` answers. */
export interface Persons {
  readonly version: number | null;
  readonly hash: string | null;
  readonly thresholds: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly persons: readonly {
    readonly name: string;
    readonly roles: readonly string[];
    readonly keys: readonly string[];
    readonly passkeys: number;
    readonly hasPassword: boolean;
  }[];
}

/** Who may decide what, as the constitution says it, and who can log in. */
export function PersonsScreen() {
  const persons = useLoaded('persons', () => ask<Persons>('GET', '/console/data/persons')).now;
  const now = session.value;
  return (
    <>
      <Title>{t('nav.persons')}</Title>
      <Loading of={persons.value}>
        {({ version, hash, thresholds, groups, persons: all }) => (
          <>
            <Panel title={version === null ? t('persons.noConstitution') : t('persons.constitution', { version })}>
              {hash === null ? null : (
                <p>
                  <code class="muted">{hash}</code>
                </p>
              )}
              <dl class="facts">
                {Object.entries(thresholds).map(([act, demand]) => [
                  <dt key={act}>{named('act', act)}</dt>,
                  <dd key={`${act} demand`}>{t('persons.needs', { demand })}</dd>,
                ])}
                {Object.entries(groups).map(([group, members]) => [
                  <dt key={group}>{group}</dt>,
                  <dd key={`${group} members`}>{members.join(', ')}</dd>,
                ])}
              </dl>
            </Panel>
            <Panel title={t('nav.persons')}>
              <Table heads={[t('login.name'), t('persons.roles'), t('persons.keys'), t('persons.login')]}>
                {all.map(({ name, roles, keys, passkeys, hasPassword }) => (
                  <tr key={name}>
                    <td>
                      <Foreign text={name} most={32} />{' '}
                      {name === personName.value ? <span class="chip">{t('persons.you')}</span> : null}
                    </td>
                    <td>{roles.map((role) => named('role', role)).join(', ') || t('persons.noRole')}</td>
                    <td>
                      {keys.map((key) => (
                        <div key={key}>
                          <Address text={key} />
                        </div>
                      ))}
                    </td>
                    <td>
                      {[passkeys > 0 && t('persons.passkeys', { n: passkeys }), hasPassword && t('login.password')]
                        .filter((one) => one !== false)
                        .join(', ') || '–'}
                    </td>
                  </tr>
                ))}
              </Table>
            </Panel>
          </>
        )}
      </Loading>
      <Panel title={t('persons.own')}>
        {now.kind === 'in' &&
          now.session.keys.map(({ id, key, isEnacted }) => (
            <p key={id}>
              <Address text={key} /> <span class="chip">{t(isEnacted ? 'persons.enacted' : 'persons.notEnacted')}</span>
            </p>
          ))}
      </Panel>
    </>
  );
}
