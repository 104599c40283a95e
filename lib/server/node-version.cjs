// Loaded before anything else: a Node too old for this code would fail with a riddle, or not before the first sign-up.
// Not read from package.json, which would go into the build whole; a test compares.
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
