const intro = `/**
 * The operations of the API and their forms, made by \`npm run docs\` from the table that routes and validates. Not to be edited.
 */
`;

/** The text of src/client/operations.ts: types and paths of all operations of the OpenAPI document. */
export function clientTypes({ paths, components: { schemas } }) {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const forms = Object.keys(schemas)
    .sort()
    .map((name) => `${comment(schemas[name])}export type ${name} = ${typeOf(schemas[name], '')};\n`);
  const kinds = all.map(({ operation }) => `  ${kindOf(operation)}\n`).join('');
  const places = all.map((one) => `  ${placeOf(one)}\n`).join('');
  return [
    intro,
    ...forms,
    `/** What each operation takes and answers. */\nexport interface Operations {\n${kinds}}\n`,
    `/** Where each operation is, and whether a repeated request is known by its key. */\nexport const operations = {\n${places}} as const;\n`,
  ].join('\n');
}

function kindOf({ operationId, summary, parameters = [], requestBody, responses }) {
  const content = requestBody?.content['application/json'].schema;
  const members = [
    ['params', parametersOf(parameters, 'path')],
    ['query', parametersOf(parameters, 'query')],
    ['body', content === undefined ? undefined : typeOf(content, '    ')],
    ['answer', answerOf(responses)],
  ];
  const lines = members
    .filter(([, type]) => type !== undefined)
    .map(([name, type]) => `    readonly ${name}: ${type};`);
  return `/** ${summary} */\n  readonly ${operationId}: {\n${lines.join('\n')}\n  };`;
}

function placeOf({ path, method, operation: { operationId, parameters = [], responses } }) {
  const hasKey = parameters.some(({ name }) => name === 'Idempotency-Key');
  const isJson = answersOf(responses).every(
    ([, { content }]) => content === undefined || 'application/json' in content,
  );
  return `${operationId}: { method: '${method}', path: '${path}', hasKey: ${hasKey}, isJson: ${isJson} },`;
}

/** Members of the path or of the query; numbers may be given where a text has a form. */
function parametersOf(parameters, place) {
  const own = parameters.filter((one) => one.in === place);
  if (own.length === 0) return undefined;
  const schema = {
    type: 'object',
    properties: Object.fromEntries(own.map(({ name, schema: form, description }) => [name, { ...form, description }])),
    required: own.filter(({ required }) => required).map(({ name }) => name),
  };
  const mayBeNumber = (form) => place === 'query' && form.pattern !== undefined;
  return objectOf(schema, '    ', (form) => (mayBeNumber(form) ? 'string | number' : typeOf(form, '      ')));
}

function answersOf(responses) {
  return Object.entries(responses).filter(([, { $ref }]) => $ref === undefined);
}

/** What is not JSON comes as the answer itself. */
function answerOf(responses) {
  const kinds = answersOf(responses).map(([status, { content }]) => {
    if (content === undefined) return status === '204' ? 'undefined' : 'unknown';
    const { schema } = content['application/json'] ?? {};
    if (!('application/json' in content)) return 'Response';
    return schema === undefined ? 'unknown' : typeOf(schema, '    ');
  });
  return kinds.length === 0 ? 'unknown' : [...new Set(kinds)].join(' | ');
}

function typeOf(schema, indent) {
  const { $ref, type, enum: words, const: word, anyOf, oneOf, allOf, items, prefixItems } = schema;
  if ($ref !== undefined) return $ref.split('/').at(-1);
  if (word !== undefined) return literal(word);
  if (words !== undefined) return words.map(literal).join(' | ');
  const kinds = anyOf ?? oneOf;
  if (kinds !== undefined) return [...new Set(kinds.map((kind) => typeOf(kind, indent)))].join(' | ');
  if (allOf !== undefined) return allOf.map((kind) => `(${typeOf(kind, indent)})`).join(' & ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, indent)).join(' | ');
  if (prefixItems !== undefined) return `readonly [${prefixItems.map((one) => typeOf(one, indent)).join(', ')}]`;
  if (type === 'array') return listOf(typeOf(items ?? {}, indent));
  if (type === 'object') return objectOf(schema, indent, (form) => typeOf(form, `${indent}  `));
  return { string: 'string', number: 'number', integer: 'number', boolean: 'boolean', null: 'null' }[type] ?? 'unknown';
}

function listOf(type) {
  return /^\w+$/.test(type) ? `readonly ${type}[]` : `readonly (${type})[]`;
}

function objectOf({ properties = {}, required = [], additionalProperties }, indent, write) {
  const members = Object.entries(properties).map(([name, form]) => {
    const isNeeded = required.includes(name);
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : literal(name);
    const type = isNeeded ? write(form) : `${write(form)} | undefined`;
    return `${comment(form, `${indent}  `)}${indent}  readonly ${key}${isNeeded ? '' : '?'}: ${type};\n`;
  });
  const isOpen = additionalProperties !== undefined && additionalProperties !== false;
  const form = isOpen && Object.keys(additionalProperties).length > 0 ? write(additionalProperties) : 'unknown';
  if (isOpen) members.push(`${indent}  readonly [name: string]: ${members.length > 0 ? 'unknown' : form};\n`);
  return members.length === 0 ? 'Readonly<Record<string, never>>' : `{\n${members.join('')}${indent}}`;
}

function comment({ description }, indent = '') {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '* /')} */\n`;
}

function literal(value) {
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : JSON.stringify(value);
}
