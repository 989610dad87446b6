export default function Page() {
  return <p>the form</p>;
}
