import { chooseTheme } from '#app/theme/actions.ts'
import { readPreferences, themes } from '#lib/web/preferences.ts'
import { getWords } from '#lib/web/words.ts'
import { ThemeSwitch } from './ui/theme-switch.tsx'

/** The switch between the system's colours, light and dark, as this browser has it now. */
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
