// Loads the project's `.env` files as Next does, for processes that run before Next or without it.
import { join } from 'node:path'
import nextEnv, { type LoadedEnvFiles } from '@next/env'
import { SettingsError, settingNames } from '../config.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * The existing environment wins. Reports file errors to `say`. Throws a SettingsError when a value arrives shortened: a
 * secret that expands to nothing would silently be replaced by a generated one.
 */
export function loadEnvFiles(
  say: (line: string) => void,
  { dev = false, dir = join(import.meta.dirname, '../..') } = {},
): void {
  const before = { ...process.env }
  const { loadedEnvFiles } = nextEnv.loadEnvConfig(dir, dev, { info: () => {}, error: say })
  // Next also expands variables of the environment when a file names the same setting.
  for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value
  const error = findLostValue(loadedEnvFiles, { before, after: process.env })
  if (error !== null) throw new SettingsError(error)
}

/** One line as dotenv parses it, with its trailing comment. */
const line =
  /^[^\S\r\n]*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?(#.*)?/gm
/** A `$` that Next reads as a variable reference, with its default value. */
const reference = /(?<!\\)\$\{?(\w+)(?::-([^}\\]*))?\}?/g

/**
 * Describes the first setting whose value is cut off or expands to nothing, without showing the value. Null when there
 * is none.
 */
export function findLostValue(
  files: Pick<LoadedEnvFiles[number], 'path' | 'contents'>[],
  { before, after }: { before: Env; after: Env },
): string | null {
  const seen = new Set<string>()
  for (const { path, contents } of files) {
    if (contents.includes('\0')) return `${path} is not UTF-8 text, so none of it is read: save it as UTF-8.`
    for (const [, name = '', value = '', comment] of contents.matchAll(line)) {
      // The environment wins, then the first file that names the setting.
      if (before[name] !== undefined || seen.has(name) || !settingNames.includes(name)) continue
      const isQuoted = /^\s*(['"`])[\s\S]*\1\s*$/.test(value)
      const isCut = comment !== undefined && !isQuoted && !/\s$/.test(value)
      if (isCut && comment !== '#') {
        return `${name} in ${path} is cut off at a #: write its value between quotation marks.`
      }
      const isLost = [...value.matchAll(reference)].some(
        ([, other = '', instead = '']) => !(instead || (other !== name && after[other])),
      )
      if (isLost) {
        return `${name} in ${path} has a $ that is taken for the name of a variable without a value, so a part of it expanded to nothing: write \\$ for each $.`
      }
    }
    for (const [, name = ''] of contents.matchAll(line)) seen.add(name)
  }
  return null
}
