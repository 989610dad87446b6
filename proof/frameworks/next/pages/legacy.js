import { cookie } from "../lib/cookie";

export async function getServerSideProps({ req, res }) {
  const cookies = await cookie();
  const session = await cookies.load(req);
  const visits = session.update("visits", (visits = 0) => visits + 1).get("visits");
  for (const line of await cookies.save(session)) res.appendHeader("set-cookie", line);
  return { props: { visits } };
}

export default function Page({ visits }) {
  return <p>{`visits ${visits}`}</p>;
}
