import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide'
import type { ReactNode, Ref } from 'react'
import { Icon } from './line-icon.tsx'

const looks = {
  note: { icon: <Icon drawing={Info} />, tint: 'bg-paper border-line', tone: 'text-muted' },
  good: { icon: <Icon drawing={CircleCheck} />, tint: 'bg-good-soft border-transparent', tone: 'text-good' },
  warn: { icon: <Icon drawing={TriangleAlert} />, tint: 'bg-warn-soft border-transparent', tone: 'text-warn' },
  danger: { icon: <Icon drawing={CircleAlert} />, tint: 'bg-danger-soft border-transparent', tone: 'text-danger' },
}

/** A message about the whole page. Screen readers read `status` in turn and `alert` immediately. */
export function Notice({
  kind,
  role = 'status',
  ref,
  children,
}: {
  kind: keyof typeof looks
  role?: 'status' | 'alert'
  ref?: Ref<HTMLDivElement>
  children: ReactNode
}) {
  const { icon, tint, tone } = looks[kind]
  return (
    <div
      ref={ref}
      role={role}
      tabIndex={ref !== undefined || role === 'alert' ? -1 : undefined}
      className={`notice flex gap-3 rounded-control border px-4 py-3 ${tint}`}
    >
      <span className={`pt-0.5 ${tone}`}>{icon}</span>
      <p>{children}</p>
    </div>
  )
}
