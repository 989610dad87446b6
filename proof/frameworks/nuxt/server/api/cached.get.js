export default sessionHandler((event, session) => {
  if (getQuery(event).count !== undefined) session.update("visits", (visits = 0) => visits + 1);
  return "cached";
});
