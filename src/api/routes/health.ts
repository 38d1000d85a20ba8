import { z } from 'zod';
import { CustosError, type ErrorCode, errorKinds } from '../../core/errors.js';
import { openRoute, type Route } from '../route.js';
import { errorKind, health } from '../schemas.js';

export const healthRoutes: readonly Route[] = [
  openRoute({
    method: 'GET',
    path: '/health',
    id: 'getHealth',
    about: 'whether the process answers',
    answers: { 200: { about: 'it does', schema: health } },
    handle: async (_, { version, network }) => ({ status: 200, body: { status: 'ok', version, network } }),
  }),
  openRoute({
    method: 'GET',
    path: '/errors/{code}',
    id: 'getErrorKind',
    about: 'what the `type` of a problem says',
    params: z.strictObject({ code: z.string().max(60) }),
    answers: { 200: { about: 'the code', schema: errorKind } },
    handle: async ({ params: { code } }) => {
      if (!isCode(code)) throw new CustosError('ROUTE_UNKNOWN', 'there is no such code');
      const { status, hint, retry }: { status: number; hint: string; retry?: true } = errorKinds[code];
      return { status: 200, body: { code, status, retryable: retry === true, hint } };
    },
  }),
];

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorKinds, text);
}
