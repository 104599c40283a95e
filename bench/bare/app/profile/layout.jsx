import { House, UserRound } from 'lucide'
import { Icon } from '#app/ui/line-icon.tsx'
import { Sidebar } from '#app/ui/sidebar.tsx'
import { ThemeSwitch } from '#app/ui/theme-switch.tsx'
import { chooseTheme } from '../theme.js'

const texts = {
  'site.name': 'Gatehouse',
  'nav.label': 'Main',
  'nav.menu': 'Menu',
  'nav.signed_in_as': 'Signed in as',
  'nav.log_out': 'Log out',
}
const words = (key) => texts[key]
const choices = ['System', 'Light', 'Dark'].map((label) => ({ theme: label.toLowerCase(), label }))

export default function MemberLayout({ children }) {
  return (
    <div className="md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
      <a href="#main" className="button button-primary fixed start-4 top-3 z-20 not-focus:sr-only">
        Skip to the content
      </a>
      <Sidebar
        words={words}
        places={[
          { href: '/', label: 'Home', icon: <Icon drawing={House} /> },
          { href: '/profile', label: 'Profile', icon: <Icon drawing={UserRound} /> },
        ]}
        person={{ name: 'Zoë Quist-O’Hara', username: 'zoe.quist' }}
      >
        <ThemeSwitch action={chooseTheme} label="Colours" current="system" choices={choices} />
      </Sidebar>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[50rem] px-4 py-8 md:px-8 md:py-12">
        {children}
      </main>
    </div>
  )
}
