package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * {@code /openapi.json}: the API described, OpenAPI 3.1. Open without a token: it says what stands
 * in the source too. Written by hand in {@code openapi.yaml}; tests hold it against the routes.
 */
final class OpenApiResource {

  private static final String FILE = "openapi.yaml";

  private volatile byte @Nullable [] json;

  void routes(RoutesConfig routes) {
    routes.get("/openapi.json", this::serve, Role.ANYONE);
  }

  private void serve(Context ctx) {
    byte[] made = json;
    if (made == null) {
      made = read();
      json = made;
    }
    ctx.contentType("application/json").result(made);
  }

  private static byte[] read() {
    try (InputStream in = OpenApiResource.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + FILE);
      }
      return Json.bytes(new YAMLMapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
