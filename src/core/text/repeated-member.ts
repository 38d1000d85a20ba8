/** Matches texts (with the colon after a member's name) and the braces of objects; nothing else can name a member. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g;

/**
 * Finds a member that occurs twice in one object: some readers take the first value, others the last.
 * @param json - valid JSON
 * @returns its name
 */
export function repeatedMember(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, colon] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const text = token.slice(0, -colon.length);
      const name = text.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1);
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
