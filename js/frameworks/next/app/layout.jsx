import Link from "next/link";

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">home</Link> <Link href="/account">account</Link> <Link href="/fixed">fixed</Link>
        </nav>
        {children}
      </body>
    </html>
  );
}
