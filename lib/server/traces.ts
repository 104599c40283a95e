// Filters the trace files of a build: each lists what hosts and standalone folders copy for a function. Next also lists
// anything that the sources may open by path, such as user data in the project's folder; only the program may ship.
// next.config.mjs imports this file, so it imports only packages.
import { glob, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import nextEnv from '@next/env'

/** Next's format. `fileHashes` follows the order of `files`, and `symlinks` refers to indexes in it. */
interface Trace {
  files: string[]
  fileHashes?: string[]
  /** Which files are links, in order, and their targets. */
  symlinks?: [file: number, ...target: unknown[]][]
}

interface Build {
  projectDir: string
  /** The build folder, absolute or relative to the project. */
  distDir: string
}

/** For Next's `runAfterProductionCompile`, which runs before Next copies anything. */
export async function keepToTheProgram({ projectDir, distDir }: Build): Promise<void> {
  const build = resolve(projectDir, distDir)
  const program = [build, join(projectDir, 'node_modules')]
  const isProgram = (path: string) =>
    path === join(projectDir, 'package.json') || program.some((folder) => path.startsWith(folder + sep))
  for await (const name of glob('**/*.nft.json', { cwd: build })) {
    const path = join(build, name)
    const trace: Trace = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify(filterTrace(trace, (file) => isProgram(resolve(dirname(path), file)))))
  }
  // Next copies the loaded `.env` files into a standalone folder from this list. The target machine has its own
  // settings.
  nextEnv.loadEnvConfig(projectDir).loadedEnvFiles.length = 0
}

function filterTrace({ files, fileHashes, symlinks, ...rest }: Trace, isKept: (file: string) => boolean): Trace {
  const kept = files.flatMap((file, index) => (isKept(file) ? [index] : []))
  const pick = <Value>(list: readonly Value[]) => list.filter((_, index) => kept.includes(index))
  return {
    ...rest,
    files: pick(files),
    ...(fileHashes && { fileHashes: pick(fileHashes) }),
    ...(symlinks && {
      symlinks: symlinks.flatMap(([file, ...target]) => {
        const index = kept.indexOf(file)
        return index === -1 ? [] : [[index, ...target]]
      }),
    }),
  }
}
