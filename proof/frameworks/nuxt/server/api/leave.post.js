export default sessionHandler((event, session) => {
  session.invalidate();
  return sendRedirect(event, "/", 303);
});
