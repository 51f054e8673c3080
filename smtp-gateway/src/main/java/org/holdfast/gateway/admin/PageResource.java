package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * {@code /}: the operators' page. Three files from the jar, nothing from elsewhere, no inline
 * script; the page asks for a token and talks to the API with it.
 */
final class PageResource {

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  void routes(RoutesConfig routes) {
    file(routes, "/", "page.html", "text/html; charset=utf-8");
    file(routes, "/page.js", "page.js", "text/javascript; charset=utf-8");
    file(routes, "/page.css", "page.css", "text/css; charset=utf-8");
  }

  private static void file(RoutesConfig routes, String path, String name, String type) {
    byte[] bytes = read(name);
    routes.get(path, ctx -> serve(ctx, bytes, type), Role.ANYONE);
  }

  private static void serve(Context ctx, byte[] bytes, String type) {
    ctx.header("Content-Security-Policy", POLICY);
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("Cache-Control", "no-cache");
    ctx.contentType(type).result(bytes);
  }

  private static byte[] read(String name) {
    try (InputStream in = PageResource.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
