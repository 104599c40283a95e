/** Shows how many steps are complete. Decorative: the text beside it must say the same. */
export function Steps({ reached, of, tone = 'bg-accent' }: { reached: number; of: number; tone?: string }) {
  return (
    <div aria-hidden="true" className="flex gap-1">
      {Array.from({ length: of }, (_, index) => index + 1).map((step) => (
        <span
          key={step}
          data-reached={step <= reached || undefined}
          className={`step h-2 flex-1 rounded-full ${step <= reached ? tone : 'bg-line'}`}
        />
      ))}
    </div>
  )
}
