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
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.holdfast.gateway.admin.MapText.Format;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /v1/map}: the whole map in, at once or in parts, and out. */
final class MapResource {

  /** A map that is posted, in octets; a larger one comes in parts. */
  static final int MAX_MAP_BYTES = 64 * 1024 * 1024;

  /** Maps in memory at a time: one is read and parsed while the one before is written. */
  static final int MOST_LOADS = 2;

  /** What is written to the client at once. */
  private static final int BUFFER = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(MapResource.class);

  private final Routing routing;
  private final MapText text;
  private final AuditLog audit;
  private final IdempotencyKeys keys;
  private final Semaphore loads = new Semaphore(MOST_LOADS, true);

  MapResource(Routing routing, MapText text, AuditLog audit, IdempotencyKeys keys) {
    this.keys = keys;
    this.routing = routing;
    this.text = text;
    this.audit = audit;
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/map", this::dump, Role.VIEWER);
    routes.post("/v1/map", keys.once(this::load), Role.OPERATOR);
  }

  private void load(Context ctx) throws Exception {
    Query query = new Query(ctx, "reason", "dry-run", "wait");
    String reason = query.textOr("reason", "");
    boolean dryRun = query.flag("dry-run");
    Duration wait = Waits.parse(query.text("wait"));
    Format format = format(ctx);
    loads.acquire();
    try {
      load(ctx, parse(format, body(ctx)), reason, dryRun, wait);
    } finally {
      loads.release();
    }
  }

  private void load(Context ctx, MapContents map, String reason, boolean dryRun, Duration wait)
      throws Exception {
    Caller caller = Access.caller(ctx);
    if (dryRun) {
      Json.answer(ctx, LoadedView.of(routing.previewLoad(map), true));
      return;
    }
    LoadedView loaded = LoadedView.of(routing.load(map, caller.who(reason), wait), false);
    audit.append(caller, "map.load", "map", reason, null, loaded.brief());
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
    try (InputStream in = Requests.body(ctx)) {
      byte[] bytes = in.readNBytes(MAX_MAP_BYTES + 1);
      if (bytes.length > MAX_MAP_BYTES) {
        throw new Problem(
            HttpStatus.CONTENT_TOO_LARGE, "the map is larger than " + MAX_MAP_BYTES + " octets");
      }
      return new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
    }
  }

  private MapContents parse(Format format, Reader body) throws IOException {
    try {
      return text.parse(format, body);
    } catch (MapText.MalformedMapException e) {
      throw Problem.bad(String.valueOf(e.getMessage()));
    }
  }

  // A map that cannot be read is a 503, as long as nothing of the answer has gone out; trouble
  // after
  // that cuts the connection, so that half a map is never taken for whole.
  private void dump(Context ctx) throws Exception {
    Format format =
        switch (new Query(ctx, "format").textOr("format", "yaml")) {
          case "yaml" -> Format.YAML;
          case "csv" -> Format.CSV;
          case "ndjson" -> Format.NDJSON;
          default -> throw Problem.bad("format must be yaml, csv or ndjson");
        };
    ctx.res().setContentType(contentType(format) + "; charset=utf-8");
    Writer out =
        new BufferedWriter(
            new OutputStreamWriter(ctx.res().getOutputStream(), StandardCharsets.UTF_8), BUFFER);
    MapText.Sink sink = text.writer(format, out);
    try {
      routing.copyTo(sink);
      sink.end();
      out.flush();
    } catch (MapUnavailableException | IOException | RuntimeException e) {
      if (!ctx.res().isCommitted()) {
        ctx.res().resetBuffer();
        throw e;
      }
      LOG.warn("a dump of the map was cut off", e);
      Ndjson.cut(ctx);
    }
  }

  private static String contentType(Format format) {
    return switch (format) {
      case YAML -> "application/yaml";
      case CSV -> "text/csv";
      case NDJSON -> "application/x-ndjson";
    };
  }
}
