export const metadata = { title: 'Empty', description: 'A page of Next with a heading' }

export default function RootLayout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
