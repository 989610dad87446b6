import Link from "next/link";

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">home</Link> <Link href="/account">account</Link> <Link href="/fixed">fixed</Link>
        </nav>
        {children}
        <script dangerouslySetInnerHTML={{ __html: "onpageshow = ({ persisted }) => persisted && location.reload()" }} />
      </body>
    </html>
  );
}
