/** A setting fit to be shown: of a URL only scheme, host and path, because the rest may hold a secret. */
export function shownValue(value: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || !URL.canParse(value)) return value;
  const { protocol, host, pathname, username, password, search, hash } = new URL(value);
  const hidden = username + password + search + hash !== '';
  return hidden ? `${protocol}//${host}${pathname} (the rest is not shown)` : value;
}
