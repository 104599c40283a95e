// Host names of this machine in URLs. Traffic to them does not leave it.

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']
