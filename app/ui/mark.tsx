/** The logo (the same drawing as icon.svg) with the name, which serves as its label. */
export function Mark({ name }: { name: string }) {
  return (
    <span className="inline-flex items-center gap-3 text-lg font-semibold tracking-tight">
      <svg aria-hidden="true" viewBox="0 0 32 32" width="32" height="32" className="size-8 flex-none">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          className="fill-raised forced-colors:fill-[Canvas]"
          d="M6 25V7h2.2v2.6h1.9V7h2.2v6h2.5v-2.2h2.4V13h2.5V7h2.2v2.6h1.9V7H26v18h-7v-4.2a3 3 0 0 0-6 0V25z"
        />
      </svg>
      <span translate="no">{name}</span>
    </span>
  )
}
