package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.holdfast.gateway.admin.MapText.Format;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;

/** {@code /v1/map}: the whole map in, at once, and out. */
final class MapResource {

  /** A map that is posted, in octets; more users than fit come in by {@code POST /v1/states}. */
  static final int MAX_MAP_BYTES = 64 * 1024 * 1024;

  private final Routing routing;
  private final MapText text;
  private final AuditLog audit;

  MapResource(Routing routing, MapText text, AuditLog audit) {
    this.routing = routing;
    this.text = text;
    this.audit = audit;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/map", this::dump, Role.VIEWER);
    routes.post("/v1/map", this::load, Role.OPERATOR);
  }

  private void load(Context ctx) throws Exception {
    Caller caller = Access.caller(ctx);
    String reason = new Query(ctx, "reason").textOr("reason", "");
    MapText.Contents map = parse(format(ctx), body(ctx));
    Routing.Loaded loaded =
        routing.load(map.pairs(), map.users(), map.aliases(), caller.who(reason));
    audit.append(caller, "map.load", "map", reason, null, loaded);
    Json.answer(ctx, loaded);
  }

  private static Format format(Context ctx) {
    String type = ctx.contentType();
    String bare = type == null ? "" : type.split(";", 2)[0].strip();
    return switch (bare) {
      case "application/yaml", "application/x-yaml", "text/yaml" -> Format.YAML;
      case "text/csv" -> Format.CSV;
      default ->
          throw new Problem(
              HttpStatus.UNSUPPORTED_MEDIA_TYPE,
              "Content-Type must be application/yaml or text/csv");
    };
  }

  private static Reader body(Context ctx) throws IOException {
    try (InputStream in = ctx.bodyInputStream()) {
      byte[] bytes = in.readNBytes(MAX_MAP_BYTES + 1);
      if (bytes.length > MAX_MAP_BYTES) {
        throw new Problem(
            HttpStatus.CONTENT_TOO_LARGE, "the map is larger than " + MAX_MAP_BYTES + " octets");
      }
      return new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
    }
  }

  private MapText.Contents parse(Format format, Reader body) throws IOException {
    try {
      return text.parse(format, body);
    } catch (MapText.MalformedMapException e) {
      throw Problem.bad(String.valueOf(e.getMessage()));
    }
  }

  // The first page of each list is read before the answer begins, so that a map that cannot be read
  // is a 503; trouble after that cuts the connection, so that half a map is never taken for whole.
  private void dump(Context ctx) throws Exception {
    Format format =
        switch (new Query(ctx, "format").textOr("format", "yaml")) {
          case "yaml" -> Format.YAML;
          case "csv" -> Format.CSV;
          default -> throw Problem.bad("format must be yaml or csv");
        };
    var pairs = routing.pairs();
    Iterable<User> users =
        Pages.of(after -> routing.users(null, null, after, Query.MAX_LIMIT), User::address);
    Iterable<Alias> aliases =
        Pages.of(after -> routing.aliases(after, Query.MAX_LIMIT), Alias::from);
    ctx.res()
        .setContentType(
            format == Format.YAML ? "application/yaml; charset=utf-8" : "text/csv; charset=utf-8");
    Writer out =
        new BufferedWriter(
            new OutputStreamWriter(ctx.res().getOutputStream(), StandardCharsets.UTF_8));
    text.write(format, out, pairs, users, aliases);
    out.flush();
  }
}
