// Runs before everything else: an older Node would fail with an obscure error, or only at the first sign-up. The
// version is repeated here because importing package.json would copy it into the build; a test compares the two.
const oldest = '24.2.0'
const parts = (version) => version.split('.').map(Number)
const [least, present] = [parts(oldest), parts(process.versions.node)]
const differing = least.findIndex((part, index) => part !== present[index])

if (differing !== -1 && present[differing] < least[differing]) {
  process.stderr.write(
    `Gatehouse needs Node ${oldest} or newer, and this is Node ${process.versions.node}. "npm ci" without --ignore-scripts installs the right one, which "npm start" then uses.\n`,
  )
  process.exit(1)
}

// Compiling at each start costs half a second. The cache is code, so it stays in the site's folder. If the folder is
// read-only, there is no cache.
require('node:module').enableCompileCache(require('node:path').join(__dirname, '../../node_modules/.cache/compile'))
