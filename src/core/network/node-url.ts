/** Address of a node, separate from its credentials. */
export interface NodeUrl {
  /** Without user name and password. */
  readonly url: URL;
  /** Headers of every request: `authorization` if the URL has a user name or password. */
  readonly headers: Readonly<Record<string, string>>;
  /** Texts that must never be shown: the password, and anything like a key in user name, path and query. */
  readonly secrets: readonly string[];
}

/** Splits a node's URL. Providers put keys into the path, the query, the user name or the password. */
export function parseNodeUrl(text: string): NodeUrl {
  const url = new URL(text);
  const [user, password] = [decode(url.username), decode(url.password)];
  url.username = '';
  url.password = '';
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  // A short segment such as `v3` is not a key. A password is secret whatever its length.
  const segments = [user, ...url.pathname.split('/'), ...url.searchParams.values()];
  const secrets = [basic, password, ...segments.filter((segment) => segment.length >= 8)];
  return { url, headers: user === '' && password === '' ? {} : { authorization: `Basic ${basic}` }, secrets };
}

/** User name and password are percent-encoded in a URL (RFC 3986, 3.2.1). A stray percent sign stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
