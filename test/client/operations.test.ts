import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/openapi.js';
import { allRoutes } from '../../src/api/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { clientTypes }: { clientTypes: (document: object) => string } = await import(`${root}client-types.js`);

it('the operations of the client are those that `npm run docs` writes from the table of the API', () => {
  const written = readFileSync(`${root}src/client/operations.ts`, 'utf8');
  expect(written).toBe(clientTypes(openApiDocument(allRoutes(''), '')));
});
