import type { ErrorKind } from '../../src/client/operations.js';
import { ask } from '../api.js';
import { useLoaded } from '../load.js';
import { t } from '../texts.js';
import { Foreign } from './shown.js';

/** What the server says about codes does not change while it runs. */
const kinds = new Map<string, Promise<ErrorKind>>();

function kindOf(code: string): Promise<ErrorKind> {
  const known = kinds.get(code) ?? ask<ErrorKind>('GET', `/errors/${encodeURIComponent(code)}`);
  kinds.set(code, known);
  known.catch(() => kinds.delete(code));
  return known;
}

/** Why something stands still, and what mends it. */
export function Remedy({ code, detail }: { readonly code: string; readonly detail: string }) {
  const kind = useLoaded(code, () => kindOf(code)).now.value.value;
  return (
    <dl class="remedy">
      <dt>
        <code>{code}</code>
      </dt>
      <dd>
        <Foreign text={detail} />
      </dd>
      {kind === undefined ? null : (
        <>
          <dt>{t('overview.remedy')}</dt>
          <dd>{kind.hint}</dd>
        </>
      )}
    </dl>
  );
}
