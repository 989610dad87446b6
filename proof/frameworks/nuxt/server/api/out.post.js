export default sessionHandler((event, session) => {
  session.invalidate();
  return "visits 0";
});
