/** A setting fit to be shown: of a URL only scheme, host and path, because the rest may hold a secret. */
export function shownValue(value: string): string {
  if (!isUrl(value) || !URL.canParse(value)) return value;
  const { protocol, host, pathname, username, password, search, hash } = new URL(value);
  const hidden = username + password + search + hash !== '';
  return hidden ? `${protocol}//${host}${pathname} (the rest is not shown)` : value;
}

/** True for what begins with a scheme, such as the location of a database server; a file's path does not. */
function isUrl(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
}
