import { gzipSync } from 'node:zlib';
import type { Hono } from 'hono';
import type { ApiEnvironment } from '../rpc/environment.js';
import type { PageContext } from './guard.js';
import type { ConsoleDoor, PageFile } from './parts.js';

const INDEX = 'index.html';
/** Names of files that change with their content. */
const hashed = /^[a-z-]+-[A-Za-z0-9_-]{8}\.(?:js|css)$/;

/**
 * Nothing comes from outside, nothing is framed, no form is sent anywhere, and no text becomes markup or code
 * (CSP 3; Trusted Types).
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** The page and its files. Every path of the page that is no file is the page itself, which reads it. */
export function addPages(app: Hono<ApiEnvironment>, { persons, files }: ConsoleDoor): void {
  const packed = new Map<string, Uint8Array>();
  const answer = async (context: PageContext): Promise<Response> => {
    const { origin } = persons.site();
    // Under another name of this server passkeys and sessions would not work.
    if (context.req.header('host') !== new URL(origin).host) return context.redirect(`${origin}/console`);
    const all = await files();
    const name = context.req.path.replace(/^\/console\/?/, '');
    const found = all.get(name);
    const file = found ?? (name.includes('.') ? undefined : all.get(INDEX));
    if (file === undefined) return context.notFound();
    return fileAnswer(context, { name: found === undefined ? INDEX : name, file, packed });
  };
  app.get('/console', answer);
  app.get('/console/*', answer);
}

interface Served {
  readonly name: string;
  readonly file: PageFile;
  /** Compressed before, by name. */
  readonly packed: Map<string, Uint8Array>;
}

function fileAnswer({ req }: PageContext, { name, file, packed }: Served): Response {
  const cache = hashed.test(name) ? 'public, max-age=31536000, immutable' : 'no-store';
  const all = { ...headers, 'content-type': file.type, 'cache-control': cache, vary: 'accept-encoding' };
  if (!/\bgzip\b/.test(req.header('accept-encoding') ?? ''))
    return new Response(file.content.slice(), { headers: all });
  const body = packed.get(name) ?? new Uint8Array(gzipSync(file.content, { level: 9 }));
  packed.set(name, body);
  return new Response(body.slice(), { headers: { ...all, 'content-encoding': 'gzip' } });
}
