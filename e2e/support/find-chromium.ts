// Finds Chromium for the browser tests: CHROMIUM_PATH, an installed one, Playwright's download, or an installation now
// (Playwright's download, then Debian's package as root).
import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { chromium } from '@playwright/test'

export interface FoundChromium {
  executable: string
  /** Its source, for the output. */
  origin: string
}

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'google-chrome-beta']
const { LOCALAPPDATA = '', PROGRAMFILES = '' } = process.env
const usualPlaces: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: ['/snap/bin/chromium', '/opt/google/chrome/chrome', '/usr/lib/chromium/chromium'],
  darwin: ['/Applications', path.join(homedir(), 'Applications')].flatMap((folder) => [
    `${folder}/Chromium.app/Contents/MacOS/Chromium`,
    `${folder}/Google Chrome.app/Contents/MacOS/Google Chrome`,
  ]),
  win32: [PROGRAMFILES, process.env['PROGRAMFILES(X86)'] ?? '', LOCALAPPDATA].flatMap((folder) => [
    path.join(folder, 'Google/Chrome/Application/chrome.exe'),
    path.join(folder, 'Chromium/Application/chrome.exe'),
  ]),
}
const downloadWithinMs = 180_000
const packageWithinMs = 600_000

/** Searches only the disk. Throws when CHROMIUM_PATH is not executable. */
export function findChromium(): FoundChromium | null {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (isExecutable(named)) return { executable: named, origin: 'CHROMIUM_PATH' }
    throw new Error(`CHROMIUM_PATH is "${named}", which is not a program that can be run. Correct or unset it.`)
  }
  const extension = process.platform === 'win32' ? '.exe' : ''
  const onPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((folder) => commands.map((name) => path.join(folder, name + extension)))
  const installed = [...onPath, ...(usualPlaces[process.platform] ?? [])].find(isExecutable)
  if (installed) return { executable: installed, origin: 'installed' }
  const downloaded = chromium.executablePath()
  return isExecutable(downloaded) ? { executable: downloaded, origin: "Playwright's own download" } : null
}

/** Finds or installs one. Throws a sentence that says what to do. */
export function provideChromium(): FoundChromium {
  const found = findChromium() ?? download() ?? installPackage()
  if (found) return found
  throw new Error(
    "The browser tests need Chromium, and none was found: set CHROMIUM_PATH to one, or install one (Debian: 'apt-get install chromium'; anywhere with internet: 'npx playwright install chromium').",
  )
}

function download(): FoundChromium | null {
  say("No Chromium on this machine. Trying Playwright's download.")
  const playwright = path.resolve(import.meta.dirname, '../../node_modules/@playwright/test/cli.js')
  run(process.execPath, [playwright, 'install', 'chromium'], downloadWithinMs)
  return findChromium()
}

function installPackage(): FoundChromium | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return null
  say("Trying Debian's package.")
  run('apt-get', ['update'], packageWithinMs)
  const packages = ['chromium', 'fonts-dejavu-core', 'fonts-noto-core', 'fonts-noto-color-emoji']
  run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], packageWithinMs)
  const found = findChromium()
  return found && { ...found, origin: "Debian's package, installed now" }
}

function run(command: string, args: string[], withinMs: number): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', timeout: withinMs, env })
  if (status !== 0) say(`'${command} ${args.join(' ')}' failed${error ? `: ${error.message}` : ''}.`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
