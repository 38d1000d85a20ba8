/** Address of a node, parted from what authenticates there. */
export interface NodeUrl {
  /** Without user name and password. */
  readonly url: URL;
  /** Headers of every request: `authorization` where a user name or a password was named. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must never be shown: the password, and what looks like a key in user name, path and query. */
  readonly secrets: readonly string[];
}

/** Parts a node's URL; providers put keys into the path, the query, the user name or the password. */
export function parseNodeUrl(text: string): NodeUrl {
  const url = new URL(text);
  const [user, password] = [decode(url.username), decode(url.password)];
  url.username = '';
  url.password = '';
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  // Short segments such as `v3` are no keys; a password is one whatever its length.
  const segments = [user, ...url.pathname.split('/'), ...url.searchParams.values()];
  const secrets = [basic, password, ...segments.filter((segment) => segment.length >= 8)];
  return { url, headers: user === '' && password === '' ? {} : { authorization: `Basic ${basic}` }, secrets };
}

/** User name and password stand percent-encoded in a URL (RFC 3986, 3.2.1). A stray percent sign stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
