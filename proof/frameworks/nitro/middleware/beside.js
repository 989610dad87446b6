import { defineHandler, setCookie } from "nitro/h3";

export default defineHandler((event) => {
  if (event.url.pathname.includes("/before/cookie/")) setCookie(event, "theirs", "1");
});
