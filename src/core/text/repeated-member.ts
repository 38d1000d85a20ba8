/**
 * Finds a member that occurs twice in one object: some readers take the first value, others the last.
 * @param json - valid JSON
 * @returns its name
 */
export function repeatedMember(json: string): string | undefined {
  let found: string | undefined;
  eachRepeated(json, (name) => {
    found ??= name;
    return true;
  });
  return found;
}

/**
 * Finds the members of a whole text that are written twice, or have a member somewhere inside that is.
 * @param json - valid JSON, an object
 */
export function repeatedPlaces(json: string): ReadonlyMap<string, 'itself' | 'inside'> {
  const found = new Map<string, 'itself' | 'inside'>();
  eachRepeated(json, (_name, top, depth) => {
    if (found.get(top) !== 'itself') found.set(top, depth === 1 ? 'itself' : 'inside');
    return false;
  });
  return found;
}

/** @param visit - gets the name, the member of the whole text that it is in, and how many objects are around it; true ends the search */
function eachRepeated(json: string, visit: (name: string, top: string, depth: number) => boolean): void {
  // Every request comes through here, so it looks at each character once. Only texts and the braces of objects matter: nothing else
  // can name a member.
  const open: Set<string>[] = [];
  let top = '';
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === BRACE) open.push(new Set());
    else if (code === END_BRACE) open.pop();
    else if (code === QUOTE) {
      const end = endOfText(json, at);
      if (json.charCodeAt(afterBlanks(json, end + 1)) === COLON) {
        const name = nameOf(json.slice(at, end + 1));
        const names = open.at(-1);
        if (open.length === 1) top = name;
        if (names?.has(name) && visit(name, top, open.length)) return;
        names?.add(name);
      }
      at = end;
    }
  }
}

/**
 * Counts the members that are written in a text, repeated ones too: an engine that parsed it has kept fewer if one is repeated. To count
 * takes a third of the time of `repeatedMember`.
 * @param json - valid JSON
 */
export function writtenMembers(json: string): number {
  let count = 0;
  for (let at = json.indexOf('"'); at >= 0; ) {
    const end = endOfText(json, at);
    if (json.charCodeAt(afterBlanks(json, end + 1)) === COLON) count += 1;
    at = json.indexOf('"', end + 1);
  }
  return count;
}

const [QUOTE, BACKSLASH, COLON, BRACE, END_BRACE] = [0x22, 0x5c, 0x3a, 0x7b, 0x7d];
/** The four blanks of JSON (RFC 8259, 2). */
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** @returns the place of the quotation mark that ends the text which begins at `start` */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end > 0 && json.charCodeAt(end - 1) === BACKSLASH && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end < 0 ? json.length : end;
}

/** Whether an odd number of backslashes is in front. */
function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

function afterBlanks(json: string, from: number): number {
  let at = from;
  // Everything else that may follow a text is above them.
  while (json.charCodeAt(at) <= 0x20 && blanks.has(json.charCodeAt(at))) at += 1;
  return at;
}

function nameOf(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}
