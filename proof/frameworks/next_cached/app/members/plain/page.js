// Made at build time.
export default function Page() {
  return <p>for members</p>;
}
