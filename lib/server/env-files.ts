// The `.env` files of the project's folder, read as Next reads them, for the processes that run before or without it.
import { join } from 'node:path'
import nextEnv, { type LoadedEnvFiles } from '@next/env'
import { SettingsError, settingNames } from '../config.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * What the environment has already stays. Faults in a file go to `say`. Throws a SettingsError for a setting of which
 * less arrives than its line says: a secret that is gone would silently be replaced by a generated one.
 */
export function loadEnvFiles(
  say: (line: string) => void,
  { dev = false, dir = join(import.meta.dirname, '../..') } = {},
): void {
  const before = { ...process.env }
  const { loadedEnvFiles } = nextEnv.loadEnvConfig(dir, dev, { info: () => {}, error: say })
  // Next expands also what the environment had, when a file names the same setting.
  for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value
  const fault = findLostValue(loadedEnvFiles, { before, after: process.env })
  if (fault !== null) throw new SettingsError(fault)
}

/** One line of a file as dotenv takes it apart, and the comment behind. */
const line =
  /^[^\S\r\n]*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?(#.*)?/gm
/** A `$` that Next takes for the start of a name, and what stands in its place when that name has no value. */
const reference = /(?<!\\)\$\{?(\w+)(?::-([^}\\]*))?\}?/g

/** The first setting whose value is cut off or expands to nothing, in a sentence without the value; or null. */
export function findLostValue(
  files: Pick<LoadedEnvFiles[number], 'path' | 'contents'>[],
  { before, after }: { before: Env; after: Env },
): string | null {
  const seen = new Set<string>()
  for (const { path, contents } of files) {
    if (contents.includes('\0')) return `${path} is not UTF-8 text, so none of it is read: save it as UTF-8.`
    for (const [, name = '', value = '', comment] of contents.matchAll(line)) {
      // The first file that names a setting wins, and the environment before all.
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
