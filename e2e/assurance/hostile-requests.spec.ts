// Requests that no page of the site sends. Each gets an answer below 500, changes nothing and leaves the server
// healthy.
import { expect, test } from '#e2e/fixtures.ts'
import { Client, type Filled } from '#e2e/support/client.ts'
import { encodeActionCall, encodeMultipart, type Fields } from '#e2e/support/form-body.ts'
import { navigationHeaders } from '#e2e/support/http.ts'
import { siteAction } from '#e2e/support/site-actions.ts'
import { readStoredUsers } from '#e2e/support/store-contents.ts'

// All forms share this code; every-form.spec.ts and the fuzz test their fields.
const target = { path: '/profile/edit', ...siteAction('saveProfile') }

test.describe('a form', () => {
  let client: Client
  let filled: Filled

  test.beforeEach(async ({ server }) => {
    client = new Client(server.url)
    await client.signUp()
    filled = await client.findForm(target.path, 'Save profile')
  })

  test('rejects other encodings and damaged bodies', async ({ server }) => {
    const users = await readStoredUsers(server.store)
    const typed = target.fields.map(([name, value]): [string, string] => [name, String(value)])
    const whole = encodeMultipart([...filled.form.hidden, ...target.fields])
    const type = whole.headers['content-type']
    const bodies: [what: string, type: string | undefined, body: string | Buffer][] = [
      ['JSON', 'application/json', JSON.stringify(Object.fromEntries(typed))],
      ['URL-encoded', 'application/x-www-form-urlencoded', new URLSearchParams(typed).toString()],
      ['text', 'text/plain', 'username=a'],
      ['XML', 'text/xml', '<a/>'],
      ['no type', undefined, whole.body],
      ['nonsense type', ';;;', whole.body],
      ['multipart without boundary', 'multipart/form-data', whole.body],
      ['multipart with another boundary', 'multipart/form-data; boundary=other', whole.body],
      ['multipart cut short', type, whole.body.slice(0, -40)],
      ['multipart cut in a header', type, whole.body.slice(0, 60)],
      ['empty', type, ''],
      ['bytes', type, Buffer.alloc(4096, 0xff)],
    ]
    for (const [what, contentType, body] of bodies) {
      for (const action of [undefined, target.id]) {
        const headers = {
          ...navigationHeaders,
          origin: client.origin,
          'content-type': contentType,
          'next-action': action,
        }
        const answer = await client.copy().send({ method: 'POST', path: target.path, body, headers })
        expect
          .soft(answer.status, `${what} with${action ? '' : 'out'} next-action → ${answer.text.slice(0, 200)}`)
          .toBeLessThan(500)
      }
    }
    expect(await readStoredUsers(server.store)).toBe(users)
  })

  test('rejects unknown and damaged actions [V1.5.2, T7]', async ({ server, expectedFaults }) => {
    // Next writes this to stderr and answers 404.
    expectedFaults.push(/Failed to find Server Action|Server Reference ID did not match/)
    const users = await readStoredUsers(server.store)
    const unknown = '00'.padEnd(42, 'a')
    const ids = ['x', unknown, '__proto__', 'constructor', '0'.repeat(5000), target.id.toUpperCase()]
    for (const id of ids) {
      for (const fields of [
        target.fields,
        [
          ['1', '{}'],
          ['0', '["$1:a:a"]'],
        ],
        [['0', '["$F1"]']],
        [],
      ] satisfies Fields[]) {
        const call = encodeActionCall(fields)
        const answer = await client
          .copy()
          .fetch(target.path, { method: 'POST', body: call.body, headers: { ...call.headers, 'next-action': id } })
        expect.soft(answer.status, `action ${id.slice(0, 50)} → ${answer.text.slice(0, 200)}`).toBeLessThan(500)
      }
    }
    const damaged: [string, string][][] = [
      [
        ['$ACTION_REF_1', ''],
        ['$ACTION_1:0', '{"id":"x","bound":"$@1"}'],
        ['$ACTION_1:1', '[]'],
      ],
      [
        ['$ACTION_REF_1', ''],
        ['$ACTION_1:0', 'not JSON'],
      ],
      [['$ACTION_REF_1', '']],
      [['$ACTION_REF___proto__', '']],
      [[`$ACTION_ID_${unknown}`, '']],
      [['$ACTION_ID___proto__', '']],
      [['$ACTION_KEY', 'x'.repeat(5000)]],
    ]
    for (const hidden of damaged) {
      const answer = await client.copy().post({ ...filled, form: { ...filled.form, hidden } }, target.fields)
      expect
        .soft(answer.status, `${JSON.stringify(hidden).slice(0, 80)} → ${answer.text.slice(0, 200)}`)
        .toBeLessThan(500)
    }
    expect(await readStoredUsers(server.store)).toBe(users)
  })

  test('rejects huge bodies [V5.2.1, T11]', async ({ server }) => {
    const users = await readStoredUsers(server.store)
    for (const megabytes of [1, 2, 20]) {
      const body = encodeMultipart([
        ...filled.form.hidden,
        ...target.fields,
        ['bio', 'x'.repeat(megabytes * 1_048_576)],
      ])
      const headers = { ...navigationHeaders, origin: client.origin, ...body.headers }
      const request = { method: 'POST', path: target.path, body: body.body, headers }
      // The rejection does not wait for the body, so the connection may close while the body is being sent.
      const outcome = await client
        .copy()
        .send(request)
        .then(
          ({ status }) => status,
          ({ code }: NodeJS.ErrnoException) => code,
        )
      expect.soft([413, 'EPIPE', 'ECONNRESET'], `${megabytes} MB → ${outcome}`).toContain(outcome)
    }
    expect(await readStoredUsers(server.store)).toBe(users)
    expect((await new Client(server.url).open('/login')).status).toBe(200)
  })
})

test('mangled and foreign cookies log nobody in [V7.2.1]', async ({ server, startOwnServer }) => {
  const owner = new Client(server.url)
  await owner.signUp()
  const seal = owner.cookies.get('session') ?? ''
  const foreigner = new Client((await startOwnServer()).url)
  await foreigner.signUp()

  const mangled = [
    foreigner.cookies.get('session') ?? '',
    ...damagedPartByPart(seal),
    seal.slice(1),
    seal.slice(0, -20),
    seal.replace(/[a-z]/, (letter) => letter.toUpperCase()),
    seal.toUpperCase(),
    seal.split('*').toReversed().join('*'),
    `x*${seal}`,
    'x',
    'Fe26.2**',
    'Fe26.2*1*a*b*c*d*e*f~2',
    '%E0%A4%A',
    '%00',
    '__proto__',
    '{"token":"x"}',
    'ü',
    'x'.repeat(4000),
    `Fe26.2*1*${'a'.repeat(3900)}`,
  ]
  for (const value of mangled) {
    const client = new Client(server.url)
    const headers = { cookie: `session=${Buffer.from(value).toString('latin1')}` }
    const page = await client.open('/profile', headers)
    expect.soft([303, 307], `${value.slice(0, 60)} → ${page.status}`).toContain(page.status)
    expect.soft((await client.fetch('/api/session', { headers })).status, value.slice(0, 60)).toBe(401)
    expect.soft((await client.open('/login', headers)).status, value.slice(0, 60)).toBe(200)
  }
  expect(await owner.isSignedIn()).toBe(true)
})

/** The seal with one character changed in each part. After "~" is only the format number. */
function damagedPartByPart(seal: string): string[] {
  const parts = (seal.split('~')[0] ?? '').split('*')
  return parts
    .map((part, index) =>
      parts
        .with(
          index,
          part.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')),
        )
        .join('*'),
    )
    .filter((damaged) => damaged !== parts.join('*'))
    .map((damaged) => `${damaged}~2`)
}
