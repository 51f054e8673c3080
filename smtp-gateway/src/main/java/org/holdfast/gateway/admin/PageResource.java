package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/**
 * {@code /}: the operators' page. Everything comes from the jar; nothing in it is a secret, so it
 * needs no token. The page asks for one and talks to the API with it, in a header: there is no
 * cookie, and so nothing that another site could make a browser send.
 */
final class PageResource {

  /**
   * Only what this server sends is run or shown; no inline script or style; text never becomes
   * markup except through the templates of lit-html; nobody frames the page.
   */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types lit-html";

  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  private final PageFiles files = new PageFiles();

  void routes(RoutesConfig routes) {
    routes.get("/", ctx -> serve(ctx, files.index(), "no-cache"), Role.ANYONE);
    files
        .all()
        .forEach((name, file) ->
            routes.get(
                "/" + files.folder() + "/" + name, ctx -> serve(ctx, file, FOR_EVER), Role.ANYONE));
  }

  private static void serve(Context ctx, PageFiles.File file, String cache) {
    ctx.header("Content-Security-Policy", POLICY);
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("X-Frame-Options", "DENY");
    ctx.header("Cross-Origin-Opener-Policy", "same-origin");
    ctx.header("Cache-Control", cache);
    ctx.header("Vary", "Accept-Encoding");
    String accepted = ctx.header("Accept-Encoding");
    boolean zipped = accepted != null && accepted.contains("gzip");
    if (zipped) {
      ctx.header("Content-Encoding", "gzip");
    }
    ctx.contentType(file.type()).result(zipped ? file.gzip() : file.bytes());
  }
}
