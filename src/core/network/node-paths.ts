/** What clients may ask a node's HTTP interface, because it only reads the chain or sends signed bytes. */
export interface NodePaths {
  /** Methods with paths, as `GET /accounts/:`; `:` is any one segment. */
  readonly reads: readonly string[];
  readonly sends: readonly string[];
}

/** One request to a node's HTTP interface. */
export interface PathQuestion {
  readonly method: string;
  /** Still encoded, without a query. */
  readonly path: string;
}

/**
 * What a request to a node does.
 * @returns undefined for a path that is not offered: a node serves its administration through the same interface
 */
export function meaningOfPath(paths: NodePaths, question: PathQuestion): 'reads' | 'sends' | undefined {
  if (!isPlain(question.path)) return undefined;
  if (paths.reads.some((line) => fits(line, question))) return 'reads';
  return paths.sends.some((line) => fits(line, question)) ? 'sends' : undefined;
}

/** Only characters that mean themselves (RFC 3986, 2.3 and 3.3), so that the node reads the path as it is read here. */
function isPlain(path: string): boolean {
  return /^(\/[A-Za-z0-9._~:@!$&'()*+,;=-]{1,200})+$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path);
}

function fits(line: string, { method, path }: PathQuestion): boolean {
  const [wanted, form = ''] = line.split(' ');
  if (wanted !== method) return false;
  const [segments, given] = [form.split('/'), path.split('/')];
  return segments.length === given.length && segments.every((one, at) => one === ':' || one === given[at]);
}
