/** A hidden username for password managers. The server ignores it. */
export function UsernameForManagers({ username }: { username: string }) {
  return (
    <input
      type="text"
      name="username"
      defaultValue={username}
      autoComplete="username"
      readOnly
      tabIndex={-1}
      aria-hidden="true"
      className="sr-only"
    />
  )
}
