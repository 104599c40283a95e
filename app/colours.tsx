import { chooseTheme } from '#app/theme/actions.ts'
import { readPreferences, themes } from '#lib/web/cookies/preferences.ts'
import { getWords } from '#lib/web/words.ts'
import { ThemeSwitch } from './ui/theme-switch.tsx'

/** The theme switch with this browser's current choice. */
export async function Colours() {
  const words = await getWords()
  const { theme } = await readPreferences()
  return (
    <ThemeSwitch
      action={chooseTheme}
      label={words('theme.label')}
      current={theme}
      choices={themes.map((known) => ({ theme: known, label: words(`theme.${known}`) }))}
    />
  )
}
