// Made at build time, and shown to those alone whom the proxy lets pass.
export default function Page() {
  return <p>for members</p>;
}
