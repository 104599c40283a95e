// A process that serves from a build, for a test of what happens to that meanwhile.
import { holdBuild } from './kept-build.ts'

process.send?.(holdBuild(process.argv[2] ?? ''))
setInterval(() => {}, 60_000)
