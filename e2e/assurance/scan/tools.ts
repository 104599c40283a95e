// External programs: installs them from Debian if possible and runs them with a time limit.
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isInstalled } from '#e2e/assurance/faults/disk.ts'

/** Debian packages by command. */
const packages = {
  wapiti: 'wapiti',
  sqlmap: 'sqlmap',
  ffuf: 'ffuf',
  dirb: 'dirb', // for its list of paths
  slowhttptest: 'slowhttptest',
  openssl: 'openssl',
}

/** The tools' output of this run, for investigating a finding. */
export const outputFolder = path.resolve(import.meta.dirname, '../../../test-results/scan')

/** A sentence that says what to install; null when everything is there. */
export function provideTools(say: (line: string) => void): string | null {
  const missing = () =>
    Object.entries(packages)
      .filter(([command]) => !isInstalled(command))
      .map(([, name]) => name)
  if (missing().length > 0 && process.getuid?.() === 0 && isInstalled('apt-get')) {
    say(`Installing Debian's packages ${missing().join(', ')}.`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing()]]) {
      spawnSync('apt-get', args, { stdio: 'ignore', timeout: 300_000, env })
    }
  }
  const left = missing()
  return left.length === 0
    ? null
    : `The scan needs programs that are missing: 'apt-get install ${left.join(' ')}', as root.`
}

export interface Run {
  /** Null when it exceeded the time and was killed. */
  code: number | null
  output: string
}

/** Runs a tool to its end and stores its output as `<label>.txt` in the output folder. */
export function runTool(
  label: string,
  command: string,
  args: string[],
  { withinMs, env = {} }: { withinMs: number; env?: Record<string, string> },
): Promise<Run> {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env
  const home = folderFor('home')
  const options = {
    timeout: withinMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: 256 * 1024 * 1024,
    cwd: home,
    // Keep the tools' own files out of the user's home.
    env: {
      NODE_ENV: 'production' as const,
      PATH,
      LANG,
      HOME: home,
      XDG_DATA_HOME: home,
      XDG_CONFIG_HOME: home,
      ...env,
    },
  }
  return new Promise((resolve) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const output = stdout + stderr
      writeFileSync(path.join(outputFolder, `${label}.txt`), output)
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ code, output })
    })
    child.stdin?.end()
  })
}

/** A folder of this name in the output folder. */
export function folderFor(name: string): string {
  const folder = path.join(outputFolder, name)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A file of this name in the output folder, for a tool to read. */
export function fileFor(name: string, content: string | Buffer): string {
  const file = path.join(folderFor('.'), name)
  writeFileSync(file, content)
  return file
}
