import { describe, expect, test, vi } from 'vitest'
import { maxBodyBytes, maxFieldBytes } from './body-limit.ts'
import { parseMultipart } from './multipart.ts'

const type = 'multipart/form-data; boundary=xyz'
const part = (head: string, body = 'v') => `--xyz\r\n${head}\r\n\r\n${body}\r\n`
const named = (name: string) => `Content-Disposition: form-data; name="${name}"`
const parse = (body: string, contentType = type) => {
  const bytes = Buffer.from(body, 'utf8')
  return parseMultipart(contentType, new Uint8Array(bytes).buffer)
}
const formIn = async (body: string) => {
  const parsed = await parse(body)
  return parsed.ok ? parsed.value : null
}

describe('parseMultipart', () => {
  test('reads what browsers and this platform write', async () => {
    const form = new FormData()
    form.set('username', 'alice')
    form.set('bio', 'one\r\ntwo -- three\r\n\r\n--four "ü" 🦊')
    form.set('$ACTION_2:0', '{"id":"a"}')
    form.set('file', new File(['text'], 'ü.txt', { type: 'text/plain' }))
    const sent = new Response(form)
    const parsed = await parseMultipart(sent.headers.get('content-type') ?? '', await sent.arrayBuffer())
    const read = parsed.ok ? parsed.value : new FormData()
    expect([...read.keys()]).toEqual(['username', 'bio', '$ACTION_2:0', 'file'])
    expect(read.get('bio')).toBe(form.get('bio'))
  })

  test('reads a form without a final line break, and one with empty fields', async () => {
    expect((await formIn(`${part(named('a'))}--xyz--`))?.get('a')).toBe('v')
    expect((await formIn(`${part(named('a'), '')}--xyz--\r\n`))?.get('a')).toBe('')
  })

  test('reads Lynx’s charset of each text', async () => {
    const head = (name: string) => `${named(name)}\r\nContent-Type: text/plain; charset=utf-8`
    const form = await formIn(`${part(head('a'), 'ü 🦊')}${part(head('b'), '')}--xyz--\r\n`)
    expect([...(form?.entries() ?? [])]).toEqual([
      ['a', 'ü 🦊'],
      ['b', ''],
    ])
  })

  test.each([
    ['a\\b.png', false],
    ['a\\', false],
    ['“À – 🦊”.png', false],
    ['a;b="c.png', true],
  ])('takes an upload named %j; a form only a name that both parsers read alike', async (name, isTakenAsForm) => {
    const form = new FormData()
    form.set('picture', new File(['image'], name, { type: 'image/png' }))
    const sent = new Response(form)
    const [contentType, body] = [sent.headers.get('content-type') ?? '', await sent.arrayBuffer()]
    const parsed = await parseMultipart(contentType, body, { isUpload: true })
    const file = parsed.ok ? parsed.value.get('picture') : null
    expect(file instanceof File && (await file.text())).toBe('image')
    expect((await parseMultipart(contentType, body)).ok).toBe(isTakenAsForm)
  })

  test.each(['a"; name="b', 'a\r\nb', 'a\0'])('rejects an upload whose file name is %j [V1.5.3]', async (name) => {
    const body = `${part(`${named('a')}; filename="${name}"\r\nContent-Type: image/png`)}--xyz--\r\n`
    const bytes = new Uint8Array(Buffer.from(body, 'latin1')).buffer
    expect(await parseMultipart(type, bytes, { isUpload: true })).toEqual({ ok: false, code: 'bad_request' })
  })

  test.each<[string, string, string?]>([
    ['text before the first boundary', ` ${part(named('a'))}--xyz--\r\n`],
    ['text after the last', `${part(named('a'))}--xyz--\r\nmore`],
    ['no end', part(named('a'))],
    ['no part', '--xyz--\r\n'],
    ['bare line feeds', `--xyz\n${named('a')}\n\nv\n--xyz--\n`],
    ['a part without a head', '--xyz\r\nv\r\n--xyz--\r\n'],
    ['two names in one part', `${part('Content-Disposition: form-data; name="0"; name="_1_a"')}--xyz--\r\n`],
    ['a name without quotes', `${part('Content-Disposition: form-data; name=a')}--xyz--\r\n`],
    ['an extended name', `${part("Content-Disposition: form-data; name*=utf-8''a")}--xyz--\r\n`],
    ['a NUL in a name', `${part(named('a\0'))}--xyz--\r\n`],
    ['a backslash in a name', `${part(named('a\\"b'))}--xyz--\r\n`],
    ['a charset of its own', `${part(`${named('0')}\r\nContent-Type: text/plain; charset=utf-16le`)}--xyz--\r\n`],
    ['a charset that is Latin', `${part(`${named('0')}\r\nContent-Type: text/plain; charset=iso-8859-1`)}--xyz--\r\n`],
    ['a type of its own', `${part(`${named('0')}\r\nContent-Type: application/octet-stream`)}--xyz--\r\n`],
    ['a transfer encoding', `${part(`${named('a')}\r\nContent-Transfer-Encoding: base64`)}--xyz--\r\n`],
    ['a head without end', `${part(`${named('a')}${' '.repeat(20_000)}`)}--xyz--\r\n`],
    ['a boundary inside a value', `${part(named('a'), 'v --xyz-- v')}--xyz--\r\n`],
    ['a boundary with more behind it', `${part(named('a'))}--xyz--\r\n`, `${type};`],
    ['a parameter too many', `${part(named('a'))}--xyz--\r\n`, `${type}; charset=utf-8`],
    ['another type', `${part(named('a'))}--xyz--\r\n`, 'multipart/mixed; boundary=xyz'],
    ['no boundary', `${part(named('a'))}--xyz--\r\n`, 'multipart/form-data'],
  ])('rejects %s [V1.5.3]', async (_what, body, contentType) => {
    expect(await parse(body, contentType)).toEqual({ ok: false, code: 'bad_request' })
  })

  test.each<[string, string]>([
    ['a field', `${part(named('a'), 'x'.repeat(maxFieldBytes))}--xyz--\r\n`],
    ['a field of line breaks', `${part(named('a'), '\r\n'.repeat(maxFieldBytes / 2))}--xyz--\r\n`],
    ['a field of letters of two bytes', `${part(named('a'), 'é'.repeat(maxFieldBytes / 2))}--xyz--\r\n`],
    [
      'a file',
      `${part(`${named('a')}; filename="a"\r\nContent-Type: text/plain`, 'x'.repeat(maxFieldBytes))}--xyz--\r\n`,
    ],
    ['a body of many fields', `${part(named('a'), 'x'.repeat(maxBodyBytes / 50)).repeat(51)}--xyz--\r\n`],
  ])('rejects %s that is too long before parsing', async (_what, body) => {
    const parser = vi.spyOn(Response.prototype, 'formData')
    expect(await parse(body)).toEqual({ ok: false, code: 'too_large' })
    expect(parser).not.toHaveBeenCalled()
    parser.mockRestore()
  })
})
