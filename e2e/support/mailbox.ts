// Reads a user's mails from a test server.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from '@playwright/test'
import PostalMime, { type Email } from 'postal-mime'

const parsed = new Map<string, Promise<Email>>()

interface Sender {
  dataDir: string
}

/** All mails to this address, the oldest first. */
export async function lettersTo({ dataDir }: Sender, address: string): Promise<Email[]> {
  const folder = path.join(dataDir, 'outbox')
  const names = await readdir(folder).catch(() => [])
  const letters = await Promise.all(
    names
      .toSorted()
      .filter((name) => name.endsWith('.eml'))
      .map((name) => read(path.join(folder, name))),
  )
  return letters.filter(({ to }) => to?.some((recipient) => recipient.address === address))
}

/** Files of the outbox never change. */
function read(file: string): Promise<Email> {
  const letter = parsed.get(file) ?? readFile(file).then((content) => PostalMime.parse(content))
  parsed.set(file, letter)
  return letter
}

/** Waits for `count` mails with this subject and returns the last. */
export async function letterTo(sender: Sender, address: string, subject: string | RegExp, count = 1): Promise<Email> {
  const found = async () =>
    (await lettersTo(sender, address)).filter(({ subject: found = '' }) =>
      typeof subject === 'string' ? found === `${subject} · Gatehouse` : subject.test(found),
    )
  await expect
    .poll(async () => (await found()).length, {
      message: `“${subject}” to ${address}`,
      intervals: [50, 100, 200],
      timeout: 60_000,
    })
    .toBe(count)
  const last = (await found()).at(-1)
  if (last === undefined) throw new Error('The letter is gone.')
  return last
}

/** The path of the link in the mail, on this server. */
export function pathIn({ text = '' }: Email): string {
  const url = new URL(/https?:\/\/\S+\?\S+/.exec(text)?.[0] ?? 'none:')
  return `${url.pathname}${url.search}`
}

export function codeIn({ text = '' }: Email): string {
  const [, first = '', last = ''] = /^ {4}(\d{4}) (\d{4})$/m.exec(text) ?? []
  return `${first}${last}`
}
