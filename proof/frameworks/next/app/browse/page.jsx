import Link from "next/link";

/** A link below what is in view, whose whole page the router fetches when the visitor scrolls to it. */
export default function Page() {
  return (
    <main>
      <p>browse</p>
      <div style={{ height: "300vh" }} />
      <Link id="far" href="/account" prefetch={true}>
        account
      </Link>
    </main>
  );
}
