/** Tells a password manager whose password the form is about. Nobody sees it, and the server does not believe it. */
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
