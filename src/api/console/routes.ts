import type { Hono } from 'hono';
import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { readTypedJson } from '../../http/body.js';
import { creationOptions, newPasskeyRequest, passkeyLoginRequest } from '../forms/passkeys.js';
import type { ApiEnvironment } from '../rpc/environment.js';
import { read } from '../validate.js';
import { giveCookie, type PageContext, personOf, requireOwnPage, sessionCookie, takeCookie } from './guard.js';
import { addPages } from './pages.js';
import type { ConsoleDoor, OpenedSession, PersonSession, Visitor } from './parts.js';

const code = z.string().min(1).max(64);
const person = z.string().min(1).max(64);
const enrolment = z.strictObject({ code });
const enrolled = newPasskeyRequest.extend({ code });
const login = z.strictObject({ person });
const answered = passkeyLoginRequest.extend({ person });

const totp = z.string().min(1).max(16);
const password = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^\P{Cc}*$/u, 'must have no control characters');
const passwordEnrolled = z.strictObject({ code, password, totp });
const passwordAnswered = z.strictObject({ person, password, totp });

const enrolmentOptions = z.strictObject({ person: z.string(), options: creationOptions });

/**
 * What only the page asks: who is there, and how one logs in. Everything else it asks of the operations that applications have, with
 * the rights of the person.
 */
export function addConsole(app: Hono<ApiEnvironment>, door: ConsoleDoor): void {
  const { persons } = door;
  const post = <B extends z.ZodType>(
    path: string,
    form: B,
    work: (body: z.output<B>, visitor: Visitor, context: PageContext) => Promise<Response>,
  ) =>
    app.post(`/console/data/session${path}`, async (context) => {
      const site = persons.site();
      requireOwnPage(context, site);
      const body = read(form, await readTypedJson(context), 'body');
      return work(body, { address: context.env.address, cookie: sessionCookie(context, site) }, context);
    });
  const opened = (context: PageContext, { cookie, name }: OpenedSession): Response => {
    giveCookie(context, persons.site(), cookie);
    return context.json({ person: name }, 201);
  };

  app.get('/console/data/session', async (context) => {
    return context.json(sessionJson(await personOf(context, persons)));
  });
  app.get('/console/data/persons', async (context) => {
    const { person } = await personOf(context, persons);
    if (person.roles.length === 0) throw new CustosError('SCOPE_MISSING', 'the constitution gives the person no role');
    return context.json(await persons.all());
  });
  post('/enrolment/options', enrolment, async (body, visitor, context) => {
    const { name, options } = await persons.startEnrolment(body.code, visitor);
    return context.json({ person: name, options } satisfies z.input<typeof enrolmentOptions>);
  });
  post('/enrolment', enrolled, async ({ code: given, name, credential }, visitor, context) =>
    opened(context, await persons.enrol(given, { name, key: credential }, visitor)),
  );
  post('/enrolment/totp', enrolment, async (body, visitor, context) =>
    context.json(await persons.offerTotp(body.code, visitor)),
  );
  post('/enrolment/password', passwordEnrolled, async ({ code: given, ...proof }, visitor, context) =>
    opened(context, await persons.enrolPassword(given, proof, visitor)),
  );
  post('/login/password', passwordAnswered, async ({ person: name, ...proof }, visitor, context) =>
    opened(context, await persons.loginByPassword(name, proof, visitor)),
  );
  post('/login/options', login, async (body, visitor, context) =>
    context.json(await persons.startLogin(body.person, visitor)),
  );
  post('/login', answered, async (body, visitor, context) =>
    opened(context, await persons.login(body.person, body.credential, visitor)),
  );
  app.get('/console/data/site', (context) => context.json(persons.site()));
  app.delete('/console/data/session', async (context) => {
    const site = persons.site();
    requireOwnPage(context, site);
    await persons.logout(sessionCookie(context, site));
    takeCookie(context, site);
    return context.body(null, 204);
  });
  addPages(app, door);
}

function sessionJson({ person: { name, roles, keys, by }, caller, expiresAt }: PersonSession) {
  return {
    person: name,
    by,
    roles: [...roles],
    scopes: [...caller.scopes],
    keys: keys.map((one) => ({ ...one })),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
