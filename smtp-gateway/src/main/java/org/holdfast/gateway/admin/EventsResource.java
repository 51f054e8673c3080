package org.holdfast.gateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** {@code /v1/events}: who changed what; a page, or a stream of server-sent events. */
final class EventsResource {

  /** Streams open at one time. */
  static final int MAX_FOLLOWERS = 64;

  /** A comment goes out after this silence, so that a client that is gone is noticed. */
  static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final AuditLog audit;
  private final Semaphore followers = new Semaphore(MAX_FOLLOWERS);
  private volatile boolean closed;

  EventsResource(AuditLog audit) {
    this.audit = audit;
  }

  /** Ends every stream. */
  void close() {
    closed = true;
    audit.wake();
  }

  void routes(RoutesConfig routes) {
    routes.get("/v1/events", this::events, Role.VIEWER);
  }

  /** {@code next} is the id to go on after; it is there even when nothing new was. */
  private record Events(List<AuditEvent> items, long next) {}

  private void events(Context ctx) throws IOException, InterruptedException {
    Query query = new Query(ctx, "after", "who", "what", "target", "limit");
    EventFilter filter =
        new EventFilter(query.text("who"), query.text("what"), query.text("target"));
    String accept = ctx.header("Accept");
    if (accept != null && accept.contains("text/event-stream")) {
      follow(ctx, from(ctx, query), filter);
      return;
    }
    int limit = query.limit();
    if (query.after() == null) {
      long now = audit.last();
      List<AuditEvent> newest = audit.newest(filter, limit);
      long last = newest.isEmpty() ? now : Math.max(now, newest.getLast().id());
      Json.answer(ctx, new Events(newest, last));
    } else {
      AuditLog.Found found = audit.after(query.number("after", 0), filter, limit);
      Json.answer(ctx, new Events(found.events(), found.upTo()));
    }
  }

  /** A browser that lost the connection says by itself what it saw last. */
  private long from(Context ctx, Query query) {
    String seen = ctx.header("Last-Event-ID");
    return seen != null && seen.matches("[0-9]{1,18}")
        ? Long.parseLong(seen)
        : query.number("after", audit.last());
  }

  // A follower has no queue of its own: it reads the log from where it is, so a slow one costs
  // nothing but its own reading.
  private void follow(Context ctx, long after, EventFilter filter)
      throws IOException, InterruptedException {
    if (!followers.tryAcquire()) {
      throw Problem.busy("too many clients follow the events; try again later");
    }
    try {
      ctx.res().setContentType("text/event-stream; charset=utf-8");
      stream(ctx.res().getOutputStream(), after, filter);
    } finally {
      followers.release();
    }
  }

  private void stream(OutputStream out, long after, EventFilter filter)
      throws IOException, InterruptedException {
    say(out, ": holdfast\n\n");
    long seen = Math.min(after, audit.last());
    while (!closed && !audit.isClosed()) {
      audit.awaitAfter(seen, HEARTBEAT);
      AuditLog.Found found = audit.after(seen, filter, Query.MAX_LIMIT);
      for (AuditEvent event : found.events()) {
        say(out, "id: " + event.id() + "\ndata: " + Json.MAPPER.writeValueAsString(event) + "\n\n");
      }
      if (found.events().isEmpty()) {
        say(out, ":\n\n");
      }
      seen = found.upTo();
    }
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
