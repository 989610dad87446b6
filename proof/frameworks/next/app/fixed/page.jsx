// Made at build time, for every visitor.
export default function Page() {
  return <p>fixed page</p>;
}
