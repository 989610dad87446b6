import { Outlet, Scripts } from "react-router";
import { inSession } from "./session.js";

export const middleware = [inSession];

export default function Root() {
  return (
    <html lang="en">
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  );
}
