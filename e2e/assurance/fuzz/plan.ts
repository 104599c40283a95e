// A random description of a form request: mostly one that the site's own page could send, with some errors.
import fc from 'fast-check'
import { type Field, hostileName, hostileValue, nearly } from './values.ts'

export type Cookie = 'own' | 'none' | 'other' | 'ended' | 'damaged' | { text: string }

export interface FormPlan {
  /** By the browser, by React's script, or in an impossible way. */
  way: 'browser' | 'script' | { type: string; body: Body }
  cookie: Cookie
  method: string
  /** Null for the form's own page, a number for another page of the site. */
  page: number | null
  query: string
  /** How it names the action: the right one, none, a number for another action's, or some text. */
  action: 'right' | 'none' | number | { text: string }
  fields: Field[]
  headers: Record<string, string>
}

export type Body = 'multipart' | 'cut' | 'url' | 'json' | { text: string } | { bytes: number[] }

const likely = <Value>(usual: Value, weight: number, others: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 100 - weight, arbitrary: others })

/** What Node's client accepts in a header: the server must handle whatever can arrive. */
export const headerText = fc
  .string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 60 })
  .filter((value) => !value.includes('\u007f'))

export const query = likely(
  '',
  80,
  fc.oneof(
    fc.constantFrom(
      ...['?', '?%', '?%E0%A4%A', '?__proto__=x&reason=__proto__', '?next=//evil.test', '?next=a&next=b', '?_rsc=1'],
      ...['?page=-1', '?page=1e9', '?saved[]=1', '?a[b][c]=1', '?refused=constructor', '?done=__proto__', '?before=x'],
      ...['?act=x&next=%2F%2Fevil.test', '?token=x', '?code=%00', '?invitation=x', '?search=%25', "?search=' OR 1=1"],
    ),
    fc.webQueryParameters().map((text) => `?${text}`),
  ),
).map((text) => text.replaceAll(' ', '+'))

export const cookie: fc.Arbitrary<Cookie> = likely<Cookie>(
  'own',
  70,
  fc.oneof(
    fc.constantFrom<Cookie[]>('none', 'other', 'ended', 'damaged'),
    headerText.map((text) => ({ text })),
  ),
)

export const headers: fc.Arbitrary<Record<string, string>> = likely(
  {},
  80,
  fc.oneof(
    fc.constantFrom<Record<string, string>[]>(
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'x-forwarded-host': 'evil.test' },
      { 'x-forwarded-for': "1.1.1.1, ::1, ' OR 1=1" },
      { 'accept-language': '*;q=x, __proto__' },
      { 'user-agent': '' },
      { rsc: '1' },
      { rsc: '1', 'next-router-state-tree': '%5B%22%22%2C{}%5D' },
      { 'next-router-state-tree': '["",{"children":["x",{}]},null,null,true]' },
      { 'next-router-prefetch': '1' },
      { 'next-router-segment-prefetch': '/_tree' },
      { 'next-url': '/x' },
      { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
      { accept: 'text/x-component' },
      { 'content-encoding': 'gzip' },
      { range: 'bytes=0-1' },
      { 'if-none-match': '*' },
      { expect: '200-maybe' },
      { 'x-http-method-override': 'DELETE' },
    ),
    fc.dictionary(
      fc.constantFrom('user-agent', 'accept-language', 'accept', 'referer', 'x-request-id', 'traceparent', 'next-url'),
      headerText,
      { maxKeys: 2 },
    ),
  ),
)

export const body: fc.Arbitrary<Body> = fc.oneof(
  fc.constantFrom<Body[]>('multipart', 'cut', 'url', 'json', { text: '' }, { text: '[]' }, { text: '{"a":' }),
  fc.string({ unit: 'binary', maxLength: 80 }).map((text) => ({ text })),
  fc.json({ maxDepth: 3 }).map((text) => ({ text })),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => ({ bytes: [...bytes] })),
)

export const contentType = fc.oneof(
  fc.constantFrom(
    ...['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=other', ';;;', ''],
    ...['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'text/plain;charset=UTF-8', 'text/xml'],
  ),
  headerText,
)

const referenceText = fc
  .oneof(
    fc.constantFrom(
      ...[
        'x',
        '__proto__',
        'constructor',
        '00'.padEnd(42, 'a'),
        '0'.repeat(5000),
        '["$F1"]',
        '["$1:a:a"]',
        '[',
        'null',
      ],
      ...['[null,5]', '["$K1","$K2"]', '["$K1"]', '{"id":"x","bound":null}', '{"id":"__proto__","bound":"$@1"}'],
      '['.repeat(5000),
      '[{"values":{"__proto__":"x"},"errors":{},"alert":null},"$K1"]',
    ),
    headerText,
  )
  .map((text) => ({ text }))

/**
 * `fields` generates valid values for the form. Sending them unchanged is rare with `seldom`, where each success needs
 * a new user.
 */
export function formPlan(fields: fc.Arbitrary<Field[]>, { seldom }: { seldom: boolean }): fc.Arbitrary<FormPlan> {
  return fc.record({
    way: fc.oneof(
      { weight: 5, arbitrary: fc.constant('browser' as const) },
      { weight: 4, arbitrary: fc.constant('script' as const) },
      { weight: 1, arbitrary: fc.record({ type: contentType, body }) },
    ),
    cookie,
    method: likely('POST', 97, fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND')),
    page: likely<number | null>(null, 92, fc.nat({ max: 100 })),
    query,
    action: likely<FormPlan['action']>(
      'right',
      80,
      fc.oneof(fc.constant('none' as const), fc.nat({ max: 100 }), referenceText),
    ),
    fields: damaged(fields, seldom ? 1 : 6),
    headers,
  })
}

type Damage = (fields: Field[]) => Field[]

const damage: fc.Arbitrary<Damage> = fc.oneof(
  at((fields, n) => fields.toSpliced(n, 1)),
  at((fields, n) => fields.concat(fields.slice(n, n + 1))),
  at((fields, n, salt) => replaced(fields, n, (value) => nearly(value, salt))),
  fc.tuple(fc.nat({ max: 20 }), hostileValue).map(
    ([n, value]): Damage =>
      (fields) =>
        replaced(fields, n % (fields.length || 1), () => value),
  ),
  fc.tuple(fc.nat({ max: 20 }), hostileValue).map(
    ([n, value]): Damage =>
      (fields) =>
        replaced(fields, n % (fields.length || 1), () => value),
  ),
  fc.tuple(hostileName, hostileValue).map(
    (extra): Damage =>
      (fields) => [...fields, extra],
  ),
)

/** `whole`: how many of twenty-odd are undamaged. */
function damaged(fields: fc.Arbitrary<Field[]>, whole: number): fc.Arbitrary<Field[]> {
  const some = fc.oneof(
    { weight: whole, arbitrary: fc.constant<Damage[]>([]) },
    { weight: 14, arbitrary: fc.array(damage, { minLength: 1, maxLength: 1 }) },
    { weight: 6, arbitrary: fc.array(damage, { minLength: 2, maxLength: 4 }) },
  )
  return fc.tuple(fields, some, hostileName).map(([before, damages, name]) => {
    const after = damages.reduce((so, change) => change(so), before)
    // A form without fields has nothing else to damage.
    return damages.length > 0 && after.length === 0 ? [[name, { text: 'admin' }]] : after
  })
}

function at(change: (fields: Field[], n: number, salt: number) => Field[]): fc.Arbitrary<Damage> {
  return fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 20 })).map(
    ([n, salt]) =>
      (fields) =>
        change(fields, n % (fields.length || 1), salt),
  )
}

function replaced(fields: Field[], n: number, change: (value: Field[1]) => Field[1]): Field[] {
  return fields.map(([name, value], index) => [name, index === n ? change(value) : value])
}
