import type { ApprovalRequest } from '../../src/client/operations.js';
import { WHOLE } from '../plain-text.js';
import { named, t } from '../texts.js';
import { Address, Foreign, Table } from './shown.js';

/** All that a transaction does, in lines for reading, and each effect with every member. */
export function Effects({ effects, lines }: Pick<ApprovalRequest, 'effects' | 'lines'>) {
  const hazards = new Set(effects.flatMap(({ code }) => (typeof code === 'string' ? [code] : [])));
  return (
    <>
      {[...hazards].map((code) => (
        <p key={code} class="refusal">
          {t('approval.hazard')}: <Foreign text={code} />
        </p>
      ))}
      <pre>
        {lines.map((line, at) => (
          <div key={at}>
            <Foreign text={line} most={WHOLE} />
          </div>
        ))}
      </pre>
      <details>
        <summary>{t('approval.effects', { n: effects.length })}</summary>
        <Table heads={[t('effects.op'), t('effects.members')]}>
          {effects.map(({ op, ...members }, at) => (
            <tr key={at}>
              <td>{named('op', op)}</td>
              <td>
                {Object.entries(members).map(([name, value]) => (
                  <div key={name}>
                    <span class="muted">{name}</span> <Member value={value} />
                  </div>
                ))}
              </td>
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}

function Member({ value }: { readonly value: unknown }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^(0x[0-9a-fA-F]{40}|[A-Za-z0-9]{26,90})$/.test(text) ? (
    <Address text={text} />
  ) : (
    <Foreign text={text} most={WHOLE} />
  );
}
