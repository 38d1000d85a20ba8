import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { auditEvents } from '../../src/core/audit/events.js';

const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');

it('docs/audit.md explains each event of the audit log, and no other', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+\.[a-z-]+)` \| (.+) \|$/gm)].map(([, code = '', about = '']) => [
    code,
    about,
  ]);
  const known = Object.entries(auditEvents).map(([code, { about }]) => [code, about]);
  expect(rows.toSorted()).toEqual(known.toSorted());
});
