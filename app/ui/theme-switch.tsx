'use client'

import { type SubmitEvent, startTransition, useState } from 'react'

interface Choice {
  theme: string
  label: string
}

/** Works without JavaScript through the server action. With JavaScript the colours change immediately. */
export function ThemeSwitch({
  action,
  label,
  current,
  choices,
}: {
  action: (form: FormData) => Promise<void>
  label: string
  current: string
  choices: readonly Choice[]
}) {
  const [chosen, setChosen] = useState(current)

  function choose(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget, event.nativeEvent.submitter)
    const theme = String(form.get('theme'))
    setChosen(theme)
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    startTransition(async () => {
      // A failure is harmless: the colours apply until the next page.
      await action(form).catch(() => {})
    })
  }

  return (
    <form action={action} onSubmit={choose}>
      <fieldset aria-label={label} className="segments">
        {choices.map((choice) => (
          <button
            key={choice.theme}
            type="submit"
            name="theme"
            value={choice.theme}
            aria-pressed={choice.theme === chosen}
          >
            {choice.label}
          </button>
        ))}
      </fieldset>
    </form>
  )
}
