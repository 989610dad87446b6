export default sessionHandler((event, session) => {
  session.invalidate();
  throw createError({ statusCode: 403 });
});
