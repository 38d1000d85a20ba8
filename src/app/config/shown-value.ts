/** A setting made safe to show: only scheme, host and path of a URL, because the rest may hold a secret. */
export function shownValue(value: string): string {
  if (!isUrl(value) || !URL.canParse(value)) return value;
  const { protocol, host, pathname, username, password, search, hash } = new URL(value);
  const hidden = username + password + search + hash !== '';
  return hidden ? `${protocol}//${host}${pathname} (the rest is not shown)` : value;
}

/** True for text that begins with a scheme, such as the location of a database server, unlike a file path. */
function isUrl(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
}
