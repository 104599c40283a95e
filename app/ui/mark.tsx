/** Two towers and a gate between them; the same drawing as icon.svg. Says the name itself, so it needs no label. */
export function Mark({ name }: { name: string }) {
  return (
    <span className="inline-flex items-center gap-3 text-lg font-semibold tracking-tight">
      <svg aria-hidden="true" viewBox="0 0 32 32" width="32" height="32" className="size-8 flex-none">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          className="fill-raised forced-colors:fill-[Canvas]"
          d="M7 24.5V8h1.9v2h1.7V8h1.9v5h7V8h1.9v2h1.7V8H25v16.5h-6.4V20a2.6 2.6 0 0 0-5.2 0v4.5z"
        />
      </svg>
      {name}
    </span>
  )
}
