// The names of this machine, as URLs write them: what is sent to them does not leave it.

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']
