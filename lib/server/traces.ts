// What a build says that it needs to run: each function's list of files, which hosts and standalone folders copy. Next lists
// whatever the sources may open by a path too, such as people's data in the project's folder. Only the program may ship.
// next.config.mjs imports this file, so it imports packages alone.
import { glob, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import nextEnv from '@next/env'

/** Next's form. The other two lists go by the places of the files in the first. */
interface Trace {
  files: string[]
  fileHashes?: string[]
  /** Which of the files are links, and where they lead; in order. */
  symlinks?: [file: number, ...target: unknown[]][]
}

interface Build {
  projectDir: string
  /** The folder of the build, absolute or in the project's. */
  distDir: string
}

/** For Next's `runAfterProductionCompile`, which comes before anything is copied. */
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
  // The `.env` files that Next read are copied into a standalone folder, by this list. Where it runs, the environment has its own.
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
